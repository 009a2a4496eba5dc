import { all, any, type Decision, isAllowed, isComplete, isRoleOf, type PolicyDocument, remembered, statementsOf } from './access';
import { isEqual, serviceRoleOf, unknown } from './unknown-values';

export interface Grant {
  readonly id: string;
  readonly grantee: string;
  readonly retiringPrincipal?: string;
  readonly operations: readonly string[];
  readonly name?: string;
  readonly constraints?: GrantConstraints;
  /** The conditions under which the grant exists, if their values are unknown. */
  readonly conditions?: readonly string[];
}

/** The encryption context that a grant requires. */
export interface GrantConstraints {
  readonly EncryptionContextEquals?: Record<string, string>;
  readonly EncryptionContextSubset?: Record<string, string>;
}

export interface Key {
  /** Undefined if the templates do not define the key. */
  policy?: PolicyDocument;
  readonly grants: Grant[];
  /** Undefined if the key is enabled. */
  readonly state?: 'disabled' | 'unknown';
  /** A custom resource whose Lambda function is not known may create grants or change the key policy. */
  isUsedByCustomResource?: boolean;
}

/** A resource that CloudFormation deployed. */
export interface DeployedResource {
  readonly type: string;
  readonly physicalId: string;
  readonly attributes: Record<string, unknown>;
  readonly properties: Record<string, unknown>;
}

export interface Association {
  readonly instance: string;
  readonly dataType: string;
  /** Undefined for a delivery stream. */
  readonly stream?: string;
  /** The conditions under which the association exists, if their values are unknown. */
  readonly conditions: readonly string[];
}

/** What happens to a record that Amazon Connect streams. */
export interface Delivery {
  /** Undefined if the templates do not contain enough to determine it. */
  readonly isReceived: Decision;
  readonly reason: 'received' | 'no stream' | 'no key' | 'disabled key' | 'no permission' | 'unknown encryption' | 'unknown key' | 'unknown key state' | 'unknown permission' | 'unknown condition' | 'unknown custom resource';
  readonly key?: string;
}

/** Whether a grant is for the role and the stream of an association, and whether it exists if the association exists. */
interface GrantDecision {
  readonly isGranted: Decision;
  readonly exists: Decision;
}

/** A record that Amazon Connect lost because it could not encrypt it, or because the stream does not exist. */
export interface LostRecord {
  readonly instance: string;
  readonly dataType: string;
  readonly key?: string;
}

/** The condition keys whose values depend on the organization, on tags, or on the call of Kinesis. */
const UNKNOWN_CONTEXT = Object.fromEntries([
  'aws:PrincipalOrgID', 'aws:PrincipalOrgPaths', 'aws:ResourceOrgID', 'aws:ResourceOrgPaths', 'aws:PrincipalTag/', 'aws:ResourceTag/', 'aws:userid',
  'aws:CalledVia', 'aws:CalledViaFirst', 'aws:CalledViaLast', 'kms:RequestAlias', 'kms:ResourceAliases',
].map((name) => [name, unknown(name)]));

/** The state of an AWS account: plain data that can be copied and compared. */
export class SimulatedAccount {
  public keys: Record<string, Key> = {};
  public aliases: Record<string, string> = {};
  /** `attributes` are further parts of the answer of `DescribeInstance`. */
  public instances: Record<string, { role: string; attributes?: object }> = {};
  public streams: Record<string, { key?: string }> = {};
  public associations: Record<string, Association> = {};
  /** The values in Parameter Store, by name. */
  public parameters: Record<string, string> = {};
  /** The resources of the stacks, by node id. */
  public deployed: Record<string, DeployedResource> = {};
  /** The replaced resources that CloudFormation deletes in the cleanup of the update, by node id. */
  public replaced: Record<string, DeployedResource> = {};
  private usedNames: Record<string, number> = {};
  private associationIds = new Map<string, string>();

  /**
   * In an open account, resources that the templates do not define exist with unknown properties. `created` contains the ARNs
   * of the resources that the templates define.
   */
  constructor(public readonly isOpen = false, public readonly created = new Set<string>()) {}

  /** A new physical name. It does not depend on the order in which resources with other ids are created. */
  public nameFor(id: string): string {
    this.usedNames[id] = (this.usedNames[id] ?? 0) + 1;
    return `${id.replaceAll('/', '-')}-${this.usedNames[id]}`;
  }

  public copy(): SimulatedAccount {
    const copy = new SimulatedAccount(this.isOpen, this.created);
    copy.keys = Object.fromEntries(Object.entries(this.keys).map(([arn, key]) => [arn, { ...key, grants: [...key.grants] }]));
    for (const name of ['aliases', 'instances', 'streams', 'associations', 'parameters', 'deployed', 'replaced', 'usedNames'] as const) {
      Object.assign(copy, { [name]: { ...this[name] } });
    }
    copy.associationIds = new Map(this.associationIds);
    return copy;
  }

