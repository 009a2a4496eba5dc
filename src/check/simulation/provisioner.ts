import { any, connectRolesIn, type Decision, negated, type PolicyDocument } from './access';
import type { Caller } from './connect-and-kms';
import { type CustomResourceEvent, type CustomResourceResponse, invokeCustomResource, type RequestType } from './custom-resource';
import { type DeploymentGraph, type Node, nodeId, type Scope } from './deployment-graph';
import { isCustomResource } from './known-types';
import { partitionOf, Resolver } from './resolver';
import { defaultPolicy, type DeployedResource, type SimulatedAccount } from './simulated-account';
import { ACCOUNT, isEqual, isUnknown, REGION, unknown } from './unknown-values';

type Properties = Record<string, unknown>;

/** The properties whose change requires replacement of the resource. */
const REPLACEMENT: Record<string, string[]> = {
  'AWS::Connect::Instance': ['DirectoryId', 'IdentityManagementType', 'InstanceAlias'],
  'AWS::Connect::InstanceStorageConfig': ['InstanceArn', 'ResourceType'],
  'AWS::KMS::Alias': ['AliasName'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::KMS::ReplicaKey': ['PrimaryKeyArn'],
  'AWS::Kinesis::Stream': ['Name'],
  'AWS::KinesisFirehose::DeliveryStream': ['DeliveryStreamName', 'DeliveryStreamType', 'KinesisStreamSourceConfiguration', 'MSKSourceConfiguration'],
};

/** The values of properties that are not specified. */
const DEFAULTS: Record<string, string> = { DeliveryStreamType: 'DirectPut', KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', MultiRegion: 'false', Origin: 'AWS_KMS' };

/** The properties that specify physical names. */
const NAMES: Record<string, string> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::KinesisFirehose::DeliveryStream': 'DeliveryStreamName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SSM::Parameter': 'Name',
};

/** The properties of a custom resource that specify its calls. */
const CALLS = ['Create', 'Update', 'Delete'];

const MAX_RESPONSE_BYTES = 4096; // quota of CloudFormation for the response of a custom resource

const HAS_ASSOCIATION = 'already has an association';

/** A call of the Lambda function of a custom resource, for checks of what the simulation assumes. */
export interface Invocation {
  readonly node: Node;
  readonly event: CustomResourceEvent;
  readonly caller: Caller;
  readonly before: SimulatedAccount;
  readonly after: SimulatedAccount;
  readonly response: CustomResourceResponse;
}

export type OnInvocation = (invocation: Invocation) => void;

/** Creates, updates and deletes single resources as CloudFormation does. */
export class Provisioner {
  private readonly resolver: Resolver;
  /** The functions, roles and policies. Undefined after a change of one of them. */
  private callers?: Callers;

  constructor(
    private readonly account: SimulatedAccount,
    graph: DeploymentGraph,
    parameters?: Record<string, string>,
    private readonly onInvocation?: OnInvocation,
  ) {
    this.resolver = new Resolver(graph, account, parameters);
  }

  /** Creates, updates or replaces a resource. Returns whether it changed. */
  public deploy(node: Node, known?: Properties): boolean {
    const { Type: type } = node.resource;
    if (!this.exists(node)) return false;
    const properties = known ?? this.propertiesOf(node);
    const before = this.account.deployed[node.id];
    if (before && JSON.stringify(before.properties) === JSON.stringify(properties)) return false;
    if (before && isCaller(type)) this.callers = undefined;

    if (type === 'Custom::AWS' && !hasUnknownCall(properties)) {
      const response = this.invoke(node, before ? 'Update' : 'Create', properties, before);
      if (before && before.physicalId !== response.PhysicalResourceId) this.account.replaced[node.id] = before;
      this.account.deployed[node.id] = { type, physicalId: response.PhysicalResourceId, attributes: response.Data, properties };
      return true;
    }
    const isReplaced = before && isReplacement(type, before.properties, properties);
    if (isReplaced) this.account.replaced[node.id] = before;
    const { physicalId, attributes } = this.put(node, properties, isReplaced ? undefined : before);
    const deployed = { type, physicalId, attributes, properties };
    this.account.deployed[node.id] = deployed;
    if (this.callers && isCaller(type)) addCaller(this.callers, deployed);
    return true;
  }

  /** Whether no condition of a resource is false. */
  public exists(node: Node): boolean {
    return conditionsOf(node).every(({ scope, condition }) => this.resolver.isTrue(scope, condition) !== false);
  }

  /** The conditions of a resource whose values are unknown. */
  public unknownConditionsOf(node: Node): string[] {
    return conditionsOf(node).filter(({ scope, condition }) => this.resolver.isTrue(scope, condition) === undefined)
      .map(({ scope, condition }) => nodeId(scope, condition));
  }

  public propertiesOf(node: Node): Properties {
    const properties = this.resolver.properties(node.scope, node.resource.Properties);
    if (typeof properties.KeyPolicy === 'string') return { ...properties, KeyPolicy: parsed(properties.KeyPolicy) };
    return node.resource.Type === 'Custom::AWS' ? Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, withoutSpaces(value)])) : properties;
  }

  /**
   * Deletes a resource that was removed from the template, or the resource that an update replaced. `next` is the resource in the new
   * template. Returns whether it deleted one.
   */
  public cleanUp(node: Node, next?: Node): boolean {
    const isKept = next !== undefined && this.exists(next);
    const resources = isKept ? this.account.replaced : this.account.deployed;
    const obsolete = resources[node.id];
    if (!obsolete) return false;
    delete resources[node.id];
    if (isCaller(obsolete.type)) this.callers = undefined;
    if ((isKept ? next.resource.UpdateReplacePolicy : node.resource.DeletionPolicy)?.startsWith('Retain')) return false;

    if (obsolete.type === 'Custom::AWS' && !hasUnknownCall(obsolete.properties)) this.invoke(node, 'Delete', obsolete.properties, obsolete);
    this.remove(obsolete);
    return true;
  }

  private put(node: Node, properties: Properties, before?: DeployedResource): { physicalId: string; attributes: Record<string, unknown> } {
    const { Type: resourceType } = node.resource;
    const { account = ACCOUNT, region: ownRegion = REGION } = node.scope;
    const specified = properties[NAMES[resourceType]];
    const name = before?.physicalId ?? (typeof specified === 'string' && !isUnknown(specified) ? specified : this.account.nameFor(node.id));
    const arnOf = (service: string, resource: string, region = ownRegion, owner = account) => `arn:${partitionOf(node.scope.region)}:${service}:${region}:${owner}:${resource}`;
    const arn = (...parts: Parameters<typeof arnOf>) => this.account.define(arnOf(...parts));
    switch (resourceType) {
      case 'AWS::KMS::ReplicaKey':
      case 'AWS::KMS::Key': {
        const keyArn = before?.attributes.Arn as string ?? arn('kms', `key/${name}`);
        this.putKey(keyArn, properties);
        return { physicalId: name, attributes: { Arn: keyArn, KeyId: name } };
      }
      case 'AWS::KMS::Alias': {
        const aliasName = properties.AliasName as string;
        const aliasArn = arn('kms', aliasName);
        const target = this.account.keyArn(properties.TargetKeyId as string);
        Object.assign(this.account.aliases, { [aliasArn]: target, [this.account.define(aliasName)]: target });
        return { physicalId: aliasName, attributes: { Arn: aliasArn, AliasName: aliasName } };
      }
      case 'AWS::Connect::Instance': {
        if (before) return before;
        const instanceArn = arn('connect', `instance/${name}`);
        const role = arn('iam', `role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_${name}`, '');
        this.account.instances[instanceArn] = { role };
        return { physicalId: instanceArn, attributes: { Arn: instanceArn, Id: name, ServiceRole: role } };
      }
      case 'AWS::Kinesis::Stream': {
        const streamArn = before?.attributes.Arn as string ?? arn('kinesis', `stream/${name}`);
        this.account.streams[streamArn] = { key: this.keyOf(properties.StreamEncryption, (alias) => arnOf('kms', alias)) };
        return { physicalId: name, attributes: { Arn: streamArn } };
      }
      case 'AWS::SSM::Parameter':
        this.account.parameters[name] = String(properties.Value);
        return { physicalId: name, attributes: { Value: properties.Value } };
      case 'AWS::KinesisFirehose::DeliveryStream': return { physicalId: name, attributes: { Arn: arn('firehose', `deliverystream/${name}`) } };
      case 'AWS::Connect::InstanceStorageConfig':
        this.associate(name, properties, this.unknownConditionsOf(node));
        return { physicalId: name, attributes: { AssociationId: name } };
      default: {
        if (isCustomResource(resourceType)) {
          if (hasUnknownCall(properties)) this.account.markAllKeys();
          else this.account.markKeysIn(this.withFunctions(properties));
          return { physicalId: unknown(node.id), attributes: {} };
        }
        if (resourceType === 'AWS::S3::Bucket') return { physicalId: name, attributes: { Arn: arn('s3', name, '', '') } };
        const [, service, type] = resourceType.toLowerCase().split('::');
        return { physicalId: name, attributes: { Arn: arn(service, `${type}/${name}`, '') } };
      }
    }
  }

  /** The properties of a custom resource, and those of its Lambda functions. Their environment variables can contain keys and other functions. */
  private withFunctions(properties: Properties): Properties[] {
    const functions = new Set([...(this.callers ??= callersIn(this.account)).byArn.values()].filter(({ type }) => type === 'AWS::Lambda::Function'));
    const found = [properties];
    for (const one of found) {
      const text = JSON.stringify(one);
      for (const other of functions) if (text.includes(String(other.attributes.Arn)) && functions.delete(other)) found.push(other.properties);
    }
    return found;
  }

  /** The ARN of the key that encrypts a stream, or of its alias. A template can also specify the id of a key or the name of an alias. */
  private keyOf(encryption: unknown, arnOfAlias: (name: string) => string): string | undefined {
    if (isUnknown(encryption)) return encryption as string;
    const keyId = (encryption as { KeyId?: string } | undefined)?.KeyId;
    return keyId?.startsWith('alias/') ? arnOfAlias(keyId) : keyId && this.account.keyArn(keyId);
  }

  private putKey(keyArn: string, { KeyPolicy, Enabled }: Properties): void {
    const policy = KeyPolicy === undefined ? defaultPolicy(keyArn) : typeof KeyPolicy === 'object' ? KeyPolicy as PolicyDocument : undefined;
    const roles = this.account.isOpen || !policy ? [] : connectRolesIn(policy);
    for (const principal of roles) {
      const exists = Object.values(this.account.instances).some(({ role }) => role === principal);
      if (!exists) throw new Error(`AWS KMS rejects the key policy: principal ${principal} does not exist`);
    }
    const { grants = [], isUsedByCustomResource } = this.account.keys[keyArn] ?? {};
    const state = isUnknown(Enabled) ? 'unknown' : String(Enabled) === 'false' ? 'disabled' : undefined;
    this.account.keys[keyArn] = { policy, grants, ...isUsedByCustomResource && { isUsedByCustomResource }, ...state && { state } };
  }

  private associate(id: string, { InstanceArn, ResourceType, KinesisStreamConfig }: Properties, conditions: string[]): void {
    const instance = this.account.instanceArn(InstanceArn as string);
    const dataType = ResourceType as string;
    const stream = (KinesisStreamConfig as { StreamArn: string } | undefined)?.StreamArn;
    if (!instance) throw new Error(`instance ${InstanceArn as string} does not exist`);
    if (stream && !this.account.hasStream(stream)) throw new Error(`stream ${stream} does not exist`);
    const existing = this.account.associationFor(instance, dataType);
    if (existing !== undefined && existing !== id) throw new Error(`${instance} ${HAS_ASSOCIATION} for ${dataType}`);
    this.account.associate(id, { instance, dataType, stream, conditions });
  }

  private remove({ type, physicalId, attributes, properties }: DeployedResource): void {
    const arn = attributes.Arn as string;
    switch (type) {
      case 'AWS::KMS::ReplicaKey':
      case 'AWS::KMS::Key': delete this.account.keys[arn]; break;
      case 'AWS::KMS::Alias': {
        delete this.account.aliases[arn];
        delete this.account.aliases[properties.AliasName as string];
        break;
      }
      case 'AWS::SSM::Parameter': delete this.account.parameters[physicalId]; break;
      case 'AWS::Connect::Instance': delete this.account.instances[physicalId]; break;
      case 'AWS::Kinesis::Stream': delete this.account.streams[arn]; break;
      case 'AWS::Connect::InstanceStorageConfig': this.account.disassociate(physicalId); break;
      default:
    }
  }

  /** Invokes the Lambda function of a custom resource with the policies that its role has at this moment. */
  private invoke(node: Node, RequestType: RequestType, properties: Properties, before?: DeployedResource): CustomResourceResponse {
    const event = {
      RequestType,
      LogicalResourceId: node.logicalId,
      PhysicalResourceId: before?.physicalId,
      ResourceProperties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)])), // as CloudFormation sends them
    };
    if (/"service":"(@aws-sdk\/client-)?kms"/i.test(event.ResourceProperties[RequestType]) && !/Grant(Command)?"/.test(event.ResourceProperties[RequestType])) {
      this.account.markKeysIn(properties);
    }
    const conditions = this.unknownConditionsOf(node);
    const caller = { ...this.callerOf(properties.ServiceToken as string), region: node.scope.region, ...conditions.length > 0 && { conditions } };
    const accountBefore = this.onInvocation && this.account.copy();
    const response = invokeCustomResource(event, caller, this.account);
    this.onInvocation?.({ node, event, caller, before: accountBefore!, after: this.account.copy(), response });
    if (response.Status === 'FAILED') throw new Error(`${RequestType} of ${node.id} failed: ${response.Reason}`);
    const size = JSON.stringify(response).length;
    if (size > MAX_RESPONSE_BYTES) throw new Error(`the response of ${node.id} cannot exceed ${MAX_RESPONSE_BYTES} bytes, got ${size}`);
    return response;
  }

  private callerOf(functionArn: string): Caller {
    const callers = this.callers ??= callersIn(this.account);
    const caller = callers.known.get(functionArn) ?? toCaller(functionArn, callers);
    callers.known.set(functionArn, caller);
    return caller;
  }
}

