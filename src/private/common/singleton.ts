import { Construct } from 'constructs';

/** Returns the only construct of a class in the scope, and creates it on first use. */
export function singletonIn<T extends Construct>(scope: Construct, id: string, type: new (scope: Construct, id: string) => T): T {
  return scope.node.tryFindChild(id) as T | undefined ?? new type(scope, id);
}
