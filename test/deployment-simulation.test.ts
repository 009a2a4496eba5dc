/**
 * The parts of the deployment simulation on small templates: orders of deployment, intrinsic functions, API calls of custom resources,
 * and the state of the account.
 */
import { ACCOUNT, INSTANCE_ARN, KEY_ARN, OTHER_INSTANCE_ARN, REGION, ROLE_ARN, STREAM_ARN } from './support';
import type { Caller } from '../src/check/simulation/connect-and-kms';
import { invokeCustomResource, type RequestType } from '../src/check/simulation/custom-resource';
import { deploymentGraph, type DeploymentGraph } from '../src/check/simulation/deployment-graph';
import { DeploymentSimulation, type SimulationOptions, type Step } from '../src/check/simulation/deployment-simulation';
import { dependsOn, possibleOrders, restrict, reverse } from '../src/check/simulation/orders';
import { isReplacement } from '../src/check/simulation/provisioner';
import { Resolver } from '../src/check/simulation/resolver';
import { defaultPolicy, SimulatedAccount } from '../src/check/simulation/simulated-account';
import { stateDifferences } from '../src/check/simulation/state-differences';
import { described, isEqual, serviceRoleOf, splitText, unknown } from '../src/check/simulation/unknown-values';
import { templateOf } from '../src/template/cloud-assembly';

type Resources = Record<string, { Type: string; Properties?: object; DependsOn?: string | string[] }>;

