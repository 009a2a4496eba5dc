import type { AppGraph, Node } from './app-graph';
import type { Caller, FakeAws } from './fake-aws';
import { type HandlerResponse, invokeHandler } from './handler';
import type { PolicyDocument } from './policy-engine';
import { Resolver } from './resolve';
import { ACCOUNT, type Deployed, REGION, type World } from './world';

type Properties = Record<string, unknown>;
type RequestType = 'Create' | 'Update' | 'Delete';

/** The properties whose change makes CloudFormation replace a resource. */
const REPLACING: Record<string, string[]> = {
  'AWS::Connect::Instance': ['InstanceAlias'],
  'AWS::Connect::InstanceStorageConfig': ['InstanceArn', 'ResourceType'],
  'AWS::Kinesis::Stream': ['Name'],
};

/** Deploys and deletes single resources, as CloudFormation does. */
export class Provisioner {
  private readonly resolver: Resolver;
  private readonly replaced: Record<string, Deployed> = {};

  constructor(private readonly aws: FakeAws, private readonly world: World, app: AppGraph, parameters: Record<string, string>) {
    this.resolver = new Resolver(app, world, parameters);
    aws.world = world;
  }

  /** Creates, updates or replaces a resource. Tells whether anything happened. */
  public async deploy(node: Node): Promise<boolean> {
    const type = node.resource.Type;
    const properties = this.resolver.properties(node.scope, node.resource.Properties);
    const before = this.world.deployed[node.id];
    if (before && JSON.stringify(before.properties) === JSON.stringify(properties)) return false;

    if (type === 'Custom::AWS') {
      const response = await this.call(node, before ? 'Update' : 'Create', properties, before);
      if (before && before.physicalId !== response.PhysicalResourceId) this.replaced[node.id] = before;
      this.world.deployed[node.id] = { type, physicalId: response.PhysicalResourceId, attributes: response.Data, properties };
      return true;
    }
    const replace = before && REPLACING[type]?.some((name) => before.properties[name] !== properties[name]);
    if (replace) this.replaced[node.id] = before;
    const kept = replace ? undefined : before;
    this.world.deployed[node.id] = { type, properties, ...this.put(node, properties, kept) };
    return true;
  }

  /** Deletes what an update has replaced or no longer has, or what is deleted altogether. */
  public async cleanUp(node: Node, stays: boolean): Promise<boolean> {
    const gone = stays ? this.replaced[node.id] : this.world.deployed[node.id];
    if (!gone) return false;
    if (!stays) delete this.world.deployed[node.id];
    if ((node.resource as { DeletionPolicy?: string }).DeletionPolicy === 'Retain') return false;

    if (gone.type === 'Custom::AWS') await this.call(node, 'Delete', gone.properties, gone);
    this.remove(gone);
    return true;
  }

  private put(node: Node, properties: Properties, kept?: Deployed): { physicalId: string; attributes: Record<string, string> } {
    const name = kept?.physicalId ?? this.world.nameFor(node.id);
    const arn = (service: string, resource: string, region = REGION) => `arn:aws:${service}:${region}:${ACCOUNT}:${resource}`;
    switch (node.resource.Type) {
      case 'AWS::KMS::Key': {
        const keyArn = kept?.attributes.Arn ?? arn('kms', `key/${name}`);
        this.putKey(keyArn, properties.KeyPolicy as PolicyDocument);
        return { physicalId: name, attributes: { Arn: keyArn } };
      }
      case 'AWS::KMS::Alias':
        this.world.aliases[arn('kms', properties.AliasName as string)] = properties.TargetKeyId as string;
        return { physicalId: properties.AliasName as string, attributes: {} };
      case 'AWS::Connect::Instance': {
        const instanceArn = kept?.physicalId ?? arn('connect', `instance/${name}`);
        const role = arn('iam', `role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_${name}`, '');
        this.world.instances[instanceArn] = { role };
        return { physicalId: instanceArn, attributes: { Arn: instanceArn, ServiceRole: role } };
      }
      case 'AWS::Kinesis::Stream': {
        const streamArn = kept?.attributes.Arn ?? arn('kinesis', `stream/${name}`);
        this.world.streams[streamArn] = { key: (properties.StreamEncryption as { KeyId?: string } | undefined)?.KeyId };
        return { physicalId: name, attributes: { Arn: streamArn } };
      }
      case 'AWS::Connect::InstanceStorageConfig':
        this.associate(name, properties);
        return { physicalId: name, attributes: {} };
      default: {
        const made = arn(node.resource.Type.split('::')[1].toLowerCase(), `${node.resource.Type.split('::')[2].toLowerCase()}/${name}`, '');
        return { physicalId: name, attributes: { Arn: made } };
      }
    }
  }

