import type { AppGraph, Node } from './app-graph';
import type { Caller, ConnectAndKmsServer } from './connect-and-kms-server';
import { type HandlerResponse, invokeHandler } from './custom-resource-handler';
import type { PolicyDocument } from './policy-engine';
import { Resolver } from './resolver';
import type { DeployedResource, SimulatedAccount } from './simulated-account';

type Properties = Record<string, unknown>;
type RequestType = 'Create' | 'Update' | 'Delete';

/** The properties whose change requires replacement of the resource. */
const REPLACEMENT: Record<string, string[]> = {
  'AWS::Connect::Instance': ['InstanceAlias'],
  'AWS::Connect::InstanceStorageConfig': ['InstanceArn', 'ResourceType'],
  'AWS::Kinesis::Stream': ['Name'],
};

const MAX_RESPONSE_BYTES = 4096; // quota of CloudFormation for the response of a custom resource

/** Creates, updates and deletes single resources as CloudFormation does. */
export class Provisioner {
  private readonly resolver: Resolver;

  constructor(
    private readonly server: ConnectAndKmsServer,
    private readonly account: SimulatedAccount,
    app: AppGraph,
    parameters: Record<string, string>,
  ) {
    this.resolver = new Resolver(app, account, parameters);
    server.account = account;
  }

  /** Creates, updates or replaces a resource. Returns whether it changed. */
  public async deploy(node: Node): Promise<boolean> {
    const type = node.resource.Type;
    const properties = this.resolver.properties(node.scope, node.resource.Properties);
    const before = this.account.deployed[node.id];
    if (before && JSON.stringify(before.properties) === JSON.stringify(properties)) return false;

    if (type === 'Custom::AWS') {
      const response = await this.invoke(node, before ? 'Update' : 'Create', properties, before);
      if (before && before.physicalId !== response.PhysicalResourceId) this.account.replaced[node.id] = before;
      this.account.deployed[node.id] = { type, physicalId: response.PhysicalResourceId, attributes: response.Data, properties };
      return true;
    }
    const isReplaced = before && REPLACEMENT[type]?.some((name) => before.properties[name] !== properties[name]);
    if (isReplaced) this.account.replaced[node.id] = before;
    this.account.deployed[node.id] = { type, properties, ...this.put(node, properties, isReplaced ? undefined : before) };
    return true;
  }

  /** Deletes a resource that was removed from the template, or the resource that an update replaced. Returns whether it deleted one. */
  public async cleanUp(node: Node, isKept: boolean): Promise<boolean> {
    const resources = isKept ? this.account.replaced : this.account.deployed;
    const obsolete = resources[node.id];
    if (!obsolete) return false;
    delete resources[node.id];
    const { DeletionPolicy, UpdateReplacePolicy } = node.resource;
    if ((isKept ? UpdateReplacePolicy : DeletionPolicy) === 'Retain') return false;

    if (obsolete.type === 'Custom::AWS') await this.invoke(node, 'Delete', obsolete.properties, obsolete);
    this.remove(obsolete);
    return true;
  }

  private put(node: Node, properties: Properties, before?: DeployedResource): { physicalId: string; attributes: Record<string, string> } {
    const name = before?.physicalId ?? this.account.nameFor(node.id);
    const arn = (service: string, resource: string, region = node.scope.region) => `arn:aws:${service}:${region}:${node.scope.account}:${resource}`;
    switch (node.resource.Type) {
      case 'AWS::KMS::Key': {
        const keyArn = before?.attributes.Arn ?? arn('kms', `key/${name}`);
        this.putKey(keyArn, properties.KeyPolicy as PolicyDocument);
        return { physicalId: name, attributes: { Arn: keyArn } };
      }
      case 'AWS::KMS::Alias': {
        const aliasArn = arn('kms', properties.AliasName as string);
        this.account.aliases[aliasArn] = properties.TargetKeyId as string;
        return { physicalId: properties.AliasName as string, attributes: { Arn: aliasArn } };
      }
      case 'AWS::Connect::Instance': {
        const instanceArn = before?.physicalId ?? arn('connect', `instance/${name}`);
        const role = arn('iam', `role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_${name}`, '');
        this.account.instances[instanceArn] = { role };
        return { physicalId: instanceArn, attributes: { Arn: instanceArn, ServiceRole: role } };
      }
      case 'AWS::Kinesis::Stream': {
        const streamArn = before?.attributes.Arn ?? arn('kinesis', `stream/${name}`);
        this.account.streams[streamArn] = { key: (properties.StreamEncryption as { KeyId?: string } | undefined)?.KeyId };
        return { physicalId: name, attributes: { Arn: streamArn } };
      }
      case 'AWS::Connect::InstanceStorageConfig':
        this.associate(name, properties);
        return { physicalId: name, attributes: {} };
      default: {
        const [, service, type] = node.resource.Type.toLowerCase().split('::');
        return { physicalId: name, attributes: { Arn: arn(service, `${type}/${name}`, '') } };
      }
    }
  }