const ref = (Ref: string) => ({ Ref });
const getAtt = (logicalId: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [logicalId, attribute] });
const association = (properties: object = {}, rest: object = {}) => ({
  ...rest,
  Type: 'AWS::Connect::InstanceStorageConfig',
  Properties: { InstanceArn: INSTANCE_ARN, ResourceType: 'AGENT_EVENTS', StorageType: 'KINESIS_STREAM', KinesisStreamConfig: { StreamArn: STREAM_ARN }, ...properties },
});
const sdkCall = (action: string, parameters: object, rest: object = {}) => JSON.stringify({ service: 'kms', action, parameters, ...rest });
const CREATE_GRANT = sdkCall('createGrant', { KeyId: KEY_ARN, GranteePrincipal: ROLE_ARN, Operations: ['GenerateDataKey'] }, { physicalResourceId: { responsePath: 'GrantId' } });
const REVOKE_GRANT = sdkCall('revokeGrant', { KeyId: KEY_ARN, GrantId: 'PHYSICAL:RESOURCEID:' });
const grant = (properties: object = {}) => ({ Type: 'Custom::AWS', Properties: { ServiceToken: 'function', Create: CREATE_GRANT, Delete: REVOKE_GRANT, ...properties } });
const stream = (name: string, rest: object = {}) => ({ Type: 'AWS::Kinesis::Stream', Properties: { Name: name, StreamEncryption: { EncryptionType: 'KMS', KeyId: getAtt('Key') } }, ...rest });
const key = (...statements: object[]) => ({ Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [...defaultPolicy(KEY_ARN).Statement, ...statements] } } });
const STATEMENT = { Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:GenerateDataKey', Resource: '*' };

const GRANTED: Resources = { Grant: grant(), Agents: association({}, { DependsOn: 'Grant' }) };
const UNORDERED: Resources = { Grant: grant(), Agents: association() };
const LOST = { instance: INSTANCE_ARN, dataType: 'AGENT_EVENTS', key: KEY_ARN };

/** An instance with a stream whose key gives no permission to Amazon Connect. */
function existing(): SimulatedAccount {
  return new SimulatedAccount().addInstance(INSTANCE_ARN, ROLE_ARN).addKey(KEY_ARN).addStream(STREAM_ARN, KEY_ARN);
}

function graphOf(stacks: Record<string, Resources>, rest: object = {}, environment: { region?: string } = { region: REGION }): DeploymentGraph {
  return deploymentGraph(Object.entries(stacks).map(([name, Resources]) => (
    { name, stackName: name, file: `${name}.json`, account: ACCOUNT, ...environment, template: templateOf({ Resources, ...rest }), pathOf: (id) => id })));
}

function graph(resources: Resources, rest?: object): DeploymentGraph {
  return graphOf({ Stack: resources }, rest);
}

const simulation = (options: SimulationOptions = {}) => new DeploymentSimulation({ parameters: {}, ...options });

describe('a creation', () => {
  test('that is sound loses no record, and leaves the resources in the account', () => {
    const { lostRecords, combinations, exhaustive, account } = simulation().create(existing(), graph(GRANTED));
    expect({ lostRecords, combinations, exhaustive }).toEqual({ lostRecords: [], combinations: 1, exhaustive: true });
    expect(account.associations).toEqual({ 'Stack-Agents-1': { instance: INSTANCE_ARN, dataType: 'AGENT_EVENTS', stream: STREAM_ARN, conditions: [] } });
    expect(account.keys[KEY_ARN].grants).toEqual([{ id: `grant-undefined-on-${KEY_ARN.replaceAll('/', '-')}-1`, grantee: ROLE_ARN, operations: ['GenerateDataKey'] }]);
  });

  test('that is not ordered loses a record in one of the orders', () => {
    const { lostRecords, combinations } = simulation().create(existing(), graph(UNORDERED));
    expect(combinations).toBe(2);
    expect(lostRecords).toEqual([{ ...LOST, after: 'deploying Stack/Agents', order: 'deploying [Stack/Agents, Stack/Grant]' }]);
  });

  test('deploys other resources just before the resource that depends on them', () => {
    const steps: Step[] = [];
    const topic = { Type: 'AWS::SNS::Topic' };
    simulation({ onStep: (step) => steps.push(step) }).create(existing(), graph({ Last: topic, Agents: association({}, { DependsOn: ['Topic', 'Grant'] }), Topic: topic, Grant: grant() }));
    expect(steps.map(({ verb, id, order }) => [verb, id, order])).toEqual(
      ['Grant', 'Topic', 'Agents', 'Last'].map((id) => ['deploying', `Stack/${id}`, 'deploying [Stack/Grant, Stack/Agents]']));
  });

  test('with too many orders uses the adversarial ones', () => {
    const grants = Object.fromEntries([1, 2, 3, 4].map((number) => [`Grant${number}`, grant({ Create: CREATE_GRANT.replace('"KeyId"', `"Name":"${number}","KeyId"`) })]));
    const { exhaustive, combinations, lostRecords } = simulation({ maxOrders: 10 }).create(existing(), graph({ ...grants, Agents: association() }));
    expect(exhaustive).toBe(false);
    expect(combinations).toBeLessThanOrEqual(10);
    expect(lostRecords.map(({ after }) => after)).toContain('deploying Stack/Agents');
  });

  test('of two stacks is exhaustive if both are', () => {
    const one = { Stream: { Type: 'AWS::Kinesis::Stream' } };
    const two = { ...one, Other: one.Stream };
    const isExhaustive = (A: Resources, B: Resources) => simulation({ maxOrders: 1 }).create(existing(), graphOf({ A, B })).exhaustive;
    expect([isExhaustive(one, one), isExhaustive(one, two), isExhaustive(two, one)]).toEqual([true, false, false]);
  });

  test('of resources of every decisive type is simulated in all orders', () => {
    const policy = (Type: string) => ({ Type, Properties: { PolicyDocument: { Statement: [] } } });
    const decisive: Resources = {
      Instance: { Type: 'AWS::Connect::Instance', Properties: { InstanceAlias: 'support' } },
      Managed: policy('AWS::IAM::ManagedPolicy'),
      Inline: policy('AWS::IAM::Policy'),
      OfRole: policy('AWS::IAM::RolePolicy'),
      Key: key(),
      Replica: { ...key(), Type: 'AWS::KMS::ReplicaKey' },
      Stream: { Type: 'AWS::Kinesis::Stream', Properties: {} },
      Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/records', TargetKeyId: KEY_ARN } },
      Grant: grant(),
      Agents: association(),
    };
    for (const [id, resource] of Object.entries(decisive)) {
      const other = id === 'Stream' ? 'Inline' : 'Stream';
      expect([id, simulation().create(existing(), graph({ [id]: resource, [other]: decisive[other] })).combinations]).toEqual([id, 2]);
    }
    expect(simulation().create(existing(), graph({ Topic: { Type: 'AWS::SNS::Topic' }, Stream: decisive.Stream })).combinations).toBe(1);
  });

  test('whose orders end in different states is an error', () => {
    const alias = (target: string) => ({ Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/records', TargetKeyId: target } });
    const resources = { One: alias(KEY_ARN), Other: alias(`${KEY_ARN}-other`) };
    expect(() => simulation().create(existing(), graph(resources))).toThrow([
      'Two orders end in different states:',
      '1. deploying [Stack/One, Stack/Other], cleaning up []',
      '2. deploying [Stack/Other, Stack/One], cleaning up []',
      'Differences (1 / 2):',
      `aliases > alias/records: "${KEY_ARN}-other" / "${KEY_ARN}"`,
    ].join('\n'));
  });

  test.each<[string, Resources, string]>([
    ['a key policy names a role that does not exist', { Key: key({ ...STATEMENT, Principal: { AWS: `${ROLE_ARN}-other` } }) }, `AWS KMS rejects the key policy: principal ${ROLE_ARN}-other does not exist`],
    ['the instance does not exist', { Agents: association({ InstanceArn: OTHER_INSTANCE_ARN }) }, `instance ${OTHER_INSTANCE_ARN} does not exist`],
    ['the stream does not exist', { Agents: association({ KinesisStreamConfig: { StreamArn: `${STREAM_ARN}-other` } }) }, `stream ${STREAM_ARN}-other does not exist`],
    ['the data type has an association', { Agents: association(), Other: association({}, { DependsOn: 'Agents' }) }, `${INSTANCE_ARN} already has an association for AGENT_EVENTS`],
    ['the value of a parameter is missing', { Agents: association({ InstanceArn: ref('Instance') }) }, 'cannot determine parameter Instance of Stack'],
    ['the call of a custom resource fails', { Grant: grant({ Create: sdkCall('createGrant', { KeyId: KEY_ARN, GranteePrincipal: ROLE_ARN }) }) }, 'Create of Stack/Grant failed: Operations must not be null'],
  ])('fails if %s', (_, resources, message) => {
    expect(() => simulation().create(existing(), graph(resources))).toThrow(message);
  });

  test('accepts a key policy that names the role of one of the instances', () => {
    const { account } = simulation().create(existing().addInstance(OTHER_INSTANCE_ARN, `${ROLE_ARN}-other`), graph({ Key: key({ ...STATEMENT, Principal: { AWS: [ROLE_ARN, `${ROLE_ARN}-other`] } }) }));
    expect(Object.keys(account.keys)).toHaveLength(2);
  });

  test.each([[true, 4097 - 4096], [false, 0]])('fails if the response of a custom resource is larger than the quota: %j', (fails, excess) => {
    const describe = (outputPaths?: string[]) => ({ Type: 'Custom::AWS', Properties: { ServiceToken: 'function', Create: JSON.stringify({ service: 'connect', action: 'describeInstance', parameters: { InstanceId: INSTANCE_ARN }, outputPaths }) } });
    const accountWith = (text: string) => new SimulatedAccount().addInstance(INSTANCE_ARN, ROLE_ARN, { Text: text });
    const create = (text: string, outputPaths?: string[]) => simulation().create(accountWith(text), graph({ Lookup: describe(outputPaths) })).account.deployed['Stack/Lookup'];
    const { physicalId, attributes } = create('');
    const size = JSON.stringify({ Status: 'SUCCESS', Reason: 'OK', PhysicalResourceId: physicalId, Data: attributes }).length;
    const text = 'x'.repeat(4096 - size + excess);
    if (fails) expect(() => create(text)).toThrow('the response of Stack/Lookup cannot exceed 4096 bytes, got 4097');
    else expect(create(text).attributes['Instance.Text']).toBe(text);
    expect(create(text, ['Instance.Ser', 'Instance.Arn']).attributes).toEqual({ 'Instance.ServiceRole': ROLE_ARN, 'Instance.Arn': INSTANCE_ARN });
  });

  test('reports the calls of custom resources with the account before and after', () => {
    const grants: number[][] = [];
    simulation({
      onInvocation: ({ node, event, before, after, response }) => {
        grants.push([before, after].map((account) => account.keys[KEY_ARN].grants.length));
        expect([node.id, event.RequestType, response.Status]).toEqual(['Stack/Grant', 'Create', 'SUCCESS']);
      },
    }).create(existing(), graph(GRANTED));
    expect(grants).toEqual([[0, 1]]);
  });
});

describe('the Lambda function of a custom resource', () => {
  const policy = (type: string, action: string, rest: object = {}) => (
    { Type: type, Properties: { Roles: [ref('Role')], PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] } }, ...rest });
  const functionWith = (role: object = {}): Resources => (
    { Role: { Type: 'AWS::IAM::Role', Properties: role }, Function: { Type: 'AWS::Lambda::Function', Properties: { Role: getAtt('Role') } } });
  const ownGrant = (DependsOn: string[], properties: object = {}) => (
    { ...grant({ ServiceToken: getAtt('Function'), ...properties }), DependsOn });
  const create = (resources: Resources) => simulation({ maxOrders: 1 }).create(existing(), graph(resources)).account;
  const DENIED = /^Create of Stack\/Grant failed: User: arn:aws:iam::\d+:role\/Stack-Role-1 is not authorized to perform: kms:CreateGrant/;
  const managed = (name: string) => ({ ManagedPolicyArns: [`arn:aws:iam::aws:policy/${name}`] });

  test.each<[string, Resources]>([
    ['without policies', functionWith()],
    ['with the managed policy for logs only', functionWith(managed('service-role/AWSLambdaBasicExecutionRole'))],
    ['with a policy for another action', { ...functionWith(), Policy: policy('AWS::IAM::Policy', 'kms:Decrypt') }],
    ['with a policy of another role', { ...functionWith(), Policy: { ...policy('AWS::IAM::Policy', 'kms:*'), Properties: { ...policy('', 'kms:*').Properties, Roles: ['other'] } } }],
  ])('cannot call %s', (_, resources) => {
    expect(() => create({ ...resources, Grant: ownGrant('Policy' in resources ? ['Policy'] : []) })).toThrow(DENIED);
  });

  test.each<[string, Resources]>([
    ['with a policy', { ...functionWith(), Policy: policy('AWS::IAM::Policy', 'kms:*') }],
    ['with a managed policy', { ...functionWith(), Policy: policy('AWS::IAM::ManagedPolicy', 'kms:*') }],
    ['with a policy in its role', functionWith({ Policies: [{ PolicyDocument: policy('', 'kms:CreateGrant').Properties.PolicyDocument }] })],
    ['with a managed policy that the template does not define', functionWith(managed('AdministratorAccess'))],
    ['with a role that the template does not define', { Function: { Type: 'AWS::Lambda::Function', Properties: { Role: 'arn:aws:iam::111122223333:role/app' } } }],
  ])('can call %s', (_, resources) => {
    expect(create({ ...resources, Grant: ownGrant('Policy' in resources ? ['Policy'] : []) }).keys[KEY_ARN].grants).toHaveLength(1);
  });

  test('has the policies of the moment of its call', () => {
    const named = (name: string) => CREATE_GRANT.replace('"KeyId"', `"Name":"${name}","KeyId"`);
    const resources = (action: string, tag: string, dependencies: Record<'First' | 'Policy' | 'Second', string[]>): Resources => ({
      ...functionWith(),
      First: ownGrant(dependencies.First, { Create: named('a'), Update: named('a'), Tag: tag }),
      Policy: policy('AWS::IAM::Policy', action, { DependsOn: dependencies.Policy }),
      Second: ownGrant(dependencies.Second, { Create: named('b'), Update: named('b'), Tag: tag }),
    });
    const before = resources('kms:*', '1', { First: ['Policy'], Policy: [], Second: ['Policy'] });
    const after = resources('kms:RevokeGrant', '2', { First: [], Policy: ['First'], Second: ['Policy'] });
    const account = create(before);
    expect(() => simulation({ maxOrders: 1 }).update(account, graph(before), graph(after))).toThrow('Update of Stack/Second failed: ');
    expect(() => simulation({ maxOrders: 1 }).delete(account, graph(after))).toThrow('Delete of Stack/First failed: ');
  });
});

test('the physical names are those that the template specifies', () => {
  const named = (Type: string, property: string): Resources[string] => ({ Type, Properties: { [property]: 'own' } });
  const { account } = simulation().create(existing(), graph({
    Role: named('AWS::IAM::Role', 'RoleName'),
    Stream: named('AWS::Kinesis::Stream', 'Name'),
    Delivery: named('AWS::KinesisFirehose::DeliveryStream', 'DeliveryStreamName'),
    Function: named('AWS::Lambda::Function', 'FunctionName'),
    Bucket: named('AWS::S3::Bucket', 'BucketName'),
    Parameter: named('AWS::SSM::Parameter', 'Name'),
    Topic: named('AWS::SNS::Topic', 'TopicName'),
  }));
  expect(Object.fromEntries(Object.entries(account.deployed).map(([id, { physicalId }]) => [id.replace('Stack/', ''), physicalId]))).toEqual({
    Role: 'own', Stream: 'own', Delivery: 'own', Function: 'own', Bucket: 'own', Parameter: 'own', Topic: 'Stack-Topic-1',
  });
});

test('a parameter in Parameter Store has its value until it is deleted', () => {
  const resources: Resources = {
    Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/stream', Value: STREAM_ARN } },
    Agents: association({ KinesisStreamConfig: { StreamArn: '{{resolve:ssm:/stream:12}}' } }, { DependsOn: 'Parameter' }),
    Calls: association({ ResourceType: 'CONTACT_TRACE_RECORDS', KinesisStreamConfig: { StreamArn: getAtt('Parameter', 'Value') } }, { DependsOn: 'Agents' }),
  };
  const { account } = simulation().create(existing(), graph(resources));
  expect(Object.values(account.associations).map(({ stream: arn }) => arn)).toEqual([STREAM_ARN, STREAM_ARN]);
  expect(account.state().parameters).toEqual({ '/stream': STREAM_ARN });
  expect(simulation().delete(account, graph(resources)).account.state()).toEqual(existing().state());
});

describe('a deletion', () => {
  const created = () => simulation().create(existing(), graph(GRANTED)).account;

  test('leaves the account as it was', () => {
    const { lostRecords, account, combinations } = simulation().delete(created(), graph(GRANTED));
    expect({ lostRecords, combinations }).toEqual({ lostRecords: [], combinations: 1 });
    expect(account.state()).toEqual(existing().state());
  });

  test('that is not ordered loses a record in one of the orders', () => {
    const { lostRecords, combinations } = simulation().delete(created(), graph(UNORDERED));
    expect(combinations).toBe(2);
    expect(lostRecords).toEqual([{ ...LOST, after: 'cleaning up Stack/Grant', order: 'deploying [], cleaning up [Stack/Grant, Stack/Agents]' }]);
  });

  test('deletes the stacks in reverse order', () => {
    const both = graphOf({ First: { Grant: GRANTED.Grant }, Second: { Agents: association() } });
    const { account } = simulation().create(existing(), both);
    const steps: string[] = [];
    const { lostRecords } = simulation({ onStep: ({ verb, id }) => steps.push(`${verb} ${id}`) }).delete(account, both);
    expect(steps).toEqual(['cleaning up Second/Agents', 'cleaning up First/Grant']);
    expect(lostRecords).toEqual([]);
  });

  test('of every type removes the resource, unless it is retained', () => {
    const resources: Resources = {
      Instance: { Type: 'AWS::Connect::Instance', Properties: {} },
      Key: key(),
      Replica: { ...key(), Type: 'AWS::KMS::ReplicaKey' },
      Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/records', TargetKeyId: getAtt('Key') } },
      Stream: stream('records'),
      Agents: association({ InstanceArn: getAtt('Instance'), KinesisStreamConfig: { StreamArn: getAtt('Stream') } }),
    };
    const { account } = simulation({ maxOrders: 1 }).create(existing(), graph(resources));
    expect(account.state()).not.toEqual(existing().state());
    expect(simulation({ maxOrders: 1 }).delete(account, graph(resources)).account.state()).toEqual(existing().state());
    const retained = Object.fromEntries(Object.entries(resources).map(([id, resource]) => [id, { ...resource, DeletionPolicy: 'RetainExceptOnCreate' }]));
    const { account: after } = simulation({ maxOrders: 1 }).delete(account, graph(retained));
    expect(after.state()).toEqual({ ...account.state(), deployed: {} });
  });

  test('that fails is an error, unless the simulation continues', () => {
    const account = created();
    account.keys[KEY_ARN].grants.pop();
    expect(() => simulation().delete(account, graph(GRANTED))).toThrow('Delete of Stack/Grant failed: Grant ID not found');
    const steps: string[] = [];
    simulation({ continueCleanup: true, onStep: ({ id }) => steps.push(id) }).delete(account, graph(GRANTED));
    expect(steps).toEqual(['Stack/Agents']);
  });
});

describe('an update', () => {
  const base = (name: string, rest: object = {}): Resources => ({ Key: key(STATEMENT), Stream: stream(name, rest), Agents: association({ KinesisStreamConfig: { StreamArn: getAtt('Stream') } }) });
  const streams = (account: SimulatedAccount) => Object.keys(account.streams).map((arn) => arn.split('/')[1]);

  test('replaces a resource and deletes the replaced one in the cleanup', () => {
    const steps: string[] = [];
    const { account } = simulation().create(existing(), graph(base('before')));
    const { lostRecords, account: after } = simulation({ onStep: ({ verb, id }) => steps.push(`${verb} ${id}`) }).update(account, graph(base('before')), graph(base('after')));
    expect(steps).toEqual(['deploying Stack/Stream', 'deploying Stack/Agents', 'cleaning up Stack/Stream']);
    expect(lostRecords).toEqual([]);
    expect(streams(after)).toEqual(['existing', 'after']);
  });

  test('retains the replaced resource with UpdateReplacePolicy Retain', () => {
    const { account } = simulation().create(existing(), graph(base('before')));
    const retained = base('after', { UpdateReplacePolicy: 'Retain' });
    expect(streams(simulation().update(account, graph(base('before')), graph(retained)).account)).toEqual(['existing', 'before', 'after']);
  });

  test('changes only the stacks whose templates change', () => {
    const stacks = (name: string) => graphOf({ Stack: base(name), Other: { Topic: { Type: 'AWS::SNS::Topic' } } });
    const { account } = simulation().create(existing(), stacks('before'));
    const steps: string[] = [];
    const { combinations } = simulation({ onStep: ({ id }) => steps.push(id) }).update(account, stacks('before'), stacks('after'));
    expect(new Set(steps)).toEqual(new Set(['Stack/Stream', 'Stack/Agents']));
    expect(combinations).toBe(2);
  });

  test('that calls the API of a custom resource again keeps its physical ID, or replaces it', () => {
    const named = (Name: string): Resources => ({ Grant: grant({ Create: CREATE_GRANT, Update: CREATE_GRANT.replace('"KeyId"', `"Name":"${Name}","KeyId"`) }) });
    const { account } = simulation().create(existing(), graph(named('first')));
    const { account: updated } = simulation().update(account, graph(named('first')), graph(named('second')));
    expect(updated.keys[KEY_ARN].grants.map(({ name }) => name)).toEqual(['second']);
    const { account: same } = simulation().update(updated, graph(named('second')), graph({ Grant: { ...named('second').Grant, Properties: { ...named('second').Grant.Properties, Tag: '1' } } }));
    expect(same.keys[KEY_ARN].grants).toEqual(updated.keys[KEY_ARN].grants);
  });

  test.each<[string, string, object, object, boolean]>([
    ['a directory', 'AWS::Connect::Instance', { DirectoryId: 'a' }, { DirectoryId: 'b' }, true],
    ['the identity management', 'AWS::Connect::Instance', { IdentityManagementType: 'SAML' }, { IdentityManagementType: 'CONNECT_MANAGED' }, true],
    ['the alias of an instance', 'AWS::Connect::Instance', { InstanceAlias: 'a' }, { InstanceAlias: 'b' }, true],
    ['the attributes of an instance', 'AWS::Connect::Instance', { Attributes: { InboundCalls: true } }, { Attributes: { InboundCalls: false } }, false],
    ['the instance of an association', 'AWS::Connect::InstanceStorageConfig', { InstanceArn: 'a' }, { InstanceArn: 'b' }, true],
    ['the data type of an association', 'AWS::Connect::InstanceStorageConfig', { ResourceType: 'a' }, { ResourceType: 'b' }, true],
    ['the name of an alias', 'AWS::KMS::Alias', { AliasName: 'alias/a' }, { AliasName: 'alias/b' }, true],
    ['the specification of a key', 'AWS::KMS::Key', { KeySpec: 'a' }, { KeySpec: 'b' }, true],
    ['the usage of a key', 'AWS::KMS::Key', { KeyUsage: 'a' }, { KeyUsage: 'b' }, true],
    ['the Regions of a key', 'AWS::KMS::Key', { MultiRegion: false }, { MultiRegion: true }, true],
    ['the origin of a key', 'AWS::KMS::Key', { Origin: 'AWS_KMS' }, { Origin: 'EXTERNAL' }, true],
    ['the primary key of a replica key', 'AWS::KMS::ReplicaKey', { PrimaryKeyArn: 'a' }, { PrimaryKeyArn: 'b' }, true],
    ['the name of a stream', 'AWS::Kinesis::Stream', { Name: 'a' }, { Name: 'b' }, true],
    ['the name of a delivery stream', 'AWS::KinesisFirehose::DeliveryStream', { DeliveryStreamName: 'a' }, { DeliveryStreamName: 'b' }, true],
    ['the type of a delivery stream', 'AWS::KinesisFirehose::DeliveryStream', { DeliveryStreamType: 'DirectPut' }, { DeliveryStreamType: 'KinesisStreamAsSource' }, true],
    ['the source stream of a delivery stream', 'AWS::KinesisFirehose::DeliveryStream', {}, { KinesisStreamSourceConfiguration: {} }, true],
    ['the source cluster of a delivery stream', 'AWS::KinesisFirehose::DeliveryStream', {}, { MSKSourceConfiguration: {} }, true],
    ['the default type of a delivery stream', 'AWS::KinesisFirehose::DeliveryStream', {}, { DeliveryStreamType: 'DirectPut' }, false],
    ['no source stream of a delivery stream', 'AWS::KinesisFirehose::DeliveryStream', { KinesisStreamSourceConfiguration: {} }, {}, true],
    ['the source stream of a delivery stream', 'AWS::KinesisFirehose::DeliveryStream', { KinesisStreamSourceConfiguration: { RoleARN: 'a' } }, { KinesisStreamSourceConfiguration: { RoleARN: 'b' } }, true],
    ['no part of the source stream of a delivery stream', 'AWS::KinesisFirehose::DeliveryStream', { KinesisStreamSourceConfiguration: { RoleARN: 'a' } }, { KinesisStreamSourceConfiguration: { RoleARN: 'a' } }, false],
    ['the name of a topic', 'AWS::SNS::Topic', { TopicName: 'a' }, { TopicName: 'b' }, false],
  ])('of %s (%s) from %j to %j replaces the resource: %j', (_, type, before, after, expected) => {
    expect(isReplacement(type, before as Record<string, unknown>, after as Record<string, unknown>)).toBe(expected);
  });
});

describe('orders', () => {
  const DEPENDENCIES = new Map([['a', new Set<string>()], ['b', new Set(['a'])], ['c', new Set(['b'])], ['d', new Set<string>()]]);

  test('are all that the dependencies allow', () => {
    const all = { orders: [['a', 'b', 'c', 'd'], ['a', 'b', 'd', 'c'], ['a', 'd', 'b', 'c'], ['d', 'a', 'b', 'c']], exhaustive: true };
    expect(possibleOrders(DEPENDENCIES)).toEqual(all);
    expect(possibleOrders(DEPENDENCIES, 4)).toEqual(all);
  });

  test('are the adversarial ones above a limit: each item as early and as late as possible', () => {
    expect(possibleOrders(DEPENDENCIES, 3)).toEqual({ orders: [['a', 'b', 'c', 'd'], ['d', 'a', 'b', 'c'], ['a', 'd', 'b', 'c'], ['a', 'b', 'd', 'c']], exhaustive: false });
  });

  test('do not exist for circular dependencies', () => {
    const circle = new Map([['a', new Set(['b'])], ['b', new Set(['a'])], ['c', new Set<string>()]]);
    expect(() => possibleOrders(circle)).toThrow('circular dependency between a, b');
    expect([dependsOn(circle, 'a', 'b'), dependsOn(circle, 'a', 'a'), dependsOn(circle, 'c', 'a')]).toEqual([true, true, false]);
  });

  test('of some of the items follow indirect dependencies', () => {
    expect(restrict(DEPENDENCIES, (item) => item !== 'b')).toEqual(new Map([['a', new Set()], ['c', new Set(['a'])], ['d', new Set()]]));
    expect(reverse(DEPENDENCIES)).toEqual(new Map([['a', new Set(['b'])], ['b', new Set(['c'])], ['c', new Set()], ['d', new Set()]]));
  });
});

test.each<[unknown, unknown, string[]]>([
  [{ a: { b: 1 } }, { a: { b: 1 } }, []],
  [{ a: { b: 1 }, c: 'x' }, { a: { b: 2 }, c: 'x' }, ['a > b: 1 / 2']],
  [{ a: 1 }, { b: 1 }, ['a: 1 / absent', 'b: absent / 1']],
  [{ a: [1] }, { a: [2] }, ['a: [1] / [2]']],
  [{ a: null }, { a: {} }, ['a: null / {}']],
  [{ a: 'text' }, { a: { b: 1 } }, ['a: "text" / {"b":1}']],
  [1, 2, [': 1 / 2']],
])('the differences between %j and %j', (one, other, expected) => {
  expect(stateDifferences(one, other)).toEqual(expected);
});

describe('intrinsic functions', () => {
  const PARAMETERS = { Name: 'value', export: 'imported' };
  const MAPPINGS = { Map: { a: { b: 'mapped' } } };
  const OUTPUTS = { Out: { Value: ref('Topic'), Export: { Name: { 'Fn::Sub': '${AWS::StackName}-topic' } } } };
  const CONDITIONS = {
    True: { 'Fn::Equals': ['a', 'a'] },
    False: { 'Fn::Equals': ['a', ref('Name')] },
    NotTrue: { 'Fn::Not': [{ Condition: 'True' }] },
    Or: { 'Fn::Or': [{ Condition: 'False' }, { Condition: 'True' }] },
    And: { 'Fn::And': [{ Condition: 'False' }, { Condition: 'True' }] },
    China: { 'Fn::Equals': [ref('AWS::Partition'), 'aws-cn'] },
  };
  const resolve = (value: unknown, region = REGION, parameters?: Record<string, string>): unknown => {
    const app = graphOf({ Stack: { Topic: { Type: 'AWS::SNS::Topic' }, Lookup: { Type: 'Custom::AWS' } } }, { Conditions: CONDITIONS, Mappings: MAPPINGS, Outputs: OUTPUTS }, { region });
    const account = new SimulatedAccount();
    account.deployed = { 'Stack/Topic': { type: 'AWS::SNS::Topic', physicalId: 'topic', attributes: { TopicName: 'name' }, properties: {} } };
    return new Resolver(app, account, parameters).properties(app.scopes.get('Stack')!, { value }).value;
  };

  test.each<[unknown, unknown]>([
    [ref('Topic'), 'topic'],
    [getAtt('Topic', 'TopicName'), 'name'],
    [ref('Name'), 'value'],
    [ref('AWS::AccountId'), ACCOUNT],
    [ref('AWS::Region'), REGION],
    [ref('AWS::Partition'), 'aws'],
    [ref('AWS::URLSuffix'), 'amazonaws.com'],
    [ref('AWS::StackName'), 'Stack'],
    [ref('AWS::StackId'), `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Stack/0`],
    [ref('AWS::NoValue'), undefined],
    [{ 'Fn::Join': ['-', ['a', ref('Name')]] }, 'a-value'],
    [{ 'Fn::Sub': '${Topic}-${Topic.TopicName}-${!Topic}' }, 'topic-name-${Topic}'],
    [{ 'Fn::Sub': ['${One}', { One: 'two' }] }, 'two'],
    [{ 'Fn::Split': [',', 'a,b'] }, ['a', 'b']],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
    [{ 'Fn::FindInMap': ['Map', 'a', 'b'] }, 'mapped'],
    [{ 'Fn::ImportValue': 'Stack-topic' }, 'topic'],
    [{ 'Fn::ImportValue': 'export' }, 'imported'],
    [{ 'Fn::GetStackOutput': { StackName: 'Stack', OutputName: 'Out' } }, 'topic'],
    ...Object.entries({ True: 'yes', False: 'no', NotTrue: 'no', Or: 'yes', And: 'no', China: 'no' }).map(([condition, expected]) => (
      [{ 'Fn::If': [condition, 'yes', 'no'] }, expected] as [unknown, unknown])),
  ])('%j is %j', (value, expected) => {
    expect(resolve(value, REGION, PARAMETERS)).toEqual(expected);
  });

  test.each<[unknown, string]>([
    [ref('Other'), 'parameter Other of Stack'],
    [getAtt('Topic', 'Other'), 'Other of Stack/Topic'],
    [{ 'Fn::Select': [2, ['a', 'b']] }, 'part 2 of a,b'],
    [{ 'Fn::FindInMap': ['Map', 'a', 'c'] }, 'mapping Map of Stack'],
    [{ 'Fn::FindInMap': ['Map', 'c', 'a'] }, 'mapping Map of Stack'],
    [{ 'Fn::FindInMap': ['Other', 'a', 'b'] }, 'mapping Other of Stack'],
    [{ 'Fn::ImportValue': 'other' }, 'export other'],
    [{ 'Fn::GetStackOutput': { StackName: 'Stack', OutputName: 'Other' } }, 'output Other of Stack'],
    [{ 'Fn::GetStackOutput': { StackName: 'Other', OutputName: 'Out' } }, 'output Out of Other'],
    [{ 'Fn::Base64': 'a' }, 'Fn::Base64 in Stack'],
    [{ 'Fn::If': ['Other', 'yes', 'no'] }, 'condition Other of Stack'],
  ])('%j is unknown, and an error if all parameters are known', (value, description) => {
    expect(resolve(value)).toBe(unknown(description));
    expect(() => resolve(value, REGION, PARAMETERS)).toThrow(`cannot determine ${description}`);
  });

  test('cannot refer to a resource that is not deployed', () => {
    expect(() => resolve(getAtt('Lookup'))).toThrow('Stack/Lookup is referenced before it is deployed');
  });

  test.each<[unknown, unknown, boolean | undefined]>([
    [ref('AWS::Region'), 'cn-north-1', false],
    ['us-gov-west-1', ref('AWS::Region'), false],
    [ref('AWS::Region'), 'eu-central-1', undefined],
    [ref('AWS::Region'), ref('AWS::Region'), true],
    [ref('Name'), 'cn-north-1', undefined],
    [ref('AWS::Region'), ref('Name'), undefined],
  ])('compare %j with %j in a stack that can be deployed to any Region', (one, other, expected) => {
    const app = graphOf({ Stack: {} }, { Conditions: { Compared: { 'Fn::Equals': [one, other] } } }, {});
    expect(new Resolver(app, new SimulatedAccount()).isTrue(app.scopes.get('Stack')!, 'Compared')).toBe(expected);
  });

  test.each([
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn', 'yes'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com', 'no'],
    ['eu-central-1', 'aws', 'amazonaws.com', 'no'],
  ])('in %s have the partition %s', (region, partition, suffix, isChina) => {
    expect(resolve([ref('AWS::Partition'), ref('AWS::URLSuffix'), { 'Fn::If': ['China', 'yes', 'no'] }], region)).toEqual([partition, suffix, isChina]);
  });
});