  private putKey(keyArn: string, policy: PolicyDocument): void {
    for (const { Principal } of policy.Statement as Array<{ Principal: { AWS: string | string[] } }>) {
      for (const principal of [Principal.AWS].flat().filter((text) => text.includes('AWSServiceRoleForAmazonConnect'))) {
        const exists = Object.values(this.world.instances).some(({ role }) => role === principal);
        if (!exists) throw new Error(`KMS refuses the key policy: there is no principal ${principal}`);
      }
    }
    this.world.keys[keyArn] = { policy, grants: this.world.keys[keyArn]?.grants ?? [] };
  }

  private associate(id: string, { InstanceArn, ResourceType, KinesisStreamConfig }: Properties): void {
    const instance = InstanceArn as string;
    const data = ResourceType as string;
    const stream = (KinesisStreamConfig as { StreamArn: string } | undefined)?.StreamArn;
    if (!(instance in this.world.instances)) throw new Error(`there is no instance ${instance}`);
    if (stream && !(stream in this.world.streams)) throw new Error(`there is no stream ${stream}`);
    const twin = Object.entries(this.world.associations).find(([other, known]) => other !== id && known.instance === instance && known.data === data);
    if (twin) throw new Error(`${instance} has an association for ${data} already`);
    this.world.associations[id] = { instance, data, stream };
  }

  private remove({ type, physicalId, attributes, properties }: Deployed): void {
    switch (type) {
      case 'AWS::KMS::Key': delete this.world.keys[attributes.Arn]; break;
      case 'AWS::KMS::Alias': delete this.world.aliases[`arn:aws:kms:${REGION}:${ACCOUNT}:${String(properties.AliasName)}`]; break;
      case 'AWS::Connect::Instance': delete this.world.instances[physicalId]; break;
      case 'AWS::Kinesis::Stream': delete this.world.streams[attributes.Arn]; break;
      case 'AWS::Connect::InstanceStorageConfig': delete this.world.associations[physicalId]; break;
      default:
    }
  }

  /** Calls the Lambda function of the custom resource, with the rights that its role has at this moment. */
  private async call(node: Node, RequestType: RequestType, properties: Properties, before?: Deployed): Promise<HandlerResponse> {
    this.aws.caller = this.callerOf(properties.ServiceToken as string);
    const texts = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)])); // as CloudFormation sends them
    const response = await invokeHandler({
      RequestType,
      ResourceType: 'Custom::AWS',
      LogicalResourceId: node.logicalId,
      PhysicalResourceId: before?.physicalId,
      ResourceProperties: texts,
      OldResourceProperties: before?.properties,
    }, this.aws.endpoint);
    if (response.Status === 'FAILED') throw new Error(`${RequestType} of ${node.id} failed: ${response.Reason}`);
    const size = JSON.stringify(response).length;
    if (size > 4096) throw new Error(`${node.id} answers with ${size} bytes, CloudFormation takes 4096`);
    return response;
  }

  private callerOf(functionArn: string): Caller {
    const all = Object.values(this.world.deployed);
    const role = all.find(({ attributes }) => attributes.Arn === functionArn)!.properties.Role as string;
    const { physicalId } = all.find(({ attributes }) => attributes.Arn === role)!;
    const policies = all
      .filter(({ type, properties }) => type === 'AWS::IAM::Policy' && (properties.Roles as string[]).includes(physicalId))
      .map(({ properties }) => properties.PolicyDocument as PolicyDocument);
    return { role, policies };
  }
}
