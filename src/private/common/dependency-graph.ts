import { CfnElement, CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { enclosingStacks } from './stacks';
import { tokensIn } from './tokens';

/** What CloudFormation deploys as one: a resource, or a nested stack with its resources. For several stacks, a stack. */
type Unit = IConstruct;

/** The dependencies between the resources of a stack, or between stacks if no stack contains the resources. */
export class DependencyGraph {
  /** The graph in which CloudFormation or the CDK CLI decides the order of two resources. */
  public static of(one: CfnResource, other: CfnResource, dependencies: Dependencies): DependencyGraph {
    const stacks = enclosingStacks(one.stack);
    return new DependencyGraph(dependencies, enclosingStacks(other.stack).find((stack) => stacks.includes(stack)));
  }

  constructor(private readonly dependencies: Dependencies, private readonly stack?: Stack) {}

  /** Whether one resource is deployed after the other. */
  public dependsOn(one: CfnResource, other: CfnResource): boolean {
    return this.dependenciesOf(one).has(this.unitOf(other)!);
  }

  /** Deploys one resource after the other. */
  public addDependency(one: CfnResource, other: CfnResource): void {
    this.dependencies.add(one, other);
  }

  /** Everything that is deployed before the resource, and the unit of the resource itself. */
  public dependenciesOf(resource: CfnResource): Set<Unit> {
    const units = new Set([this.unitOf(resource)!]);
    for (const unit of units) { // also visits what it adds
      for (const dependency of this.directDependenciesOf(unit)) {
        const other = this.unitOf(dependency);
        if (other) units.add(other);
      }
    }
    return units;
  }

  private directDependenciesOf(unit: Unit): CfnElement[] {
    const stacks = Stack.isStack(unit) ? unit.dependencies : [];
    return [...stacks.flatMap(resourcesIn), ...resourcesIn(unit).flatMap((resource) => this.dependencies.of(resource))];
  }

  private unitOf(element: CfnElement): Unit | undefined {
    const stacks = enclosingStacks(element.stack);
    if (!this.stack) return stacks.at(-1);
    const index = stacks.indexOf(this.stack);
    return index > 0 ? stacks[index - 1] : index === 0 ? element : undefined;
  }
}

/** The resources and parameters that each resource depends on. They are determined once, because that takes the most time. */
export class Dependencies {
  private readonly elements = new Map<CfnResource, CfnElement[]>();

  public of(resource: CfnResource): CfnElement[] {
    const elements = this.elements.get(resource) ?? dependenciesOf(resource);
    this.elements.set(resource, elements);
    return elements;
  }

  /** Deploys the resource after the other one. */
  public add(resource: CfnResource, other: CfnResource): void {
    this.of(resource).push(other);
    resource.node.addDependency(other);
  }
}

function dependenciesOf(resource: CfnResource): CfnElement[] {
  const constructs = [...resource.node.scopes.flatMap((scope) => scope.node.dependencies), ...resource.obtainDependencies()];
  const referenced = tokensIn(resource, propertiesOf(resource)).references.map(({ target }) => target);
  return [...constructs.flatMap(resourcesIn), ...referenced.filter(CfnElement.isCfnElement)];
}

function resourcesIn(construct: IConstruct): CfnResource[] {
  return CfnResource.isCfnResource(construct) ? [construct] : construct.node.findAll().filter(CfnResource.isCfnResource);
}

function propertiesOf(resource: CfnResource): unknown {
  return (resource as unknown as { readonly cfnProperties: unknown }).cfnProperties; // protected
}