  /** A text that is equal for accounts in which every further simulation has equal results. */
  public fingerprint(): string {
    return JSON.stringify(sorted({ ...this.state(), usedNames: this.usedNames }));
  }

  /** The state without the bookkeeping of physical names, and independent of the order in which entries were added. */
  public state(): Record<string, unknown> {
    const { aliases, instances, streams, associations, parameters, deployed, replaced } = this;
    const keys = Object.fromEntries(Object.entries(this.keys).map(([arn, key]) => [
      arn, { ...key, grants: Object.fromEntries(key.grants.map((grant) => [grant.id, grant])) },
    ]));
    return sorted({ keys, aliases, instances, streams, associations, parameters, deployed, replaced }) as Record<string, unknown>;
  }

  /** Adds a key that the app does not define. Like default key policies, its policy allows access through IAM policies of an account. */
  public addKey(arn: string, account = arn.split(':')[4]): this {
    this.keys[arn] = { policy: defaultPolicy(arn, account), grants: [] };
    return this;
  }

  public addInstance(arn: string, role: string, attributes?: object): this {
    this.instances[arn] = { role, attributes };
    return this;
  }

  public addStream(arn: string, key?: string): this {
    this.streams[arn] = { key };
    return this;
  }

  /** Remembers that a template defines a resource, so that the resource does not exist before or after that. */
  public define(arn: string): string {
    this.created.add(arn);
    return arn;
  }

  /** The ARN of an instance that exists. */
  public instanceArn(idOrArn: string): string | undefined {
    if (idOrArn in this.instances) return idOrArn;
    return Object.keys(this.instances).find((known) => known.endsWith(`/${idOrArn}`)) ?? (this.isOutside(idOrArn) ? idOrArn : undefined);
  }

  /** The ARN of a key that a template specifies by its ARN or its id. */
  public keyArn(idOrArn: string): string {
    if (typeof idOrArn !== 'string') return idOrArn;
    if (idOrArn in this.keys || idOrArn.includes(':')) return idOrArn;
    return Object.keys(this.keys).find((arn) => arn.endsWith(`:key/${idOrArn}`)) ?? idOrArn;
  }

  /** The ARN of the key that a template specifies by its ARN, its id or an alias. */
  public keyOf(idOrArn?: string): string | undefined {
    return idOrArn === undefined ? undefined : this.keyArn(this.aliases[idOrArn] ?? idOrArn);
  }

  /** The id of the association of an instance for a data type. */
  public associationFor(instance: string, dataType: string): string | undefined {
    return this.associationIds.get(`${instance} ${dataType}`);
  }

  public associate(id: string, association: Association): void {
    this.disassociate(id);
    this.associations[id] = association;
    this.associationIds.set(`${association.instance} ${association.dataType}`, id);
  }

  public disassociate(id: string): void {
    const known = this.associations[id];
    if (!known) return;
    const { instance, dataType } = known;
    this.associationIds.delete(`${instance} ${dataType}`);
    delete this.associations[id];
  }

  public roleOf(instanceArn: string): string {
    return this.instances[instanceArn]?.role ?? serviceRoleOf(instanceArn);
  }

  /** Remembers that a custom resource, whose Lambda function may do anything, uses the keys that its properties contain. */
  public markKeysIn(properties: object): void {
    const text = JSON.stringify(properties);
    for (const [arn, key] of Object.entries(this.keys)) if (text.includes(arn.slice(arn.lastIndexOf('/') + 1))) key.isUsedByCustomResource = true;
  }

  /** Remembers that a custom resource, whose calls are not known, may have access to any key. */
  public markAllKeys(): void {
    for (const key of Object.values(this.keys)) key.isUsedByCustomResource = true;
  }

  /** The key with this ARN or id, if it exists. */
  public keyFor(idOrArn: string): Key | undefined {
    const arn = this.keyArn(idOrArn);
    if (!this.keys[arn] && this.isOutside(arn)) this.keys[arn] = { grants: [] };
    return this.keys[arn];
  }

  /** The key policy and the grants of a key as one policy, because AWS KMS evaluates them together. */
  public permissionsOf(key: string): PolicyDocument | undefined {
    const { policy, grants } = this.keys[this.keyArn(key)];
    if (!policy) return undefined;
    const granted = grants.map(({ grantee, operations }) => (
      { Effect: 'Allow', Principal: { AWS: grantee }, Action: operations.map((operation) => `kms:${operation}`), Resource: '*' }));
    return { ...policy, Statement: [...statementsOf(policy), ...granted] };
  }

  /** Streams a record of each associated data type. Returns the records that Amazon Connect cannot encrypt. */
  public streamRecords(): LostRecord[] {
    return Object.values(this.associations)
      .filter(({ instance }) => this.instanceArn(instance)) // a deleted instance has no records
      .map((association) => ({ ...association, ...this.deliveryOf(association) }))
      .filter(({ isReceived }) => isReceived === false)
      .map(({ instance, dataType, key }) => ({ instance, dataType, key }));
  }

