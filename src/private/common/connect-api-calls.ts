import { AspectPriority, Aspects, type CfnResource, Stack, Stage } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { isInTree } from './construct-tree';
import { Dependencies, DependencyGraph } from './dependency-graph';
import type { Instance } from './instance';

const ID = 'ConnectApiCalls';
const MAX_PARALLEL_AT_START = 5; // the burst of the API
const MAX_PARALLEL = 2; // its calls per second

interface Association {
  readonly resource: CfnResource;
  readonly instance: Instance;
}

interface ConnectApiCallsProps {
  /** The lookups of service-linked roles in the stage. */
  readonly lookups: CfnResource[];
  /** The associations in the stage. */
  readonly associations: Association[];
  /** The stack of the latest lookup or association. */
  readonly latest: Stack;
}

/**
 * The order of the resources that call the Amazon Connect API: lookups and associations. Amazon Connect counts calls by account and
 * Region, and rejects those above its quota with TooManyRequestsException. The associations of an instance are deployed
 * sequentially. In a stack, the first five resources are deployed in parallel, the rest two at a time.
 *
 * The order is decided at synthesis time, when all other dependencies are known.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
 */
export class ConnectApiCalls extends Construct {
  public static of(scope: Construct): ConnectApiCalls {
    const stage = Stage.of(scope)!;
    const existing = stage.node.tryFindChild(ID) as ConnectApiCalls | undefined;
    if (existing?.calls.latest === Stack.of(scope)) return existing;
    stage.node.tryRemoveChild(ID); // the new one is after the stack, so that the aspects of the stack come first
    return new ConnectApiCalls(stage, ID, { lookups: [], associations: [], ...existing?.calls, latest: Stack.of(scope) });
  }

  private readonly calls: ConnectApiCallsProps;

  constructor(scope: Construct, id: string, props: ConnectApiCallsProps) {
    super(scope, id);
    this.calls = props;
    Aspects.of(this).add({ visit: () => this.order() }, { priority: AspectPriority.READONLY }); // after aspects that add dependencies
  }

  public addLookup(resource: CfnResource): void {
    this.calls.lookups.push(resource);
  }

  public addAssociation(association: Association): void {
    this.calls.associations.push(association);
  }

  private order(): void {
    const { lookups } = this.calls;
    const dependencies = new Dependencies();
    const associations = this.calls.associations.filter(({ resource }) => isInTree(resource));
    const earlier = new Map<string, Association[]>();
    for (const association of associations) {
      const { identity } = association.instance;
      orderWithinInstance(association, earlier.get(identity) ?? [], dependencies);
      earlier.set(identity, [association, ...earlier.get(identity) ?? []]);
    }

    const resources = [...lookups.filter(isInTree), ...associations.map(({ resource }) => resource)];
    for (const stack of new Set(resources.map((resource) => resource.stack))) {
      orderWithinStack(new DependencyGraph(dependencies, stack), resources.filter((resource) => resource.stack === stack));
    }
  }
}

/** Deploys the association after the earlier ones of its instance, unless one of them depends on it. */
function orderWithinInstance({ resource, instance }: Association, earlier: Association[], dependencies: Dependencies): void {
  for (const { resource: other } of earlier.filter((association) => association.instance.isSameAs(instance))) {
    const graph = DependencyGraph.of(resource, other, dependencies);
    if (!graph.dependsOn(other, resource) && !graph.dependsOn(resource, other)) graph.addDependency(resource, other);
  }
}

function orderWithinStack(graph: DependencyGraph, resources: CfnResource[]): void {
  if (resources.length <= MAX_PARALLEL_AT_START) return;
  const before = new Map(resources.map((resource) => [resource, graph.dependenciesOf(resource)]));
  const sequence = inOrderOfDeployment(before);
  sequence.slice(MAX_PARALLEL_AT_START).forEach((resource, index) => {
    const other = sequence[index + MAX_PARALLEL_AT_START - MAX_PARALLEL];
    if (!before.get(resource)!.has(other)) graph.addDependency(resource, other);
  });
}

/** The resources in an order that their dependencies allow, and otherwise in the given order. */
function inOrderOfDeployment(dependencies: Map<CfnResource, Set<IConstruct>>): CfnResource[] {
  const visited = new Set<CfnResource>();
  const sequence: CfnResource[] = [];
  const visit = (resource: CfnResource): void => {
    if (visited.has(resource)) return;
    visited.add(resource);
    for (const other of dependencies.get(resource)!) if (dependencies.has(other as CfnResource)) visit(other as CfnResource);
    sequence.push(resource);
  };
  [...dependencies.keys()].forEach(visit);
  return sequence;
}
