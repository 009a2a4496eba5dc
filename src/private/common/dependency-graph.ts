import { CfnElement, CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { enclosingStacks } from './stacks';
import { tokensIn } from './tokens';

/** What CloudFormation deploys as one: a resource, or a nested stack with its resources. For several stacks, a stack. */
type Unit = IConstruct;

/** The dependencies between the resources of a stack, or between stacks if no stack contains the resources. */
export class DependencyGraph {
  /** The graph in which CloudFormation or the CDK CLI decides the order of two resources. */
  public static of(one: CfnResource, other: CfnResource): DependencyGraph {
    const stacks = enclosingStacks(one.stack);
    return new DependencyGraph(enclosingStacks(other.stack).find((stack) => stacks.includes(stack)));
  }

  constructor(private readonly stack?: Stack) {}

  /** Whether one resource is deployed after the other. */
  public dependsOn(one: CfnResource, other: CfnResource): boolean {
    return this.dependenciesOf(one).has(this.unitOf(other)!);
  }

  /** Everything that is deployed before the resource, and the unit of the resource itself. */
  public dependenciesOf(resource: CfnResource): Set<Unit> {
    const units = new Set([this.unitOf(resource)!]);
    for (const unit of units) { // also visits what it adds
      for (const dependency of directDependenciesOf(unit)) {
        const other = this.unitOf(dependency);
        if (other) units.add(other);
      }
    }
    return units;
  }

  private unitOf(element: CfnElement): Unit | undefined {
    const stacks = enclosingStacks(element.stack);
    if (!this.stack) return stacks.at(-1);
    const index = stacks.indexOf(this.stack);
    return index > 0 ? stacks[index - 1] : index === 0 ? element : undefined;
  }
}

function resourcesIn(construct: IConstruct): CfnResource[] {
  return construct.node.findAll().filter(CfnResource.isCfnResource);
}

function directDependenciesOf(unit: Unit): CfnElement[] {
  const stacks = Stack.isStack(unit) ? unit.dependencies : [];
  return [...stacks.flatMap(resourcesIn), ...resourcesIn(unit).flatMap(dependenciesOfResource)];
}

/** The resources that the resource depends on, and the resources and parameters that it references. */
function dependenciesOfResource(resource: CfnResource): CfnElement[] {
  const constructs = [...resource.node.scopes.flatMap((scope) => scope.node.dependencies), ...resource.obtainDependencies()];
  const { references } = tokensIn(resource, propertiesOf(resource));
  return [...constructs.flatMap(resourcesIn), ...references.map(({ target }) => target).filter(CfnElement.isCfnElement)];
}

function propertiesOf(resource: CfnResource): unknown {
  return (resource as unknown as { readonly cfnProperties: unknown }).cfnProperties; // protected
}