describe('API calls of custom resources', () => {
  const caller = (policies?: object[], rest: Partial<Caller> = {}): Caller => ({ role: 'arn:aws:iam::111122223333:role/caller', policies: policies && [{ Statement: policies }], region: REGION, ...rest });
  const allow = (Action: string | string[], Resource = '*') => ({ Effect: 'Allow', Action, Resource });
  const invoke = (account: SimulatedAccount, properties: object, by = caller(), RequestType: RequestType = 'Create', PhysicalResourceId?: string) => (
    invokeCustomResource({ RequestType, LogicalResourceId: 'Logical', PhysicalResourceId, ResourceProperties: properties as Record<string, string> }, by, account));
  const calls = (action: string, parameters: object, service = 'kms', rest: object = {}) => ({ Create: JSON.stringify({ service, action, parameters, ...rest }) });
  const GRANT = { KeyId: KEY_ARN, GranteePrincipal: ROLE_ARN, Operations: ['GenerateDataKey'] };
  const DENIED = (action: string, resource: string) => `User: arn:aws:iam::111122223333:role/caller is not authorized to perform: ${action} on resource: ${resource}`;

  test.each(['createGrant', 'CreateGrant', 'CreateGrantCommand'].flatMap((action) => ['kms', 'KMS', '@aws-sdk/client-kms'].map((service) => [service, action])))('%s:%s creates a grant', (service, action) => {
    const account = existing();
    expect(invoke(account, calls(action, GRANT, service)).Status).toBe('SUCCESS');
    expect(account.keys[KEY_ARN].grants).toHaveLength(1);
  });

  test('a grant with the same name and parameters is the same', () => {
    const account = existing();
    const ids = [{ Name: 'a' }, { Name: 'a' }, { Name: 'b' }, {}, {}, { Name: 'a', Constraints: { EncryptionContextSubset: { 'aws:kinesis:arn': STREAM_ARN } } }]
      .map((rest) => invoke(account, calls('createGrant', { ...GRANT, ...rest })).Data.GrantId);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(5);
    expect(account.keys[KEY_ARN].grants.map(({ id }) => id)).toEqual([...new Set(ids)]);
    expect(account.keys[KEY_ARN].grants.at(-1)!.constraints).toEqual({ EncryptionContextSubset: { 'aws:kinesis:arn': STREAM_ARN } });
  });

  test.each<[string, object, Caller, string | undefined]>([
    ['createGrant', GRANT, caller([allow('kms:CreateGrant')]), undefined],
    ['createGrant', GRANT, caller([allow('kms:Decrypt')]), DENIED('kms:CreateGrant', KEY_ARN)],
    ['createGrant', GRANT, caller([{ ...allow('kms:CreateGrant'), Condition: { 'StringEquals': { 'kms:GranteePrincipal': ROLE_ARN }, 'ForAllValues:StringEquals': { 'kms:GrantOperations': ['GenerateDataKey'] } } }]), undefined],
    ['createGrant', GRANT, caller([{ ...allow('kms:CreateGrant'), Condition: { 'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Decrypt'] } } }]), DENIED('kms:CreateGrant', KEY_ARN)],
    ['createGrant', { ...GRANT, KeyId: undefined }, caller(), 'KeyId must not be null'],
    ['createGrant', { ...GRANT, GranteePrincipal: undefined }, caller(), 'GranteePrincipal must not be null'],
    ['createGrant', { ...GRANT, KeyId: `${KEY_ARN}-other` }, caller(), `Key '${KEY_ARN}-other' does not exist`],
    ['createGrant', GRANT, caller(undefined, { region: 'eu-central-1' }), `Key '${KEY_ARN}' does not exist`],
    ['createGrant', GRANT, caller(undefined, { region: undefined }), undefined],
    ['revokeGrant', { KeyId: KEY_ARN, GrantId: 'known' }, caller([allow('kms:RevokeGrant')]), undefined],
    ['revokeGrant', { KeyId: KEY_ARN, GrantId: 'known' }, caller([]), DENIED('kms:RevokeGrant', KEY_ARN)],
    ['revokeGrant', { KeyId: KEY_ARN, GrantId: 'other' }, caller(), 'Grant ID not found'],
    ['retireGrant', { KeyId: KEY_ARN, GrantId: 'known' }, caller([]), undefined],
    ['retireGrant', { KeyId: KEY_ARN, GrantId: 'other' }, caller([]), DENIED('kms:RetireGrant', KEY_ARN)],
    ['retireGrant', { KeyId: KEY_ARN, GrantId: 'known' }, caller([], { role: 'another' }), `User: another is not authorized to perform: kms:RetireGrant on resource: ${KEY_ARN}`],
    ['describeKey', { KeyId: KEY_ARN }, caller([]), undefined],
  ])('%s with %j', (action, parameters, by, error) => {
    const account = existing();
    const own = { grantee: ROLE_ARN, operations: ['GenerateDataKey'], retiringPrincipal: 'arn:aws:iam::111122223333:role/caller' };
    account.keys[KEY_ARN].grants.push({ ...own, id: 'first' }, { ...own, id: 'known' });
    const before = account.state();
    const { Status, Reason } = invoke(account, calls(action, parameters), by);
    expect({ Status, Reason }).toEqual(error === undefined ? { Status: 'SUCCESS', Reason: 'OK' } : { Status: 'FAILED', Reason: error });
    if (error !== undefined) expect(account.state()).toEqual(before);
    else if (/revoke|retire/.test(action)) expect(account.keys[KEY_ARN].grants.map(({ id }) => id)).toEqual(['first']);
  });

  test.each<[string, Caller, string | undefined]>([
    [INSTANCE_ARN, caller([allow(['connect:DescribeInstance', 'ds:DescribeDirectories'])]), undefined],
    [INSTANCE_ARN.split('/')[1], caller([allow('connect:DescribeInstance', INSTANCE_ARN), allow('ds:DescribeDirectories')]), undefined],
    [INSTANCE_ARN, caller([allow('connect:DescribeInstance', INSTANCE_ARN)]), DENIED('connect:DescribeInstance', INSTANCE_ARN)],
    [INSTANCE_ARN, caller([allow('connect:DescribeInstance', OTHER_INSTANCE_ARN), allow('ds:DescribeDirectories')]), DENIED('connect:DescribeInstance', INSTANCE_ARN)],
    [OTHER_INSTANCE_ARN, caller(), `Instance ${OTHER_INSTANCE_ARN} does not exist`],
    [INSTANCE_ARN, caller(undefined, { region: 'eu-central-1' }), `Instance ${INSTANCE_ARN} does not exist`],
  ])('describeInstance of %s', (InstanceId, by, error) => {
    const { Status, Reason, Data } = invoke(existing(), calls('describeInstance', { InstanceId }, 'connect'), by);
    expect({ Status, Reason }).toEqual(error === undefined ? { Status: 'SUCCESS', Reason: 'OK' } : { Status: 'FAILED', Reason: error });
    expect(Data).toEqual(error === undefined ? {
      'Instance.Id': INSTANCE_ARN.split('/')[1], 'Instance.Arn': INSTANCE_ARN, 'Instance.IdentityManagementType': 'CONNECT_MANAGED', 'Instance.InstanceAlias': 'contact-center', 'Instance.ServiceRole': ROLE_ARN,
    } : {});
  });

  test.each<[string, RequestType, object, string | undefined, string]>([
    ['the call', 'Create', { Create: sdkCall('x', {}, { physicalResourceId: { id: 'own' } }) }, undefined, 'own'],
    ['the answer', 'Create', calls('createGrant', GRANT, 'kms', { physicalResourceId: { responsePath: 'GrantToken' } }), undefined, 'token'],
    ['the call on update', 'Create', { Create: sdkCall('x', {}), Update: sdkCall('x', {}, { physicalResourceId: { id: 'update' } }) }, undefined, 'update'],
    ['the call on deletion, if that on update has none', 'Create', { Create: sdkCall('x', {}), Update: sdkCall('x', {}), Delete: sdkCall('x', {}, { physicalResourceId: { id: 'delete' } }) }, undefined, 'delete'],
    ['the call on deletion', 'Create', { Create: sdkCall('x', {}), Delete: sdkCall('x', {}, { physicalResourceId: { id: 'delete' } }) }, undefined, 'delete'],
    ['the call on deletion, without a call on creation', 'Create', { Delete: sdkCall('x', {}, { physicalResourceId: { id: 'delete' } }) }, undefined, 'delete'],
    ['the resource', 'Create', { Create: sdkCall('x', {}) }, undefined, 'Logical'],
    ['the creation', 'Update', { Create: sdkCall('x', {}, { physicalResourceId: { id: 'own' } }), Update: sdkCall('x', {}) }, 'before', 'before'],
    ['the creation, without a call on deletion', 'Delete', { Create: sdkCall('x', {}) }, 'before', 'before'],
  ])('the physical ID is that of %s', (_, type, properties, before, expected) => {
    expect(invoke(existing(), properties, caller(), type, before)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: expected });
  });

  test('the physical ID replaces its placeholder in nested parameters, and a failed update keeps it', () => {
    const account = existing();
    account.keys[KEY_ARN].grants.push({ id: 'known', grantee: ROLE_ARN, operations: [] });
    const revoke = { Update: sdkCall('revokeGrant', { KeyId: KEY_ARN, GrantId: 'PHYSICAL:RESOURCEID:', List: ['PHYSICAL:RESOURCEID:', null] }) };
    expect(invoke(account, revoke, caller(), 'Update', 'other')).toEqual({ Status: 'FAILED', Reason: 'Grant ID not found', PhysicalResourceId: 'other', Data: {} });
    expect(invoke(account, { Update: revoke.Update.replace(/}$/, ',"physicalResourceId":{"id":"own"}}') }, caller(), 'Update', 'other').PhysicalResourceId).toBe('other');
    expect(invoke(account, revoke, caller(), 'Update', 'known').Status).toBe('SUCCESS');
    expect(account.keys[KEY_ARN].grants).toEqual([]);
  });

  test.each([['NotFound.*', 'SUCCESS'], ['NotFoundException', 'SUCCESS'], ['AccessDenied', 'FAILED'], [undefined, 'FAILED']])('an error is ignored if its name matches %s: %s', (ignoreErrorCodesMatching, status) => {
    const revoke = calls('revokeGrant', { KeyId: KEY_ARN, GrantId: 'other' }, 'kms', { ignoreErrorCodesMatching });
    expect(invoke(existing(), revoke).Status).toBe(status);
  });

  test.each([
    ['ValidationException', calls('createGrant', {})], ['NotFoundException', calls('createGrant', { ...GRANT, KeyId: 'other' })],
    ['AccessDeniedException', calls('retireGrant', { KeyId: KEY_ARN, GrantId: 'other' })], ['ResourceNotFoundException', calls('describeInstance', { InstanceId: 'other' }, 'connect')],
  ])('an error has the name %s', (name, { Create }) => {
    const ignoring = (pattern: string) => ({ Create: Create.replace(/}$/, `,"ignoreErrorCodesMatching":"^${pattern}$"}`) });
    expect(['', name].map((pattern) => invoke(existing(), ignoring(pattern)).Status)).toEqual(['FAILED', 'SUCCESS']);
  });
});

