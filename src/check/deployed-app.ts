import { pathOf } from './finding';
import { connectRolesIn, isServiceLinkedRole } from './simulation/access';
import type { DeploymentGraph, Node, Scope, StackGraph } from './simulation/deployment-graph';
import { dependenciesIn } from './simulation/deployment-simulation';
import { dependsOn } from './simulation/orders';
import { isCaller, Provisioner } from './simulation/provisioner';
import { NotDeployedError } from './simulation/resolver';
import { type Association, type Delivery, type DeployedResource, SimulatedAccount } from './simulation/simulated-account';
import { described } from './simulation/unknown-values';
import { DATA_TYPES, type DataType, VOICE_ANALYSIS_SEGMENTS } from '../private/common/data-types';

/** A resource of a template, with its resolved properties. */
export interface Resource extends Node {
  readonly type: string;
  readonly properties: Record<string, unknown>;
  /** What the simulation deployed. Undefined if the deployment failed. */
  readonly deployed?: DeployedResource;
  /** The conditions under which the resource exists, if their values are unknown. */
  readonly conditions: readonly string[];
}

/** An association that streams one of the four data types. */
export interface StreamingAssociation extends Resource {
  readonly association: Association;
  /** How messages refer to the records. */
  readonly label: string;
  /** The ARN of the stream or delivery stream. */
  readonly destination?: string;
  readonly delivery: Delivery;
}

export interface Failure {
  readonly node: Node;
  readonly reason: string;
}

/** The templates of an app, deployed to a simulated account in one possible order. */
export class DeployedApp {
  public readonly account: SimulatedAccount;
  public readonly resources: ReadonlyMap<string, Resource>;
  /** Why resources cannot be deployed. */
  public readonly failures: readonly Failure[];
  /** Why CloudFormation cannot delete resources that an update replaced or removed. It completes the update nevertheless. */
  public readonly cleanupFailures: readonly Failure[];
  public readonly associations: readonly StreamingAssociation[];
  /** The Lambda functions of custom resources, with their roles and policies. */
  public readonly callers: ReadonlyArray<[string, DeployedResource]>;
  private readonly stacks: ReadonlyMap<string, StackGraph>;
  private readonly byArn: ReadonlyMap<string, Resource>;
  private readonly byInstance: ReadonlyMap<string, StreamingAssociation[]>;
  private readonly byType: ReadonlyMap<string, Resource[]>;
  private readonly byKey: ReadonlyMap<string, Resource[]>;