  private putKey(keyArn: string, policy: PolicyDocument): void {
    for (const { Principal } of policy.Statement as Array<{ Principal: { AWS: string | string[] } }>) {
      for (const principal of [Principal.AWS].flat().filter((text) => text.includes('AWSServiceRoleForAmazonConnect'))) {
        const exists = Object.values(this.account.instances).some(({ role }) => role === principal);
        if (!exists) throw new Error(`AWS KMS rejects the key policy: principal ${principal} does not exist`);
      }
    }
    this.account.keys[keyArn] = { policy, grants: this.account.keys[keyArn]?.grants ?? [] };
  }

  private associate(id: string, { InstanceArn, ResourceType, KinesisStreamConfig }: Properties): void {
    const instance = InstanceArn as string;
    const dataType = ResourceType as string;
    const stream = (KinesisStreamConfig as { StreamArn: string } | undefined)?.StreamArn;
    if (!(instance in this.account.instances)) throw new Error(`instance ${instance} does not exist`);
    if (stream && !(stream in this.account.streams)) throw new Error(`stream ${stream} does not exist`);
    const exists = Object.entries(this.account.associations)
      .some(([other, association]) => other !== id && association.instance === instance && association.dataType === dataType);
    if (exists) throw new Error(`${instance} already has an association for ${dataType}`);
    this.account.associations[id] = { instance, dataType, stream };
  }

  private remove({ type, physicalId, attributes }: DeployedResource): void {
    switch (type) {
      case 'AWS::KMS::Key': delete this.account.keys[attributes.Arn]; break;
      case 'AWS::KMS::Alias': delete this.account.aliases[attributes.Arn]; break;
      case 'AWS::Connect::Instance': delete this.account.instances[physicalId]; break;
      case 'AWS::Kinesis::Stream': delete this.account.streams[attributes.Arn]; break;
      case 'AWS::Connect::InstanceStorageConfig': delete this.account.associations[physicalId]; break;
      default:
    }
  }

  /** Invokes the Lambda function of a custom resource with the policies that its role has at this moment. */
  private async invoke(node: Node, RequestType: RequestType, properties: Properties, before?: DeployedResource): Promise<HandlerResponse> {
    this.server.caller = this.callerOf(properties.ServiceToken as string);
    const strings = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)])); // as CloudFormation sends them
    const response = await invokeHandler({
      RequestType,
      ResourceType: 'Custom::AWS',
      LogicalResourceId: node.logicalId,
      PhysicalResourceId: before?.physicalId,
      ResourceProperties: strings,
      OldResourceProperties: before?.properties,
    }, this.server.endpoint, node.scope.region);
    if (response.Status === 'FAILED') throw new Error(`${RequestType} of ${node.id} failed: ${response.Reason}`);
    const size = JSON.stringify(response).length;
    if (size > MAX_RESPONSE_BYTES) throw new Error(`the response of ${node.id} cannot exceed ${MAX_RESPONSE_BYTES} bytes, got ${size}`);
    return response;
  }

  private callerOf(functionArn: string): Caller {
    const all = Object.values(this.account.deployed);
    const role = all.find(({ attributes }) => attributes.Arn === functionArn)!.properties.Role as string;
    const { physicalId } = all.find(({ attributes }) => attributes.Arn === role)!;
    const policies = all
      .filter(({ type, properties }) => ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(type) && (properties.Roles as string[]).includes(physicalId))
      .map(({ properties }) => properties.PolicyDocument as PolicyDocument);
    return { role, policies };
  }
}