/** JSON without the spaces between its elements, because the calls of custom resources are searched for texts. */
function withoutSpaces(value: unknown): unknown {
  return typeof value === 'string' && /^\s*\{[^{]/.test(value) && /[{:,]\s/.test(value) ? JSON.stringify(JSON.parse(value)) : value;
}

/** The key policy that a text contains. A text with unknown parts may not be JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether the calls of a custom resource are determined by a condition or a parameter, so that it may do anything. */
function hasUnknownCall(properties: Properties): boolean {
  return CALLS.some((name) => /^(«|\{\{)/.test(String(properties[name])));
}

/** The conditions of a resource and of the nested stacks that contain it. */
function conditionsOf({ scope, resource: { Condition: condition } }: Pick<Node, 'scope' | 'resource'>): Array<{ scope: Scope; condition: string }> {
  const own = condition === undefined ? [] : [{ scope, condition }];
  if (!scope.parent) return own;
  const { scope: parent, logicalId } = scope.parent;
  return [...own, ...conditionsOf({ scope: parent, resource: parent.template.Resources[logicalId] })];
}

/** Whether a resource is a Lambda function, or a role or policy of one. */
export function isCaller(type: string): boolean {
  return type === 'AWS::Lambda::Function' || type.startsWith('AWS::IAM::');
}

interface Callers {
  readonly byArn: Map<unknown, DeployedResource>;
  readonly policiesByRole: Map<unknown, DeployedResource[]>;
  /** The callers that have been determined, by the ARN of the function. */
  readonly known: Map<string, Caller>;
}

function callersIn({ deployed }: SimulatedAccount): Callers {
  const callers: Callers = { byArn: new Map(), policiesByRole: new Map(), known: new Map() };
  for (const resource of Object.values(deployed)) if (isCaller(resource.type)) addCaller(callers, resource);
  return callers;
}

function addCaller({ byArn, policiesByRole, known }: Callers, resource: DeployedResource): void {
  known.clear();
  byArn.set(resource.attributes.Arn, resource);
  if (!['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'].includes(resource.type)) return;
  const { Roles = [], RoleName = [] } = resource.properties;
  for (const role of new Set([Roles, RoleName].flat())) policiesByRole.set(role, [...policiesByRole.get(role) ?? [], resource]);
}

function toCaller(functionArn: string, { byArn, policiesByRole }: Callers): Caller {
  const role = byArn.get(functionArn)?.properties.Role as string | undefined;
  const deployedRole = role === undefined ? undefined : byArn.get(role);
  if (!role || !deployedRole || hasPoliciesOfOthers(deployedRole)) return { role: role ?? unknown(`role of ${functionArn}`) };
  const attached = policiesByRole.get(deployedRole.physicalId) ?? [];
  const inline = (deployedRole.properties.Policies ?? []) as Properties[];
  return { role, policies: [...inline, ...attached.map(({ properties }) => properties)].map((policy) => policy.PolicyDocument as PolicyDocument) };
}

/** Whether a role has managed policies that the templates do not contain, other than the one for logs. */
function hasPoliciesOfOthers({ properties }: DeployedResource): boolean {
  return [properties.ManagedPolicyArns ?? []].flat().some((arn) => !String(arn).endsWith('AWSLambdaBasicExecutionRole'));
}

/** Whether a deployment failed because two associations are for one data type of an instance. */
export function isDuplicateAssociation(failure: string): boolean {
  return failure.includes(HAS_ASSOCIATION);
}

/** Whether a change of properties requires replacement. Undefined if a value is unknown. */
export function isReplacement(type: string, before: Properties, after: Properties): Decision {
  return any((REPLACEMENT[type] ?? []).map((name) => {
    const [one, other] = [before, after].map((properties) => properties[name] ?? DEFAULTS[name]);
    return one === undefined || other === undefined ? one !== other : negated(isEqual(textOf(one), textOf(other)));
  }));
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