describe('the account', () => {
  test('has the same state and fingerprint whatever the order of its changes', () => {
    const [one, other] = [existing(), new SimulatedAccount().addStream(STREAM_ARN, KEY_ARN).addKey(KEY_ARN).addInstance(INSTANCE_ARN, ROLE_ARN)];
    const grants = ['a', 'b'].map((id) => ({ id, grantee: ROLE_ARN, operations: ['Decrypt'] }));
    one.keys[KEY_ARN].grants.push(...grants);
    other.keys[KEY_ARN].grants.push(...[...grants].reverse());
    expect(JSON.stringify(one.state())).toBe(JSON.stringify(other.state()));
    expect(one.fingerprint()).toBe(other.fingerprint());
    one.nameFor('x');
    expect(one.state()).toEqual(other.state());
    expect(one.fingerprint()).not.toBe(other.fingerprint());
    one.addStream(`${STREAM_ARN}-other`);
    expect(one.state()).not.toEqual(other.state());
    const [before, after] = [existing(), existing()];
    after.keys[KEY_ARN].grants.push(grants[0]);
    expect(after.state()).not.toEqual(before.state());
    after.keys[KEY_ARN].grants[0] = grants[1];
    before.keys[KEY_ARN].grants.push(grants[0]);
    expect(after.state()).not.toEqual(before.state());
  });

  test('is not changed by a change of its copy', () => {
    const account = existing();
    const copy = account.copy();
    copy.associate('a', { instance: INSTANCE_ARN, dataType: 'AGENT_EVENTS', conditions: [] });
    copy.keys[KEY_ARN].grants.push({ id: 'a', grantee: ROLE_ARN, operations: [] });
    copy.nameFor('a');
    expect(account.state()).toEqual(existing().state());
    expect(account.associationFor(INSTANCE_ARN, 'AGENT_EVENTS')).toBeUndefined();
    expect([account.nameFor('a'), copy.nameFor('a')]).toEqual(['a-1', 'a-2']);
  });

  test('finds keys and instances by ARN, ID and alias', () => {
    const account = existing();
    account.aliases['alias/records'] = KEY_ARN;
    const id = KEY_ARN.split('/')[1];
    expect([KEY_ARN, id, 'other', `${KEY_ARN}-other`].map((text) => account.keyArn(text))).toEqual([KEY_ARN, KEY_ARN, 'other', `${KEY_ARN}-other`]);
    expect(['alias/records', id, undefined].map((text) => account.keyOf(text))).toEqual([KEY_ARN, KEY_ARN, undefined]);
    expect([INSTANCE_ARN, INSTANCE_ARN.split('/')[1], 'other', OTHER_INSTANCE_ARN].map((text) => account.instanceArn(text))).toEqual([INSTANCE_ARN, INSTANCE_ARN, undefined, undefined]);
    expect([account.keyFor(id)?.grants, account.keyFor('other')]).toEqual([[], undefined]);
  });

  test('moves an association, and has none after its removal', () => {
    const account = existing();
    account.disassociate('a');
    account.associate('a', { instance: INSTANCE_ARN, dataType: 'AGENT_EVENTS', conditions: [] });
    account.associate('a', { instance: OTHER_INSTANCE_ARN, dataType: 'AGENT_EVENTS', conditions: [] });
    expect([INSTANCE_ARN, OTHER_INSTANCE_ARN].map((instance) => account.associationFor(instance, 'AGENT_EVENTS'))).toEqual([undefined, 'a']);
    account.disassociate('a');
    expect([account.associations, account.associationFor(OTHER_INSTANCE_ARN, 'AGENT_EVENTS')]).toEqual([{}, undefined]);
  });

  test('has the permissions of the key policy and of the grants', () => {
    const account = existing();
    account.keys[KEY_ARN].grants.push({ id: 'a', grantee: ROLE_ARN, operations: ['GenerateDataKey', 'Decrypt'] });
    expect(account.permissionsOf(KEY_ARN)).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: '*' },
      ],
    });
    account.keys[KEY_ARN].policy = undefined;
    expect(account.permissionsOf(KEY_ARN)).toBeUndefined();
  });

  test('remembers the keys that an unknown custom resource uses', () => {
    const account = existing().addKey(`${KEY_ARN}-other`);
    account.markKeysIn({ Key: KEY_ARN.split('/')[1], Nested: { Other: 'x' } });
    expect(Object.values(account.keys).map(({ isUsedByCustomResource }) => isUsedByCustomResource)).toEqual([true, undefined]);
    account.markAllKeys();
    expect(Object.values(account.keys).map(({ isUsedByCustomResource }) => isUsedByCustomResource)).toEqual([true, true]);
  });

  test.each<[string, (account: SimulatedAccount) => void, object[]]>([
    ['no permission', () => undefined, [LOST]],
    ['a permission of another stream', ({ keys }) => keys[KEY_ARN].grants.push({ id: 'a', grantee: ROLE_ARN, operations: ['GenerateDataKey'], constraints: { EncryptionContextEquals: { 'aws:kinesis:arn': 'other' } } }), [LOST]],
    ['a permission with another encryption context', ({ keys }) => keys[KEY_ARN].grants.push({ id: 'a', grantee: ROLE_ARN, operations: ['GenerateDataKey'], constraints: { EncryptionContextSubset: { other: STREAM_ARN } } }), [LOST]],
    ['a permission of the stream', ({ keys }) => keys[KEY_ARN].grants.push({ id: 'a', grantee: ROLE_ARN, operations: ['GenerateDataKey'], constraints: { EncryptionContextEquals: { 'aws:kinesis:arn': STREAM_ARN } } }), []],
    ['a deleted instance', ({ instances }) => { delete instances[INSTANCE_ARN]; }, []],
    ['a deleted stream', ({ streams }) => { delete streams[STREAM_ARN]; }, [{ ...LOST, key: undefined }]],
    ['a deleted key', ({ keys }) => { delete keys[KEY_ARN]; }, [LOST]],
    ['a stream without a customer managed key', ({ streams }) => { streams[STREAM_ARN] = { key: 'alias/aws/kinesis' }; }, []],
  ])('loses records with %s', (_, change, expected) => {
    const account = existing();
    account.associate('a', { instance: INSTANCE_ARN, dataType: 'AGENT_EVENTS', stream: STREAM_ARN, conditions: [] });
    change(account);
    expect(account.streamRecords()).toEqual(expected);
  });

  test.each<[string, object]>([
    ['aws:PrincipalType', { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }],
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'true' } }],
    ['aws:ViaAWSService', { Bool: { 'aws:ViaAWSService': 'true' } }],
    ['aws:RequestedRegion', { StringEquals: { 'aws:RequestedRegion': REGION } }],
    ['kms:ViaService', { StringEquals: { 'kms:ViaService': `kinesis.${REGION}.amazonaws.com` } }],
    ['kms:EncryptionContextKeys', { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['aws:kinesis:arn'] } }],
    ['kms:EncryptionContext', { StringEquals: { 'kms:EncryptionContext:aws:kinesis:arn': STREAM_ARN } }],
    ['aws:PrincipalArn', { ArnEquals: { 'aws:PrincipalArn': ROLE_ARN } }],
    ['kms:CallerAccount', { StringEquals: { 'kms:CallerAccount': ACCOUNT, 'aws:PrincipalAccount': ACCOUNT } }],
  ])('evaluates the condition key %s for each stream', (_, Condition) => {
    const account = existing().addStream(`${STREAM_ARN}-other`, KEY_ARN);
    account.keys[KEY_ARN].policy = { Statement: [STATEMENT, { ...STATEMENT, Condition }].slice(1) };
    const delivery = (arn: string) => account.deliveryOf({ instance: INSTANCE_ARN, dataType: 'AGENT_EVENTS', stream: arn, conditions: [] });
    expect(delivery(STREAM_ARN)).toEqual({ isReceived: true, reason: 'received', key: KEY_ARN });
    expect(delivery(`${STREAM_ARN}-other`).isReceived).toBe(!('kms:EncryptionContext:aws:kinesis:arn' in Object.values(Condition as object)[0]));
  });

  test.each([
    'aws:PrincipalOrgID', 'aws:PrincipalOrgPaths', 'aws:ResourceOrgID', 'aws:ResourceOrgPaths', 'aws:PrincipalTag/team', 'aws:ResourceTag/team', 'aws:userid',
    'aws:CalledVia', 'aws:CalledViaFirst', 'aws:CalledViaLast', 'kms:RequestAlias', 'kms:ResourceAliases',
  ])('does not know the value of the condition key %s', (name) => {
    const account = existing();
    account.keys[KEY_ARN].policy = { Statement: [{ ...STATEMENT, Condition: { StringEquals: { [name]: 'a' } } }] };
    expect(account.deliveryOf({ instance: INSTANCE_ARN, dataType: 'AGENT_EVENTS', stream: STREAM_ARN, conditions: [] }).isReceived).toBeUndefined();
  });

  test('tells why a record is not received', () => {
    const account = existing();
    const reason = () => account.deliveryOf({ instance: INSTANCE_ARN, dataType: 'AGENT_EVENTS', stream: STREAM_ARN, conditions: [] }).reason;
    account.keys[KEY_ARN] = { ...account.keys[KEY_ARN], state: 'disabled' };
    expect(reason()).toBe('disabled key');
    account.keys[KEY_ARN] = { grants: [] };
    expect(reason()).toBe('unknown key');
    account.keys[KEY_ARN] = { grants: [], policy: { Statement: [] } };
    expect(reason()).toBe('no permission');
  });
});