  /** `from` is what is deployed before, if anything. */
  constructor(public readonly graph: DeploymentGraph, from?: DeployedApp) {
    this.account = from?.account.copy() ?? new SimulatedAccount(true);
    const resources = new Map<string, Resource>();
    const failures: Failure[] = [];
    const cleanupFailures: Failure[] = [];
    const provisioner = new Provisioner(this.account, graph);
    for (const { nodes } of graph.stacks) {
      for (const node of inDeploymentOrder(nodes)) {
        if (!provisioner.exists(node)) continue;
        let properties = {};
        try {
          properties = provisioner.propertiesOf(node);
          provisioner.deploy(node, properties);
        } catch (error) {
          const isConsequence = error instanceof NotDeployedError && resources.has(error.id);
          if (!isConsequence) failures.push({ node, reason: (error as Error).message });
        }
        const { id, scope, logicalId, resource, dependencies } = node; // faster than to spread each node
        const deployed = this.account.deployed[id];
        const conditions = provisioner.unknownConditionsOf(node);
        resources.set(id, { id, scope, logicalId, resource, dependencies, type: resource.Type, properties, deployed, conditions });
      }
    }
    for (const { nodes } of from?.graph.stacks ?? []) {
      for (const node of inDeploymentOrder(nodes).reverse()) {
        try {
          provisioner.cleanUp(node, resources.get(node.id));
        } catch (error) {
          cleanupFailures.push({ node, reason: (error as Error).message });
        }
      }
    }
    this.resources = resources;
    this.stacks = new Map(graph.stacks.map((stack) => [stack.name, stack]));
    this.failures = failures;
    this.cleanupFailures = cleanupFailures;
    this.byType = grouped([...resources.values()], ({ type }) => type);
    const callers = this.ofType(...[...this.byType.keys()].filter(isCaller));
    this.callers = callers.flatMap<[string, DeployedResource]>(({ id, deployed }) => deployed ? [[id, deployed]] : []);
    this.byKey = grouped([
      ...this.ofType('AWS::KMS::Alias'), ...this.ofType('Custom::AWS').filter(({ properties }) => /Grant(Command)?"/i.test(String(properties.Create))),
    ], ({ type, deployed, properties }) => type === 'AWS::KMS::Alias'
      ? this.account.aliases[String(deployed?.attributes.Arn)]
      : this.account.keyArn(/"KeyId":"([^"]+)"/.exec(String(properties.Create))?.[1] ?? ''));
    this.byArn = new Map([...resources.values()].filter(({ deployed }) => typeof deployed?.attributes.Arn === 'string')
      .map((resource) => [resource.deployed!.attributes.Arn as string, resource]));
    this.associations = this.ofType('AWS::Connect::InstanceStorageConfig').flatMap((resource) => this.streaming(resource));
    this.byInstance = grouped(this.associations, ({ association }) => association.instance);
  }

  public ofType(...types: string[]): Resource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** A resource in words: its construct path if the templates define it, or its ARN. */
  public nameOf(arn?: string): string {
    const resource = this.withArn(arn);
    return resource ? pathOf(resource) : described(arn);
  }

  /** The service-linked role of an instance, in words. */
  public roleNameOf(instance: string): string {
    return `the service-linked role of ${this.nameOf(instance)}`;
  }

  /** The service-linked roles that the policy and the grants of a key name. */
  public rolesOf(key: string): string[] {
    const { policy, grants = [] } = this.account.keys[key] ?? {};
    return [...policy ? connectRolesIn(policy) : [], ...grants.map(({ grantee }) => grantee).filter(isServiceLinkedRole)];
  }

  /** The aliases of a key and the custom resources that create grants on it. */
  public ofKey(type: 'AWS::KMS::Alias' | 'Custom::AWS', key?: string): Resource[] {
    return (this.byKey.get(key ?? '') ?? []).filter((resource) => resource.type === type);
  }

  public associationsOf({ association: { instance, dataType } }: StreamingAssociation): StreamingAssociation[] {
    return (this.byInstance.get(instance) ?? []).filter(({ association }) => association.dataType === dataType);
  }

  public withArn(arn?: string): Resource | undefined {
    return arn === undefined ? undefined : this.byArn.get(arn);
  }

  public stackOf({ scope }: Node): StackGraph {
    return this.stacks.get(outermost(scope).name)!;
  }

  /** Whether a resource is deployed after another one, in every possible order. */
  public isAfter(resource: Node, other: Node): boolean {
    const stack = this.stackOf(resource);
    const otherStack = this.stackOf(other);
    if (stack !== otherStack) return this.graph.stacks.indexOf(stack) > this.graph.stacks.indexOf(otherStack);
    return dependsOn(dependenciesIn(stack), resource.id, other.id);
  }

  private streaming(resource: Resource): StreamingAssociation[] {
    const { InstanceArn, ResourceType, KinesisStreamConfig: stream, KinesisFirehoseConfig: deliveryStream } = resource.properties;
    const dataType = dataTypeOf(ResourceType);
    if (!dataType && !stream && !deliveryStream) return [];
    const streamArn = (stream as { StreamArn?: string } | undefined)?.StreamArn;
    const instance = this.account.instanceArn(String(InstanceArn)) ?? String(InstanceArn);
    const association = { instance, dataType: String(ResourceType), stream: streamArn, conditions: resource.conditions };
    return [{
      ...resource,
      association,
      label: dataType?.label ?? 'records',
      destination: streamArn ?? (deliveryStream as { FirehoseArn?: string } | undefined)?.FirehoseArn,
      delivery: this.account.deliveryOf(association),
    }];
  }
}

/** The data type of an association. Amazon Connect still supports the former name of voice analysis segments. */
export function dataTypeOf(name: unknown): DataType | undefined {
  const current = name === 'REAL_TIME_CONTACT_ANALYSIS_SEGMENTS' ? VOICE_ANALYSIS_SEGMENTS.resourceType : name;
  return DATA_TYPES.find(({ resourceType }) => resourceType === current);
}

export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function outermost(scope: Scope): Scope {
  return scope.parent ? outermost(scope.parent.scope) : scope;
}

function inDeploymentOrder(nodes: ReadonlyMap<string, Node>): Node[] {
  const ordered = new Set<Node>();
  const visiting = new Set<string>();
  const visit = (id: string): void => {
    const node = nodes.get(id);
    if (!node || visiting.has(id)) return;
    visiting.add(id);
    node.dependencies.forEach(visit);
    ordered.add(node);
  };
  [...nodes.keys()].forEach(visit);
  return [...ordered];
}