  /** Whether a stream exists, or may exist. */
  public hasStream(arn: string): boolean {
    return arn in this.streams || this.isOutside(arn);
  }

  /** Whether the stream of an association receives its records. */
  public deliveryOf(association: Association): Delivery {
    const { instance, stream } = association;
    if (!stream) return { isReceived: true, reason: 'received' };
    const properties = this.streams[stream];
    if (!properties) return this.isOutside(stream) ? { isReceived: undefined, reason: 'unknown encryption' } : { isReceived: false, reason: 'no stream' };
    if (!properties.key || properties.key.includes('alias/aws/')) return { isReceived: true, reason: 'received' };

    const key = this.aliases[properties.key] ?? properties.key;
    const { policy, grants, state, isUsedByCustomResource } = this.keys[key] ?? {};
    if (!grants) return this.isOutside(key) ? { isReceived: undefined, reason: 'unknown key', key } : { isReceived: false, reason: 'no key', key };
    if (state === 'disabled') return { isReceived: false, reason: 'disabled key', key };

    const decisions = this.decisionsOf(grants, association);
    const granted = any(decisions.map(({ isGranted, exists }) => all([isGranted, exists])));
    const byPolicy = policy && this.isAllowedByPolicy(policy, this.roleOf(instance), stream, key);
    if (granted || byPolicy) return state === 'unknown' ? { isReceived: undefined, reason: 'unknown key state', key } : { isReceived: true, reason: 'received', key };
    if (granted === false && byPolicy === false) {
      return isUsedByCustomResource ? { isReceived: undefined, reason: 'unknown custom resource', key } : { isReceived: false, reason: 'no permission', key };
    }
    const isConditional = decisions.some(({ isGranted, exists }) => isGranted && !exists) || (policy && !isComplete(policy));
    return { isReceived: undefined, reason: isConditional ? 'unknown condition' : policy || granted === undefined ? 'unknown permission' : 'unknown key', key };
  }

  private decisionsOf(grants: readonly Grant[], { instance, stream, conditions: known }: Association): GrantDecision[] {
    return grants.map(({ grantee, operations, constraints, conditions = [] }) => ({
      isGranted: all([
        any(operations.map((operation) => isEqual(operation, 'GenerateDataKey'))), isRoleOf(grantee, this.roleOf(instance)), meets(constraints, stream!),
      ]),
      exists: conditions.every((condition) => known.includes(condition)) || undefined,
    }));
  }

  /** A key policy is enough in the account of the key only, because the service-linked role has no IAM policy for the key. */
  public isAllowedByPolicy(resourcePolicy: PolicyDocument, principal: string, stream: string, resource: string): Decision {
    const [, partition, , region, account] = stream.split(':');
    if (isEqual(resource.split(':')[4], account) === false) return false;
    // Without conditions, the decision is the same for all streams.
    const request = statementsOf(resourcePolicy).some(({ Condition }) => Condition) ? `${principal} ${stream}` : principal;
    return remembered(resourcePolicy, request, () => isAllowed({
      principal,
      action: 'kms:GenerateDataKey',
      resource,
      resourcePolicy,
      context: {
        'aws:PrincipalArn': principal,
        'aws:PrincipalAccount': account,
        'aws:PrincipalType': 'AssumedRole',
        'aws:PrincipalIsAWSService': 'false',
        'aws:ResourceAccount': resource.split(':')[4],
        ...UNKNOWN_CONTEXT,
        'aws:SecureTransport': 'true',
        'aws:RequestedRegion': region,
        'aws:ViaAWSService': 'true',
        'kms:CallerAccount': account,
        'kms:ViaService': `kinesis.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`,
        'kms:EncryptionContext:aws:kinesis:arn': stream,
        'kms:EncryptionContextKeys': 'aws:kinesis:arn',
      },
    }));
  }

  /** Whether a resource exists that the templates do not define. */
  private isOutside(arn: string): boolean {
    return this.isOpen && !this.created.has(arn);
  }
}

/** The policy of a key without a specified policy: the account decides with IAM policies. */
export function defaultPolicy(keyArn: string, account = keyArn.split(':')[4]): PolicyDocument {
  const [, partition] = keyArn.split(':');
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:${partition}:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }] };
}

/** Whether the encryption context of Kinesis, which is the ARN of the stream, meets the constraints of a grant. */
function meets({ EncryptionContextEquals: equals, EncryptionContextSubset: subset }: GrantConstraints = {}, stream: string): Decision {
  return all([...Object.entries(equals ?? {}), ...Object.entries(subset ?? {})]
    .map(([name, value]) => name === 'aws:kinesis:arn' ? isEqual(value, stream) : false));
}

/** Copies a value with the properties of its objects in alphabetical order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1).map(([name, inner]) => [name, sorted(inner)]));
}