describe('unknown values', () => {
  const [REGION_OF_STACK, PARAMETER] = [unknown('AWS Region'), unknown('parameter P of «Stack»')];

  test.each<[string, string, boolean | undefined]>([
    ['a', 'a', true],
    ['a', 'b', false],
    [PARAMETER, PARAMETER, true],
    [PARAMETER, 'a', undefined],
    [`a-${PARAMETER}-c`, 'a-b-c', undefined],
    [`a-${PARAMETER}-c`, 'a-b\n-c', undefined],
    [`a.${PARAMETER}`, 'ab-c', false],
    [`a-${PARAMETER}`, `b-${REGION_OF_STACK}`, false],
    [`a-${PARAMETER}`, `${REGION_OF_STACK}`, undefined],
    ['{{resolve:ssm:/a}}', 'b', undefined],
    [serviceRoleOf('a'), serviceRoleOf('b'), false],
    [serviceRoleOf('a'), serviceRoleOf(PARAMETER), undefined],
    [`x${serviceRoleOf('a')}`, `x${serviceRoleOf('b')}`, undefined],
    [`${serviceRoleOf('a')}x`, `${serviceRoleOf('b')}x`, undefined],
  ])('%s and %s are equal: %s', (one, other, expected) => {
    expect(isEqual(one, other)).toBe(expected);
    expect(isEqual(other, one)).toBe(expected);
  });

  test('are not split, and are described without their characters', () => {
    const parts = Array.from({ length: 11 }, (_, index) => unknown(`part:${index}`));
    expect(splitText('a:b', ':')).toEqual(['a', 'b']);
    expect(splitText(`a:${parts.join(':')}:{{resolve:ssm:b}}`, ':')).toEqual(['a', ...parts, '{{resolve:ssm:b}}']);
    expect(described(PARAMETER)).toBe('<parameter P of <Stack>>');
  });
});
