/**
 * Checks templates and changes in the style of other authors: each loss is found, and sound templates have no findings.
 */
import { INSTANCE_ARN, KEY_ARN, ROLE_ARN } from './support';
import { check } from '../src/check/check';
import { type SynthesizedStack, templateOf } from '../src/template/cloud-assembly';
import type { TemplateResource, Template } from '../src/template/template';

type Properties = Record<string, unknown>;
type Resources = Record<string, Partial<TemplateResource> | object>;
type TemplateContent = Partial<Omit<Template, 'Resources'>> & { readonly Resources: Resources; readonly $account?: string; readonly $region?: string };
/** The resources of a template, a template, or the resources or templates of several stacks. */
type Content = object;

const ROLE = { 'Fn::GetAtt': ['Instance', 'ServiceRole'] };
const ROOT = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' };
const ADMIN = { Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' };
const RETAINED = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

const ref = (Ref: string) => ({ Ref });
const getAtt = (logicalId: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [logicalId, attribute] });
const statement = (overrides: Properties = {}) => ({ Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:GenerateDataKey', Resource: '*', ...overrides });
const key = (statements: object[] = [statement()], overrides: Properties = {}) => (
  { Type: 'AWS::KMS::Key', ...RETAINED, Properties: { KeyPolicy: { Version: '2012-10-17', Statement: [ADMIN, ...statements] }, ...overrides } });
const stream = (keyId: unknown = getAtt('Key'), overrides: Properties = {}, rest: object = {}) => (
  { Type: 'AWS::Kinesis::Stream', ...RETAINED, ...rest, Properties: { ShardCount: 1, StreamEncryption: { EncryptionType: 'KMS', KeyId: keyId }, ...overrides } });
const instance = (alias = 'support') => ({
  Type: 'AWS::Connect::Instance',
  Properties: { IdentityManagementType: 'CONNECT_MANAGED', InstanceAlias: alias, Attributes: { InboundCalls: true, OutboundCalls: true } },
});
const association = (overrides: Properties = {}, rest: object = {}) => ({
  Type: 'AWS::Connect::InstanceStorageConfig',
  ...rest,
  Properties: {
    InstanceArn: getAtt('Instance'), ResourceType: 'AGENT_EVENTS', StorageType: 'KINESIS_STREAM', KinesisStreamConfig: { StreamArn: getAtt('Stream') }, ...overrides,
  },
});
const grant = (overrides: Properties = {}, rest: object = {}) => ({
  Type: 'Custom::AWS',
  ...rest,
  Properties: {
    ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:calls',
    Create: {
      'Fn::Sub': '{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"${Key.Arn}","GranteePrincipal":"${Instance.ServiceRole}","Operations":["GenerateDataKey"]},"physicalResourceId":{"responsePath":"GrantId"}}',
    },
    Delete: { 'Fn::Sub': '{"service":"KMS","action":"RevokeGrant","parameters":{"KeyId":"${Key.Arn}","GrantId":"PHYSICAL:RESOURCEID:"}}' },
    ...overrides,
  },
});

/** Sound: the association refers to the stream, and the stream to the key. */
const SOUND = { Instance: instance(), Key: key(), Stream: stream(), Agents: association() };

function stacks(content: Content): SynthesizedStack[] {
  return Object.entries(templatesIn(content)).map(([name, template]) => {
    const { $account: account, $region: region, ...rest } = template;
    return { name, stackName: name, file: `/templates/${name}.json`, template: templateOf(JSON.parse(JSON.stringify(rest))), account, region, pathOf: (id) => id };
  });
}

function templatesIn(content: Content): Record<string, TemplateContent> {
  if ('Resources' in content) return { Stack: content as TemplateContent };
  const isOfStacks = Object.values(content).every((value: object) => !('Type' in value) && !Array.isArray(value));
  if (!isOfStacks) return { Stack: { Resources: content as Resources } };
  return Object.fromEntries(Object.entries(content).map(([name, value]: [string, object]) => [name, 'Resources' in value ? value as TemplateContent : { Resources: value as Resources }]));
}

function found(content: Content, deployed?: Content): string[] {
  return check(stacks(content), deployed && stacks(deployed)).map(({ severity, rule, path, message }) => `${severity}: ${rule}: ${path}: ${message}`);
}

const OTHER = { Other: instance('other') };
const bucket = (o: Properties = {}) => ({ Type: 'AWS::S3::Bucket', Properties: o });
const firehoseRole = (o: Properties = {}) => ({ Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {}, Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:PutObject', 's3:AbortMultipartUpload'], Resource: [getAtt('Bucket'), { 'Fn::Sub': '${Bucket.Arn}/*' }] }] } }], ...o } });
const proc = { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord', Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }] }] };
const deliveryStream = (o: Properties = {}, d: Properties = {}) => ({ Type: 'AWS::KinesisFirehose::DeliveryStream', ...RETAINED, Properties: { ExtendedS3DestinationConfiguration: { BucketARN: getAtt('Bucket'), RoleARN: getAtt('Role'), ProcessingConfiguration: proc, ...o }, ...d } });
const contactRecords = association({ ResourceType: 'CONTACT_TRACE_RECORDS', StorageType: 'KINESIS_FIREHOSE', KinesisStreamConfig: undefined, KinesisFirehoseConfig: { FirehoseArn: getAtt('D') } });
const DELIVERY = { Instance: instance(), Bucket: bucket(), Role: firehoseRole(), D: deliveryStream(), Ctr: contactRecords };
const WITH_TWO_KEYS = { ...SOUND, Key2: key([]) };
const { Agents, ...WITHOUT_ASSOCIATION } = SOUND;
const OUTPUTS = { I: { Value: getAtt('Instance'), Export: { Name: 'i' } }, S: { Value: getAtt('Stream'), Export: { Name: 's' } } };
const IMPORTING = association({ InstanceArn: { 'Fn::ImportValue': 'i' }, KinesisStreamConfig: { StreamArn: { 'Fn::ImportValue': 's' } } });
const namedGrant = grant({ Create: { 'Fn::Sub': '{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"${Key}","GranteePrincipal":"${Instance.ServiceRole}","Operations":["GenerateDataKey"],"Name":"g"},"physicalResourceId":{"responsePath":"GrantId"}}' } });

describe('a template is accepted with', () => {
  test.each<[string, Content]>([
    ['a statement in the key policy', SOUND],
    ['an instance INSTANCE_ARN as Ref', { ...SOUND, Agents: association({ InstanceArn: ref('Instance') }) }],
    ['a key id as Ref', { ...SOUND, Stream: stream(ref('Key')) }],
    ['a key by the name of an alias', { ...SOUND, Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: ref('Key') } }, Stream: stream('alias/a', {}, { DependsOn: 'Alias' }) }],
    ['a key by the INSTANCE_ARN of an alias', { ...SOUND, Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: getAtt('Key') } }, Stream: stream({ 'Fn::Sub': 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:${Alias}' }) }],
    ['a key INSTANCE_ARN that contains the key id', { ...SOUND, Stream: stream({ 'Fn::Sub': 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}' }) }],
    ['a stream INSTANCE_ARN that contains the name', { ...SOUND, Agents: association({ KinesisStreamConfig: { StreamArn: { 'Fn::Sub': 'arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${Stream}' } } }) }],
    ['an instance INSTANCE_ARN that contains the instance id', { ...SOUND, Agents: association({ InstanceArn: { 'Fn::Sub': 'arn:aws:connect:${AWS::Region}:${AWS::AccountId}:instance/${Instance.Id}' } }) }],
    ['the AWS managed key by its INSTANCE_ARN', { ...SOUND, Key: key([]), Stream: stream({ 'Fn::Sub': 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/kinesis' }) }],
    ['a stream without encryption', { ...SOUND, Key: key([]), Stream: { Type: 'AWS::Kinesis::Stream' } }],
    ['a condition for Kinesis', { ...SOUND, Key: key([statement({ Condition: { StringLike: { 'kms:ViaService': ['s3.*.amazonaws.com', 'kinesis.*.amazonaws.com'] } } })]) }],
    ['a single statement', { ...SOUND, Key: { ...key(), Properties: { KeyPolicy: { Statement: statement() } } } }],
    ['an association under a condition', { Parameters: { P: { Type: 'String' } }, Conditions: { C: { 'Fn::Equals': [ref('P'), 'b'] } }, Resources: { ...SOUND, Agents: association({}, { Condition: 'C' }) } }],
    ['resources under a condition', { Parameters: { P: { Type: 'String' } }, Conditions: { C: { 'Fn::Equals': [ref('P'), 'b'] } }, Resources: Object.fromEntries(Object.entries(SOUND).map(([k, v]) => [k, { ...v, Condition: 'C' }])) }],
    ['an association whose condition is false', { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Key: key([]), Agents: association({}, { Condition: 'C' }) } }],
    ['a data type from a mapping', { Mappings: { M: { support: { type: 'AGENT_EVENTS' } } }, Resources: { ...SOUND, Agents: association({ ResourceType: { 'Fn::FindInMap': ['M', 'support', 'type'] } }) } }],
    ['storage of call recordings', { ...SOUND, Rec: association({ ResourceType: 'CALL_RECORDINGS', StorageType: 'S3', KinesisStreamConfig: undefined, S3Config: { BucketName: 'b', BucketPrefix: 'p' } }, { DependsOn: 'Agents' }) }],
    ['storage of media streams', { ...SOUND, Rec: association({ ResourceType: 'MEDIA_STREAMS', StorageType: 'KINESIS_VIDEO_STREAM', KinesisStreamConfig: undefined, KinesisVideoStreamConfig: { Prefix: 'p', RetentionPeriodHours: 1, EncryptionConfig: { EncryptionType: 'KMS', KeyId: getAtt('Key') } } }, { DependsOn: ['Agents'] }) }],
    ['a consumer of the stream', { ...SOUND, C: { Type: 'AWS::Kinesis::StreamConsumer', Properties: { ConsumerName: 'c', StreamARN: getAtt('Stream') } } }],
    ['associations whose order is indirect', { ...SOUND, W: { Type: 'AWS::CloudFormation::WaitConditionHandle', DependsOn: 'Agents' }, R: association({ ResourceType: 'CONTACT_TRACE_RECORDS' }, { DependsOn: 'W' }) }],
    ['a grant on a key id', { ...SOUND, Key: key([]), G: grant({ Create: { 'Fn::Sub': '{"service":"@aws-sdk/client-kms","action":"CreateGrantCommand","parameters":{"KeyId":"${Key}","GranteePrincipal":"${Instance.ServiceRole}","Operations":["GenerateDataKey"]},"physicalResourceId":{"responsePath":"GrantId"}}' } }), Agents: association({}, { DependsOn: 'G' }) }],
    ['a replica key', { Instance: instance(), Rep: { Type: 'AWS::KMS::ReplicaKey', ...RETAINED, Properties: { PrimaryKeyArn: KEY_ARN, KeyPolicy: { Statement: [ADMIN, statement()] } } }, Stream: stream(getAtt('Rep')), Agents: association() }],
    ['a loop', { ...SOUND, 'Fn::ForEach::Topics': ['T', ['a', 'b'], { 'X${T}': { Type: 'AWS::SNS::Topic' } }] }],
    ['a resource without properties', { ...SOUND, X: { Type: 'AWS::SNS::Topic', Properties: null } }],
    ['exports of another stack', { A: { Resources: { Instance: instance(), Key: key(), Stream: stream() }, Outputs: { I: { Value: getAtt('Instance'), Export: { Name: 'i' } }, S: { Value: getAtt('Stream'), Export: { Name: { 'Fn::Sub': '${AWS::StackName}-s' } } } } }, B: { Resources: { Agents: association({ InstanceArn: { 'Fn::ImportValue': 'i' }, KinesisStreamConfig: { StreamArn: { 'Fn::ImportValue': 'A-s' } } }) } } }],
    ['a grant for the stream', { ...SOUND, Key: key([]), G: grant({ Create: { 'Fn::Sub': '{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"${Key}","GranteePrincipal":"${Instance.ServiceRole}","Operations":["GenerateDataKey"],"Constraints":{"EncryptionContextSubset":{"aws:kinesis:arn":"${Stream.Arn}"}}},"physicalResourceId":{"responsePath":"GrantId"}}' } }), Agents: association({}, { DependsOn: 'G' }) }],
    ['a policy on a role by its name', { ...DELIVERY, Role: firehoseRole({ Policies: undefined }), RP: { Type: 'AWS::IAM::RolePolicy', Properties: { RoleName: ref('Role'), PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] } } } }],
    ['a bucket by its name', { ...DELIVERY, Bucket: bucket({ BucketName: 'records' }), Role: firehoseRole({ RoleName: 'deliveryStream', Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:PutObject'], Resource: 'arn:aws:s3:::records/*' }] } }] }), D: deliveryStream({ BucketARN: { 'Fn::Sub': 'arn:aws:s3:::${Bucket}' } }) }],
    ['a bucket policy for the role of Firehose', { ...DELIVERY, Role: firehoseRole({ Policies: undefined }), BP: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket'), PolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { AWS: getAtt('Role') }, Action: 's3:PutObject', Resource: { 'Fn::Sub': '${Bucket.Arn}/*' } }] } } } }],
    ['a lifecycle rule for other objects', { ...DELIVERY, Bucket: bucket({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Prefix: 'tmp/', ExpirationInDays: 1 }] } }), D: deliveryStream({ Prefix: 'records/' }) }],
  ])('%s', (_, template) => {
    expect(found(template)).toEqual([]);
  });
});

describe('a template is neither right nor wrong with', () => {
  test.each<[string, Content]>([
    ['a statement under a condition', { Parameters: { P: { Type: 'String' } }, Conditions: { C: { 'Fn::Equals': [ref('P'), 'b'] } }, Resources: { ...SOUND, Key: key([{ 'Fn::If': ['C', statement(), ref('AWS::NoValue')] }]) } }],
    ['a stream INSTANCE_ARN from Parameter Store', { ...SOUND, Agents: association({ KinesisStreamConfig: { StreamArn: '{{resolve:ssm:/streams/agent}}' } }) }],
    ['a key from Parameter Store', { ...SOUND, Stream: stream('{{resolve:ssm:/keys/stream:1}}') }],
    ['a role from Parameter Store', { Key: key([statement({ Principal: { AWS: '{{resolve:ssm:/connect/role}}' } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }],
    ['a role by its INSTANCE_ARN', { Key: key([statement({ Principal: { AWS: ROLE_ARN } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }],
    ['a role that another custom resource looks up', { Look: { Type: 'Custom::InstanceRole', Properties: { ServiceToken: 'x', InstanceArn: INSTANCE_ARN } }, Key: key([statement({ Principal: { AWS: ref('Look') } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }],
    ['a grant of another custom resource', { ...SOUND, Key: key([]), G: { Type: 'Custom::KmsGrant', Properties: { ServiceToken: 'x', KeyId: ref('Key'), Grantee: ROLE } }, Agents: association({}, { DependsOn: 'G' }) }],
    ['a key policy that a custom resource writes', { ...SOUND, Key: key([]), G: { Type: 'Custom::AWS', Properties: { ServiceToken: 'x', Create: { 'Fn::Sub': '{"service":"KMS","action":"putKeyPolicy","parameters":{"KeyId":"${Key}","Policy":"x"}}' } } }, Agents: association({}, { DependsOn: 'G' }) }],
    ['a key policy from a transform', { ...SOUND, Key: { Type: 'AWS::KMS::Key', ...RETAINED, Properties: { KeyPolicy: { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://x' } } } } } }],
    ['an imported key', { ...SOUND, Stream: stream({ 'Fn::ImportValue': { 'Fn::Sub': '${AWS::StackName}-key-arn' } }) }],
    ['an output of a nested stack elsewhere', { ...SOUND, N: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://s3.amazonaws.com/b/t.yaml', Parameters: { A: 'b' } } }, Stream: stream(getAtt('N', 'Outputs.KeyArn')) }],
    ['two associations that exclude each other', { Parameters: { P: { Type: 'String' } }, Conditions: { C: { 'Fn::Equals': [ref('P'), 'b'] }, D: { 'Fn::Not': [{ Condition: 'C' }] } }, Resources: { ...SOUND, Agents: association({}, { Condition: 'C' }), AgentsToo: association({}, { Condition: 'D' }) } }],
  ])('%s', (_, template) => {
    const findings = found(template);
    expect(findings).not.toEqual([]);
    expect(findings.filter((finding) => !finding.startsWith('info'))).toEqual([]);
  });
});

describe('a finding of a template says that', () => {
  test.each<[string, string, Content]>([
    ['the statement is for another instance', 'no-key-access', { ...SOUND, ...OTHER, Key: key([statement({ Principal: { AWS: getAtt('Other', 'ServiceRole') } })]) }],
    ['the statement is for the service', 'no-key-access', { ...SOUND, Key: key([statement({ Principal: { Service: 'connect.amazonaws.com' } })]) }],
    ['the statement excludes the action', 'no-key-access', { ...SOUND, Key: key([statement({ Action: undefined, NotAction: ['kms:GenerateDataKey', 'kms:Decrypt'] })]) }],
    ['another statement denies access', 'no-key-access', { ...SOUND, Key: key([statement(), { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*', Condition: { StringNotLike: { 'kms:ViaService': 's3.*.amazonaws.com' } } }]) }],
    ['the statement requires a source INSTANCE_ARN', 'no-key-access', { ...SOUND, Key: key([statement({ Condition: { ArnEquals: { 'aws:SourceArn': getAtt('Instance') } } })]) }],
    ['the statement is for another service', 'no-key-access', { ...SOUND, Key: key([statement({ Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Sub': 'connect.${AWS::Region}.amazonaws.com' } } } })]) }],
    ['the statement is for another key', 'no-key-access', { ...SOUND, Key: key([statement({ Resource: KEY_ARN })]) }],
    ['the condition of the statement is false', 'no-key-access', { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Key: key([{ 'Fn::If': ['C', statement(), ref('AWS::NoValue')] }]) } }],
    ['the stream uses a key without the statement if a condition is false', 'no-key-access', { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Stream: stream({ 'Fn::If': ['C', getAtt('Key'), getAtt('Key2')] }), Key2: key([]) } }],
    ['the condition of the grant is false', 'no-key-access', { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Key: key([]), G: grant({}, { Condition: 'C' }), Agents: association({}, { DependsOn: 'G' }) } }],
    ['the grant is for another key', 'no-key-access', { ...SOUND, Key: key([]), K2: key([]), Stream: stream(getAtt('K2')), G: grant(), Agents: association({}, { DependsOn: 'G' }) }],
    ['the grant is for another instance', 'no-key-access', { ...SOUND, ...OTHER, Key: key([]), G: grant({ Create: { 'Fn::Sub': '{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"${Key}","GranteePrincipal":"${Other.ServiceRole}","Operations":["GenerateDataKey"]},"physicalResourceId":{"responsePath":"GrantId"}}' } }), Agents: association({}, { DependsOn: 'G' }) }],
    ['the grant is for another operation', 'no-key-access', { ...SOUND, Key: key([]), G: grant({ Create: { 'Fn::Sub': '{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"${Key}","GranteePrincipal":"${Instance.ServiceRole}","Operations":["Decrypt","GenerateDataKeyWithoutPlaintext"]},"physicalResourceId":{"responsePath":"GrantId"}}' } }), Agents: association({}, { DependsOn: 'G' }) }],
    ['the association may be created before the grant', 'association-before-key-access', { ...SOUND, Key: key([]), G: grant() }],
    ['the grant is created by an update only', 'no-key-access', { ...SOUND, Key: key([]), G: grant({ Create: undefined, Update: grant().Properties.Create }), Agents: association({}, { DependsOn: 'G' }) }],
    ['the grant is for another encryption context', 'no-key-access', { ...SOUND, Key: key([]), G: grant({ Create: { 'Fn::Sub': '{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"${Key}","GranteePrincipal":"${Instance.ServiceRole}","Operations":["GenerateDataKey"],"Constraints":{"EncryptionContextEquals":{"app":"x"}}},"physicalResourceId":{"responsePath":"GrantId"}}' } }), Agents: association({}, { DependsOn: 'G' }) }],
    ['the key is disabled', 'no-key-access', { ...SOUND, Key: key([statement()], { Enabled: 'false' }) }],
    ['the key of another account has a statement only', 'no-key-access', { K: { Resources: { Key: key([statement({ Principal: { AWS: ROLE_ARN } })]) }, Outputs: { K: { Value: getAtt('Key'), Export: { Name: 'k' } } }, $account: '444455556666', $region: 'us-east-1' }, B: { Resources: { Stream: stream({ 'Fn::ImportValue': 'k' }), Agents: association({ InstanceArn: INSTANCE_ARN }) }, $account: '111122223333', $region: 'us-east-1' } }],
    ['a later stack creates the grant', 'association-before-key-access', { A: { Resources: { Instance: instance(), Key: key([]), Stream: stream(), Agents: association() }, Outputs: { K: { Value: getAtt('Key'), Export: { Name: 'k' } }, R: { Value: ROLE, Export: { Name: 'r' } } } }, B: { Resources: { G: grant({ Create: { 'Fn::Join': ['', ['{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"', { 'Fn::ImportValue': 'k' }, '","GranteePrincipal":"', { 'Fn::ImportValue': 'r' }, '","Operations":["GenerateDataKey"]},"physicalResourceId":{"responsePath":"GrantId"}}']] } }) } } }],
    ['the stack of the stream is deployed later', 'failing-deployment', { A: { Resources: { Agents: association({ InstanceArn: INSTANCE_ARN, KinesisStreamConfig: { StreamArn: { 'Fn::ImportValue': 's' } } }) } }, B: { Resources: { Key: key([]), Stream: stream() }, Outputs: { S: { Value: getAtt('Stream'), Export: { Name: 's' } } } } }],
    ['the association may be created before the stream', 'failing-deployment', { ...SOUND, Stream: stream(getAtt('Key'), { Name: 'agents' }), Agents: association({ KinesisStreamConfig: { StreamArn: { 'Fn::Sub': 'arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/agents' } } }) }],
    ['the key has the default policy', 'no-key-access', { ...SOUND, Key: { Type: 'AWS::KMS::Key', ...RETAINED, Properties: { EnableKeyRotation: true } } }],
    ['the key has no statement, and the instance is a parameter', 'no-key-access', { Parameters: { I: { Type: 'String' } }, Resources: { Key: key([]), Stream: stream(), Agents: association({ InstanceArn: ref('I') }) } }],
    ['the replica key has no statement', 'no-key-access', { Instance: instance(), Rep: { Type: 'AWS::KMS::ReplicaKey', ...RETAINED, Properties: { PrimaryKeyArn: KEY_ARN, KeyPolicy: { Statement: [ADMIN] } } }, Stream: stream(getAtt('Rep')), Agents: association() }],
    ['a policy is attached to the service-linked role', 'policy-on-service-linked-role', { ...SOUND, P: { Type: 'AWS::IAM::RolePolicy', Properties: { RoleName: { 'Fn::Select': [3, { 'Fn::Split': ['/', ROLE] }] }, PolicyName: 'p', PolicyDocument: { Statement: [] } } } }],
    ['the storage type is for files', 'unsupported-destination', { ...SOUND, Agents: association({ StorageType: 'S3', S3Config: { BucketName: 'b', BucketPrefix: 'p' } }) }],
    ['the delivery stream reads from a stream', 'unsupported-destination', { ...SOUND, D: { Type: 'AWS::KinesisFirehose::DeliveryStream', Properties: { KinesisStreamSourceConfiguration: { KinesisStreamARN: getAtt('Stream'), RoleARN: 'arn:aws:iam::1:role/r' }, HttpEndpointDestinationConfiguration: {} } }, CTR: association({ ResourceType: 'CONTACT_TRACE_RECORDS', StorageType: 'KINESIS_FIREHOSE', KinesisStreamConfig: undefined, KinesisFirehoseConfig: { FirehoseArn: getAtt('D') } }, { DependsOn: 'Agents' }) }],
    ['two associations spell the instance differently', 'duplicate-association', { ...SOUND, Two: association({ InstanceArn: { 'Fn::Sub': 'arn:aws:connect:${AWS::Region}:${AWS::AccountId}:instance/${Instance.Id}' } }, { DependsOn: 'Agents' }) }],
    ['two associations store call recordings', 'duplicate-association', { ...SOUND, A: association({ ResourceType: 'CALL_RECORDINGS', StorageType: 'S3', KinesisStreamConfig: undefined, S3Config: { BucketName: 'b', BucketPrefix: 'p' } }, { DependsOn: 'Agents' }), B: association({ ResourceType: 'CALL_RECORDINGS', StorageType: 'S3', KinesisStreamConfig: undefined, S3Config: { BucketName: 'c', BucketPrefix: 'p' } }, { DependsOn: 'A' }) }],
    ['associations have no order, and spell the instance differently', 'parallel-associations', { ...SOUND, R: association({ ResourceType: 'CONTACT_TRACE_RECORDS', InstanceArn: ref('Instance') }) }],
    ['the alias of the key may be created after the stream', 'alias-after-stream', { ...SOUND, Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: ref('Key') } }, Stream: stream({ 'Fn::Sub': 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/a' }) }],
    ['a later stack creates the alias of the key', 'alias-after-stream', { A: { ...SOUND, Stream: stream('alias/a') }, B: { Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: KEY_ARN } } } }],
    ['the processing of records is disabled', 'unreadable-records', { ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: { ...proc, Enabled: 'false' } }) }],
    ['the conversion of records is disabled', 'unreadable-records', { ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: undefined, DataFormatConversionConfiguration: { Enabled: false } }) }],
    ['objects expire on a date', 'unreadable-records', { ...DELIVERY, Bucket: bucket({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationDate: '2020-01-01T00:00:00Z' }] } }) }],
    ['Firehose may only access the bucket', 'unreadable-records', { ...DELIVERY, Role: firehoseRole({ Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:PutObject'], Resource: getAtt('Bucket') }] } }] }) }],
    ['Firehose cannot use the key of the bucket', 'unreadable-records', { ...DELIVERY, Key: key([]), Bucket: bucket({ BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: ref('Key') } }] } }) }],
    ['the key policy names the stream', 'failing-deployment', { ...SOUND, Key: key([statement({ Condition: { StringEquals: { 'kms:EncryptionContext:aws:kinesis:arn': getAtt('Stream') } } })]) }],
  ])('%s', (_, expected, template) => {
    expect(found(template)).toContainEqual(expect.stringMatching(new RegExp(`^(error|warning): ${expected}: `)));
  });
});

describe('no change is found if', () => {
  test.each<[string, Content, Content]>([
    ['nothing changes', SOUND, SOUND],
    ['the new key has a statement before', { ...SOUND, Key2: key() }, { ...SOUND, Key2: key(), Stream: stream(getAtt('Key2')) }],
    ['the stream gets another key, and the old one is retained', SOUND, { Instance: instance(), Key2: key(), Stream: stream(getAtt('Key2')), Agents: association() }],
    ['a statement replaces the grant', { ...SOUND, Key: key([]), G: grant(), Agents: association({}, { DependsOn: 'G' }) }, SOUND],
    ['a grant gets a new logical id', { ...SOUND, Key: key([]), G: grant(), Agents: association({}, { DependsOn: 'G' }) }, { ...SOUND, Key: key([]), G2: grant(), Agents: association({}, { DependsOn: 'G2' }) }],
    ['a stream refers to a key instead of its alias', { ...SOUND, Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: ref('Key') } }, Stream: stream(ref('Alias')) }, { ...SOUND, Stream: stream() }],
    ['an association is removed', SOUND, { ...WITHOUT_ASSOCIATION }],
    ['a stream is replaced and retained', { ...SOUND, Stream: stream(getAtt('Key'), { Name: 'a' }) }, { ...SOUND, Stream: { ...stream(getAtt('Key'), { Name: 'b' }), UpdateReplacePolicy: 'Retain', DeletionPolicy: 'RetainExceptOnCreate' } }],
    ['contact records go to a delivery stream', { Instance: instance(), Key: key(), Stream: stream(), Ctr: association({ ResourceType: 'CONTACT_TRACE_RECORDS' }), Bucket: bucket(), Role: firehoseRole() }, { ...DELIVERY }],
    ['the condition of an association becomes false', { Conditions: { C: { 'Fn::Equals': ['a', 'a'] } }, Resources: { ...SOUND, Agents: association({}, { Condition: 'C' }) } }, { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Stream: stream(), Agents: association({}, { Condition: 'C' }) } }],
  ])('%s', (_, deployed, template) => {
    expect(found(template, deployed)).toEqual([]);
  });
});

describe('a change is found if', () => {
  test.each<[string, string, Content, Content]>([
    ['a statement moves to the new key of the stream', 'loss-during-update', WITH_TWO_KEYS, { ...SOUND, Key: key([]), Key2: key(), Stream: stream(getAtt('Key2')) }],
    ['a key is deleted by default', 'deleted-resource', { ...SOUND, Key: { ...key(), DeletionPolicy: undefined } }, { Instance: instance(), Key2: key(), Stream: stream(getAtt('Key2')), Agents: association() }],
    ['an alias moves to another key', 'loss-during-update', { ...SOUND, Key2: key([]), Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: ref('Key') } }, Stream: stream(ref('Alias')) }, { ...SOUND, Key: key([]), Key2: key(), Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: ref('Key2') } }, Stream: stream(ref('Alias')) }],
    ['an alias is removed', 'loss-during-update', { ...SOUND, Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: ref('Key') } }, Stream: stream('alias/a', {}, { DependsOn: 'Alias' }) }, { ...SOUND, Stream: stream('alias/a') }],
    ['a stream moves to another stack', 'loss-during-update', { A: { Resources: { ...SOUND, Stream: { ...stream(), DeletionPolicy: 'Delete' } } } }, { A: { Resources: { Instance: instance(), Key: key() }, Outputs: { K: { Value: getAtt('Key'), Export: { Name: 'k' } }, I: { Value: getAtt('Instance'), Export: { Name: 'i' } } } }, B: { Resources: { Stream: stream({ 'Fn::ImportValue': 'k' }), Agents: association({ InstanceArn: { 'Fn::ImportValue': 'i' } }) } } }],
    ['an instance is replaced', 'deleted-resource', SOUND, { ...SOUND, Instance: instance('new') }],
    ['the logical id of an association changes', 'loss-during-update', SOUND, { ...WITHOUT_ASSOCIATION, AgentsNew: association() }],
    ['an association moves to a later stack', 'loss-during-update', { A: { Resources: SOUND, Outputs: OUTPUTS }, B: {} }, { A: { Resources: WITHOUT_ASSOCIATION, Outputs: OUTPUTS }, B: { Agents: IMPORTING } }],
    ['an association moves to an earlier stack', 'loss-during-update', { A: { Resources: WITHOUT_ASSOCIATION, Outputs: OUTPUTS }, B: { Agents: IMPORTING } }, { A: { Resources: SOUND, Outputs: OUTPUTS }, B: {} }],
    ['a grant replaces the statement', 'loss-during-update', SOUND, { ...SOUND, Key: key([]), G: grant(), Agents: association({}, { DependsOn: 'G' }) }],
    ['a grant gets a new logical id and keeps its name', 'loss-during-update', { ...SOUND, Key: key([]), G: namedGrant, Agents: association({}, { DependsOn: 'G' }) }, { ...SOUND, Key: key([]), G2: namedGrant, Agents: association({}, { DependsOn: 'G2' }) }],
    ['a stream is replaced, and the new template does not retain it', 'deleted-resource', { ...SOUND, Stream: stream(getAtt('Key'), { Name: 'a' }) }, { ...SOUND, Stream: { ...stream(getAtt('Key'), { Name: 'b' }), UpdateReplacePolicy: undefined } }],
    ['a retention period is removed', 'shortened-retention', { ...SOUND, Stream: stream(getAtt('Key'), { RetentionPeriodHours: '48' }) }, SOUND],
    ['the statement is removed with the encryption', 'loss-during-update', SOUND, { ...SOUND, Key: key([]), Stream: stream('alias/aws/kinesis') }],
    ['a stream is removed to which another stack refers weakly', 'deleted-resource', { A: { Resources: { Instance: instance(), Key: key(), Stream: { ...stream(), DeletionPolicy: 'Delete' } }, Outputs: { I: OUTPUTS.I, S: OUTPUTS.S } }, B: { Agents: association({ InstanceArn: { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'I' } }, KinesisStreamConfig: { StreamArn: { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'S' } } } }) } }, { A: { Resources: { Instance: instance(), Key: key() }, Outputs: {} }, B: { Agents: association({ InstanceArn: { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'I' } }, KinesisStreamConfig: { StreamArn: { 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'S' } } } }) } }],
    ['two associations swap their data types', 'loss-during-update', { ...SOUND, Agents: association(), Ctr: association({ ResourceType: 'CONTACT_TRACE_RECORDS' }, { DependsOn: 'Agents' }) }, { ...SOUND, Agents: association({ ResourceType: 'CONTACT_TRACE_RECORDS' }), Ctr: association({}, { DependsOn: 'Agents' }) }],
    ['the condition of a key becomes false', 'deleted-resource', { Conditions: { C: { 'Fn::Equals': ['a', 'a'] } }, Resources: { ...SOUND, Key: { ...key(), DeletionPolicy: 'Delete', Condition: 'C' }, Stream: stream({ 'Fn::If': ['C', getAtt('Key'), 'alias/aws/kinesis'] }) } }, { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Key: { ...key(), DeletionPolicy: 'Delete', Condition: 'C' }, Stream: stream({ 'Fn::If': ['C', getAtt('Key'), 'alias/aws/kinesis'] }) } }],
    ['the condition of a stream becomes false', 'deleted-resource', { Conditions: { C: { 'Fn::Equals': ['a', 'a'] } }, Resources: { ...SOUND, Stream: { ...stream(), DeletionPolicy: 'Delete', Condition: 'C' }, S2: stream(), Agents: association({ KinesisStreamConfig: { StreamArn: { 'Fn::If': ['C', getAtt('Stream'), getAtt('S2')] } } }) } }, { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Stream: { ...stream(), DeletionPolicy: 'Delete', Condition: 'C' }, S2: stream(), Agents: association({ KinesisStreamConfig: { StreamArn: { 'Fn::If': ['C', getAtt('Stream'), getAtt('S2')] } } }) } }],
    ['the statement for a role by its INSTANCE_ARN is removed', 'no-key-access', { Key: key([statement({ Principal: { AWS: ROLE_ARN } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }, { Key: key([]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }],
    ['the statement for one of two instances is removed', 'no-key-access', { ...SOUND, ...OTHER, Key: key([statement({ Principal: { AWS: [ROLE, getAtt('Other', 'ServiceRole')] } })]), A2: association({ InstanceArn: getAtt('Other') }) }, { ...SOUND, ...OTHER, Key: key([statement()]), A2: association({ InstanceArn: getAtt('Other') }) }],
  ])('%s', (_, expected, deployed, template) => {
    expect(found(template, deployed)).toContainEqual(expect.stringMatching(new RegExp(`^(error|warning): ${expected}: `)));
  });
});
