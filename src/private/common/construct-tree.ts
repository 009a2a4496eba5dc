import { Construct, type IConstruct } from 'constructs';

/** Returns the only construct of a class in the scope, and creates it on first use. */
export function singletonIn<T extends Construct>(scope: Construct, id: string, type: new (scope: Construct, id: string) => T): T {
  return scope.node.tryFindChild(id) as T | undefined ?? new type(scope, id);
}

/** The path of the construct with this id in the scope, which need not exist yet. */
export function pathIn(scope: IConstruct, id: string): string {
  return [scope.node.path, id].filter(Boolean).join('/');
}

/** Whether the construct is still part of the app, which `tryRemoveChild()` can change. */
export function isInTree(construct: IConstruct): boolean {
  const { scope, id } = construct.node;
  return !scope || (scope.node.tryFindChild(id) === construct && isInTree(scope));
}
