/**
 * Checks templates and changes in the style of other authors: each loss is found, and sound templates have no findings.
 */
import { DELIVERY_STREAM_ARN, INSTANCE_ARN, KEY_ARN, OTHER_INSTANCE_ARN, ROLE_ARN, STREAM_ARN } from './support';
import { check } from '../src/check/check';
import { type SynthesizedStack, templateOf } from '../src/template/cloud-assembly';
import type { TemplateResource, Template } from '../src/template/template';

type Properties = Record<string, unknown>;
type Resources = Record<string, Partial<TemplateResource> | object>;
type TemplateContent = Partial<Omit<Template, 'Resources'>> & { readonly Resources: Resources; readonly $account?: string; readonly $region?: string; readonly $dependencies?: string[] };
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
    const { $account: account, $region: region, $dependencies: dependencies, ...rest } = template;
    return { name, stackName: name, file: `/templates/${name}.json`, template: templateOf(JSON.parse(JSON.stringify(rest))), account, region, dependencies, pathOf: (id) => id };
  });
}

function templatesIn(content: Content): Record<string, TemplateContent> {
  if ('Resources' in content) return { Stack: content as TemplateContent };
  const isOfStacks = Object.values(content).every((value: object) => !('Type' in value) && !Array.isArray(value));
  if (!isOfStacks) return { Stack: { Resources: content as Resources } };
  return Object.fromEntries(Object.entries(content).map(([name, value]: [string, object]) => [name, 'Resources' in value ? value as TemplateContent : { Resources: value as Resources }]));
}

/** The findings. Their texts are compared with a snapshot, which shows what users read. */
function found(content: Content, deployed?: Content): string[] {
  const findings = findingsOf(content, deployed).map(({ fix, text }) => ({ text, withFix: `${text}; fix: ${fix}` }));
  if (findings.length > 0) expect(findings.map(({ withFix }) => withFix)).toMatchSnapshot();
  return findings.map(({ text }) => text);
}

function findingsOf(content: Content, deployed?: Content): Array<{ text: string; fix: string }> {
  return check(stacks(content), deployed && stacks(deployed)).map(({ severity, rule, path, message, fix }) => ({ text: `${severity}: ${rule}: ${path}: ${message}`, fix }));
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
const withParameters = (resources: Resources): TemplateContent => ({
  Parameters: { P: { Type: 'String' }, Items: { Type: 'CommaDelimitedList' } },
  Conditions: { C: { 'Fn::Equals': [ref('P'), 'b'] }, D: { 'Fn::Not': [{ Condition: 'C' }] } },
  Resources: resources,
});
const STORED_STREAM = { Type: 'AWS::SSM::Parameter', Properties: { Name: '/stream', Type: 'String', Value: getAtt('Stream') } };
const STORED_USE = {
  Parameters: { S: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/stream' } },
  Resources: { Agents: association({ InstanceArn: { 'Fn::ImportValue': 'i' }, KinesisStreamConfig: { StreamArn: ref('S') } }) },
};

describe('a template is accepted with', () => {
  test.each<[string, Content]>([
    ['a statement in the key policy', SOUND],
    ['an instance ARN as Ref', { ...SOUND, Agents: association({ InstanceArn: ref('Instance') }) }],
    ['a key id as Ref', { ...SOUND, Stream: stream(ref('Key')) }],
    ['a key by the name of an alias', { ...SOUND, Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: ref('Key') } }, Stream: stream('alias/a', {}, { DependsOn: 'Alias' }) }],
    ['a key by the ARN of an alias', { ...SOUND, Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/a', TargetKeyId: getAtt('Key') } }, Stream: stream({ 'Fn::Sub': 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:${Alias}' }) }],
    ['a key ARN that contains the key id', { ...SOUND, Stream: stream({ 'Fn::Sub': 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}' }) }],
    ['a stream ARN that contains the name', { ...SOUND, Agents: association({ KinesisStreamConfig: { StreamArn: { 'Fn::Sub': 'arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${Stream}' } } }) }],
    ['an instance ARN that contains the instance id', { ...SOUND, Agents: association({ InstanceArn: { 'Fn::Sub': 'arn:aws:connect:${AWS::Region}:${AWS::AccountId}:instance/${Instance.Id}' } }) }],
    ['the AWS managed key by its ARN', { ...SOUND, Key: key([]), Stream: stream({ 'Fn::Sub': 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/kinesis' }) }],
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
    ['a bucket by its name', { ...DELIVERY, Bucket: bucket({ BucketName: 'records' }), Role: firehoseRole({ RoleName: 'firehose', Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:PutObject'], Resource: 'arn:aws:s3:::records/*' }] } }] }), D: deliveryStream({ BucketARN: { 'Fn::Sub': 'arn:aws:s3:::${Bucket}' } }) }],
    ['a bucket policy for the role of Firehose', { ...DELIVERY, Role: firehoseRole({ Policies: undefined }), BP: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket'), PolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { AWS: getAtt('Role') }, Action: 's3:PutObject', Resource: { 'Fn::Sub': '${Bucket.Arn}/*' } }] } } } }],
    ['a lifecycle rule for other objects', { ...DELIVERY, Bucket: bucket({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Prefix: 'tmp/', ExpirationInDays: 1 }] } }), D: deliveryStream({ Prefix: 'records/' }) }],
  ])('%s', (_, template) => {
    expect(found(template)).toEqual([]);
  });
});

describe('a template is neither right nor wrong with', () => {
  test.each<[string, Content]>([
    ['a statement under a condition', { Parameters: { P: { Type: 'String' } }, Conditions: { C: { 'Fn::Equals': [ref('P'), 'b'] } }, Resources: { ...SOUND, Key: key([{ 'Fn::If': ['C', statement(), ref('AWS::NoValue')] }]) } }],
    ['a stream ARN from Parameter Store', { ...SOUND, Agents: association({ KinesisStreamConfig: { StreamArn: '{{resolve:ssm:/streams/agent}}' } }) }],
    ['a key from Parameter Store', { ...SOUND, Stream: stream('{{resolve:ssm:/keys/stream:1}}') }],
    ['a role from Parameter Store', { Key: key([statement({ Principal: { AWS: '{{resolve:ssm:/connect/role}}' } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }],
    ['a role by its ARN', { Key: key([statement({ Principal: { AWS: ROLE_ARN } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }],
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
    ['the statement requires a source ARN', 'no-key-access', { ...SOUND, Key: key([statement({ Condition: { ArnEquals: { 'aws:SourceArn': getAtt('Instance') } } })]) }],
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
    ['an instance is updated', SOUND, { ...SOUND, Instance: { ...instance(), Properties: { ...instance().Properties, Attributes: { InboundCalls: true, OutboundCalls: false } } } }],
    ['the defaults of a key are specified', { ...SOUND, Key: { ...key(), UpdateReplacePolicy: 'Delete' } }, { ...SOUND, Key: { ...key(), UpdateReplacePolicy: 'Delete', Properties: { ...key().Properties, MultiRegion: 'false', KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', Origin: 'AWS_KMS' } } }],
    ['a delivery stream still reads from a stream', { ...SOUND, D: deliveryStream({}, { KinesisStreamSourceConfiguration: { KinesisStreamARN: getAtt('Stream') } }) }, { ...SOUND, D: deliveryStream({}, { KinesisStreamSourceConfiguration: { KinesisStreamARN: getAtt('Stream') } }) }],
    ['an association gets the new name of voice analysis segments', { ...SOUND, Agents: association({ ResourceType: 'REAL_TIME_CONTACT_ANALYSIS_SEGMENTS' }) }, { ...SOUND, Agents: association({ ResourceType: 'REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS' }) }],
    ['another stack is updated', { A: { Resources: WITHOUT_ASSOCIATION, Outputs: OUTPUTS }, B: { Agents: IMPORTING } }, { B: { Agents: { ...IMPORTING, DeletionPolicy: 'Retain' } } }],
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
    ['the statement for a role by its ARN is removed', 'no-key-access', { Key: key([statement({ Principal: { AWS: ROLE_ARN } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }, { Key: key([]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }],
    ['the statement for one of two instances is removed', 'no-key-access', { ...SOUND, ...OTHER, Key: key([statement({ Principal: { AWS: [ROLE, getAtt('Other', 'ServiceRole')] } })]), A2: association({ InstanceArn: getAtt('Other') }) }, { ...SOUND, ...OTHER, Key: key([statement()]), A2: association({ InstanceArn: getAtt('Other') }) }],
    ['an association gets another data type', 'deleted-resource', SOUND, { ...SOUND, Agents: association({ ResourceType: 'CONTACT_TRACE_RECORDS' }) }],
    ['an association gets another instance', 'deleted-resource', { ...SOUND, ...OTHER }, { ...SOUND, ...OTHER, Key: key([statement(), statement({ Principal: { AWS: getAtt('Other', 'ServiceRole') } })]), Agents: association({ InstanceArn: getAtt('Other') }) }],
    ['an instance is removed that an association still names', 'deleted-resource', SOUND, { ...SOUND, Instance: { Type: 'AWS::SNS::Topic' }, Key: key([]), Agents: association({ InstanceArn: { 'Fn::Sub': 'arn:aws:connect:${AWS::Region}:${AWS::AccountId}:instance/Stack-Instance-1' } }) }],
    ['the key of a bucket is removed', 'deleted-resource', { ...DELIVERY, Key: { ...key([]), DeletionPolicy: 'Delete' }, Bucket: bucket({ BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: getAtt('Key') } }] } }) }, DELIVERY],
    ['a stream gets a name from a parameter', 'deleted-resource', { ...SOUND, Stream: stream() }, withParameters({ ...SOUND, Stream: stream(getAtt('Key'), { Name: ref('P') }, { UpdateReplacePolicy: 'Delete' }) })],
    ['a stream leaves, and another stack reads its ARN from Parameter Store', 'loss-during-update', { A: { Resources: { ...WITHOUT_ASSOCIATION, Stream: { ...stream(), DeletionPolicy: 'Delete' }, Stored: STORED_STREAM }, Outputs: { I: OUTPUTS.I } }, B: STORED_USE },
      { A: { Resources: { Instance: instance(), Key: key() }, Outputs: { I: OUTPUTS.I } }, B: STORED_USE }],
    ['another stack still uses the key whose statement is removed', 'loss-during-update', { A: { Resources: WITHOUT_ASSOCIATION, Outputs: OUTPUTS }, B: { Agents: IMPORTING } }, { A: { Resources: { ...WITHOUT_ASSOCIATION, Key: key([]) }, Outputs: OUTPUTS } }],
  ])('%s', (_, expected, deployed, template) => {
    expect(found(template, deployed)).toContainEqual(expect.stringMatching(new RegExp(`^(error|warning): ${expected}: `)));
  });
});

/** The resources with a parameter of each value that they refer to. The condition C has an unknown value. */
const call = (service: string, action: string, parameters?: object) => ({
  Type: 'Custom::AWS', Properties: { ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:calls', Create: JSON.stringify({ service, action, parameters }) },
});
const [IMPORTED, OTHER_IMPORTED] = [INSTANCE_ARN, OTHER_INSTANCE_ARN].map((arn) => association({ InstanceArn: arn }));
const unencrypted = { Type: 'AWS::Kinesis::Stream', ...RETAINED };
const alias = (name: string, target: unknown) => ({ Type: 'AWS::KMS::Alias', Properties: { AliasName: name, TargetKeyId: target } });
const GRANTED = { ...SOUND, Key: key([]), G: grant(), Agents: association({}, { DependsOn: 'G' }) };
const UNKNOWN_CONDITION = 'cannot determine whether Amazon Connect would lose agent events: a statement or a grant for the key Key exists only under a condition whose value is unknown';
const UNKNOWN_ROLE = 'cannot determine whether Amazon Connect would lose agent events: the templates do not tell whether a principal of the policy or a grantee of the key Key is the service-linked role of';
const unknownKey = (name: string) => `info: unknown-key-access: Agents: cannot determine whether Amazon Connect would lose agent events: the templates do not define the policy of the key ${name}`;
const unknownStream = (name: string) => `info: unknown-key-access: Agents: cannot determine whether Amazon Connect would lose agent events: the templates do not define the stream ${name}`;
const noAccess = (hint = '', instanceName = 'Instance') => (
  `error: no-key-access: Agents: Amazon Connect would lose all agent events: the service-linked role of ${instanceName} cannot call kms:GenerateDataKey on the key Key of the stream${hint}`);
const OTHER_STATEMENT = '; the statement for a service-linked role has another effect, action, principal, resource or condition';
const unsupported = (problem: string, label = 'agent events') => `error: unsupported-destination: Agents: the deployment fails, or Amazon Connect would lose all ${label}: ${problem}`;
const fails = (path: string, why: string) => `error: failing-deployment: ${path}: the deployment fails: ${why}`;

const MAY_CREATE_GRANT = 'info: unknown-key-access: Agents: cannot determine whether Amazon Connect would lose agent events: a custom resource that uses the key Key may create a grant or change the key policy';
const MAY_HAVE_NO_DELIMITER = 'cannot determine whether Firehose adds a newline to each of the contact records';
const delimiter = (value: unknown) => ({ Processors: [{ Type: 'AppendDelimiterToRecord', Parameters: [{ ParameterName: 'Delimiter', ParameterValue: value }] }] });
const lambda = (Variables: Properties) => ({ Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables } } });
/** An association by a custom resource with the props of `CfnInstanceStorageConfig`. */
const voice = (overrides: Properties = {}, rest: object = {}) => ({
  Type: 'AWS::CloudFormation::CustomResource',
  ...rest,
  Properties: {
    ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:associations',
    Parameters: {
      instanceArn: getAtt('Instance'), resourceType: 'REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS', storageType: 'KINESIS_STREAM', kinesisStreamConfig: { streamArn: getAtt('Stream') }, ...overrides,
    },
  },
});
/** An association by `AwsCustomResource`. */
const sdkAssociation = (instanceId: unknown = getAtt('Instance', 'Id')) => ({
  Type: 'Custom::AWS',
  Properties: {
    ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:calls',
    Create: {
      'Fn::Join': ['', [
        '{"service":"Connect","action":"associateInstanceStorageConfig","parameters":{"InstanceId":"', instanceId,
        '","ResourceType":"AGENT_EVENTS","StorageConfig":{"StorageType":"KINESIS_STREAM","KinesisStreamConfig":{"StreamArn":"arn:aws:kinesis:', ref('AWS::Region'), ':', ref('AWS::AccountId'), ':stream/', ref('Stream'), '"}}}}',
      ]],
    },
    InstallLatestAwsSdk: true,
  },
});
const sdkAssociationOfText = grant({
  Create: { 'Fn::Sub': '{"service":"Connect","action":"associateInstanceStorageConfig","parameters":{"InstanceId":"${Instance.Id}","ResourceType":"AGENT_EVENTS","StorageConfig":{"StorageType":"KINESIS_STREAM","KinesisStreamConfig":{"StreamArn":"${Stream.Arn}"}}}}' },
  Delete: undefined,
});

describe('a template has no finding with', () => {
  test.each<[string, Content]>([
    ['an association and a grant under the same condition', withParameters({ ...GRANTED, G: grant({}, { Condition: 'C' }), Agents: association({}, { Condition: 'C', DependsOn: 'G' }) })],
    ['a grant under a condition, and a statement without one', withParameters({ ...GRANTED, Key: key(), G: grant({}, { Condition: 'C' }) })],
    ['a grant under two conditions that are true', { Conditions: { A: { 'Fn::Equals': ['a', 'a'] }, B: { 'Fn::And': [{ Condition: 'A' }, { 'Fn::Or': [{ 'Fn::Equals': ['a', 'b'] }, { Condition: 'A' }] }] } }, Resources: { ...GRANTED, G: grant({}, { Condition: 'B' }) } }],
    ['the same key in both branches of a condition', withParameters({ ...SOUND, Stream: stream({ 'Fn::If': ['C', getAtt('Key'), getAtt('Key')] }) })],
    ['a principal by a pattern of ARNs', { ...SOUND, Key: key([statement({ Principal: { AWS: ROLE }, Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/aws-service-role/connect.amazonaws.com/*' }, ArnEquals: { 'aws:PrincipalArn': ROLE } } })]) }],
    ['a condition about an absent value', { ...SOUND, Key: key([statement({ Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'app' }, 'StringEqualsIfExists': { 'aws:SourceVpc': 'vpc-1' } } })]) }],
    ['a key in a China Region', { Stack: { $account: '111122223333', $region: 'cn-north-1', Resources: { ...SOUND, Key: key([statement({ Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Sub': 'kinesis.${AWS::Region}.${AWS::URLSuffix}' } } } })]) } } }],
    ['a key in AWS GovCloud (US)', { Stack: { $account: '111122223333', $region: 'us-gov-west-1', Resources: { ...SOUND, Agents: association({ KinesisStreamConfig: { StreamArn: { 'Fn::Sub': 'arn:${AWS::Partition}:kinesis:us-gov-west-1:111122223333:stream/${Stream}' } } }) } } }],
    ['a custom resource without parameters', { ...SOUND, Caller: call('STS', 'getCallerIdentity') }],
    ['associations in stacks that are deployed one after the other', {
      A: { $dependencies: [], Resources: { S: unencrypted, Agents: association({ InstanceArn: INSTANCE_ARN, KinesisStreamConfig: { StreamArn: getAtt('S') } }) } },
      B: { $dependencies: ['A'], Resources: { S: unencrypted, Ctr: association({ InstanceArn: INSTANCE_ARN, ResourceType: 'CONTACT_TRACE_RECORDS', KinesisStreamConfig: { StreamArn: getAtt('S') } }) } },
    }],
    ['associations in stacks that can resolve the instance to different ones', {
      A: { $dependencies: [], Resources: { S: unencrypted, Agents: association({ InstanceArn: '{{resolve:ssm:/instance}}', KinesisStreamConfig: { StreamArn: getAtt('S') } }) } },
      B: { $dependencies: [], Resources: { S: unencrypted, Ctr: association({ InstanceArn: '{{resolve:ssm:/instance}}', ResourceType: 'CONTACT_TRACE_RECORDS', KinesisStreamConfig: { StreamArn: getAtt('S') } }) } },
    }],
    ['a loop that creates streams', {
      Instance: instance(),
      Key: key(),
      ...{ 'Fn::ForEach::Streams': ['Name', ['Agents', 'Calls'], { 'Stream${Name}': stream(getAtt('Key'), { Name: { 'Fn::Join': ['-', ['stream', ref('Name')]] } }) }] },
      Agents: association({ KinesisStreamConfig: { StreamArn: { 'Fn::Sub': 'arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/stream-Agents' } } }, { DependsOn: 'StreamAgents' }),
    }],
    ['a loop over values that the template does not contain, and a transform', { ...SOUND, 'Fn::ForEach::Topics': ['Name', ref('Items'), { 'Topic${Name}': { Type: 'AWS::SNS::Topic' } }], 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://bucket/resources.yaml' } } }],
    ['an account as a number', { ...SOUND, Key: key([statement(), statement({ Principal: { AWS: [111122223333, ref('AWS::AccountId')] }, Action: 'kms:*' })]) }],
    ['an account as a number in a condition', { ...SOUND, Key: key([statement(), { Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*', Condition: { StringNotEquals: { 'kms:CallerAccount': [111122223333, ref('AWS::AccountId')] } } }]) }],
    ['a denial for another role, a user and another instance', { ...SOUND, ...OTHER, Key: key([statement(), { Effect: 'Deny', Principal: { AWS: ['role/App', 'user/app'].map((name) => ({ 'Fn::Sub': `arn:aws:iam::\${AWS::AccountId}:${name}` })).concat([getAtt('Other', 'ServiceRole') as never]) }, Action: 'kms:*', Resource: '*' }]) }],
    ['a condition for the account of the key', { ...SOUND, Key: key([statement({ Condition: { StringEquals: { 'aws:ResourceAccount': ref('AWS::AccountId') }, Bool: { 'aws:PrincipalIsAWSService': 'false' } } })]) }],
    ['a key policy as text', { ...SOUND, Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { 'Fn::Sub': JSON.stringify({ Statement: [statement({ Principal: { AWS: '${Instance.ServiceRole}' } })] }) } } } }],
    ['a statement for the roles of Amazon Connect by a condition', { ...SOUND, Key: key([statement({ Principal: { AWS: '*' }, Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/aws-service-role/connect.amazonaws.com/*' } } })]) }],
    ['a statement for administrators by a condition', { ...SOUND, Key: key([statement(), statement({ Principal: '*', Action: 'kms:*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Admin*' } } })]) }],
    ['a statement for an account that uses Kinesis', { ...SOUND, Key: key([statement({ Principal: { AWS: '*' }, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Condition: { StringEquals: { 'kms:CallerAccount': ref('AWS::AccountId'), 'kms:ViaService': { 'Fn::Sub': 'kinesis.${AWS::Region}.amazonaws.com' } } } })]) }],
    ['the former name of voice analysis segments', { ...SOUND, Agents: association({ ResourceType: 'REAL_TIME_CONTACT_ANALYSIS_SEGMENTS' }) }],
    ['an association that a custom resource creates', { ...SOUND, Voice: voice({}, { DependsOn: 'Agents' }) }],
    ['an association that a custom resource with the properties of the resource type creates', { ...SOUND, Agents: { ...association(), Type: 'Custom::Association' } }],
    ['an association that an SDK call creates', { ...SOUND, Agents: sdkAssociation() }],
    ['a grant of another resource type', { ...GRANTED, G: { ...grant({ InstallLatestAwsSdk: 'false' }), Type: 'Custom::StreamingGrant' } }],
    ['a bucket that requires a key', {
      ...DELIVERY,
      Key: key([]),
      Role: firehoseRole({ Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:*', 'kms:*'], Resource: '*' }] } }] }),
      Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket'), PolicyDocument: { Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: { 'Fn::Sub': '${Bucket.Arn}/*' }, Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } } }] } } },
      D: deliveryStream({ EncryptionConfiguration: { KMSEncryptionConfig: { AWSKMSKeyARN: getAtt('Key') } } }),
    }],
    ['a bucket with the AWS managed key', { ...DELIVERY, Bucket: bucket({ BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/aws/s3' } }] } }) }],
    ['objects that are archived later', { ...DELIVERY, Bucket: bucket({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 90 }, { StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }] }] } }) }],
    ['a processor that adds the default delimiter', { ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: { Processors: [{ Type: 'AppendDelimiterToRecord' }] } }) }],
    ['a key in Parameter Store', { ...SOUND, Stored: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/key', Type: 'String', Value: getAtt('Key') } }, Other: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: '{{resolve:ssm:/name}}' } }, Stream: stream('{{resolve:ssm:/key:1}}', {}, { DependsOn: 'Stored' }) }],
    ['a stream in Parameter Store', { A: { Resources: { ...WITHOUT_ASSOCIATION, Stored: STORED_STREAM }, Outputs: OUTPUTS }, B: STORED_USE }],
  ])('%s', (_, template) => {
    expect(found(template)).toEqual([]);
  });
});

describe('a template has only the finding of', () => {
  test.each<[string, string | string[], Content]>([
    ['a custom resource whose call has a condition', 'info: unknown-key-access: Agents: cannot determine whether Amazon Connect would lose agent events: a custom resource that uses the key Key may create a grant or change the key policy',
      withParameters({ ...GRANTED, G: { ...grant({ Create: { 'Fn::If': ['C', grant().Properties.Create, ref('AWS::NoValue')] } }), DependsOn: 'Key' } })],
    ['a key that a parameter enables', 'info: unknown-key-access: Agents: cannot determine whether Amazon Connect would lose agent events: the templates do not tell whether the key Key is enabled',
      withParameters({ ...SOUND, Key: key([statement()], { Enabled: ref('P') }) })],
    ['a grant under an unknown condition', `info: unknown-key-access: Agents: ${UNKNOWN_CONDITION}`, withParameters({ ...GRANTED, G: grant({}, { Condition: 'C' }) })],
    ['a grant under another condition than that of the association', `info: unknown-key-access: Agents: ${UNKNOWN_CONDITION}`, withParameters({ ...GRANTED, G: grant({}, { Condition: 'D' }), Agents: association({}, { Condition: 'C', DependsOn: 'G' }) })],
    ['two grants under opposite conditions', `info: unknown-key-access: Agents: ${UNKNOWN_CONDITION}`, withParameters({ ...GRANTED, G: { ...namedGrant, Condition: 'C' }, G2: { ...namedGrant, Condition: 'D' }, Agents: association({}, { DependsOn: ['G', 'G2'] }) })],
    ['a grant under a condition that the template does not define', `info: unknown-key-access: Agents: ${UNKNOWN_CONDITION}`, { ...GRANTED, G: grant({}, { Condition: 'C' }) }],
    ['a statement under an unknown condition', `info: unknown-key-access: Agents: ${UNKNOWN_CONDITION}`, withParameters({ ...SOUND, Key: key([{ 'Fn::If': ['C', statement(), ref('AWS::NoValue')] }]) })],
    ['a statement whose effect has a condition', `info: unknown-key-access: Agents: ${UNKNOWN_CONDITION}`, withParameters({ ...SOUND, Key: key([statement(), statement({ Effect: { 'Fn::If': ['C', 'Allow', 'Deny'] } })]) })],
    ['a statement whose condition element has a condition', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} Instance`, withParameters({ ...SOUND, Key: key([statement({ Condition: { 'Fn::If': ['C', { Bool: { 'aws:SecureTransport': 'false' } }, ref('AWS::NoValue')] } })]) })],
    ['a statement whose operator has a condition', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} Instance`, withParameters({ ...SOUND, Key: key([statement({ Condition: { StringEquals: { 'Fn::If': ['C', { 'aws:SourceAccount': '444455556666' }, { 'kms:CallerAccount': ref('AWS::AccountId') }] } } })]) })],
    ['a grant that is created after the association, with spaces in its call', 'error: association-before-key-access: Agents: Amazon Connect would lose agent events during the first deployment: CloudFormation may create the association before the service-linked role has permission to use the key Key',
      { ...SOUND, Key: key([]), G: grant({ Create: { 'Fn::Sub': '{ "service": "KMS", "action": "CreateGrant", "parameters": { "KeyId": "${Key.Arn}", "GranteePrincipal": "${Instance.ServiceRole}", "Operations": ["GenerateDataKey"] } }' } }) }],
    ['a principal of a parameter', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} Instance`, withParameters({ ...SOUND, Key: key([statement({ Principal: { AWS: ref('P') } })]) })],
    ['an encryption that has a condition', unknownKey('<condition C of Stack>'), withParameters({ ...SOUND, Stream: stream(undefined, { StreamEncryption: { 'Fn::If': ['C', { EncryptionType: 'KMS', KeyId: getAtt('Key') }, ref('AWS::NoValue')] } }) })],
    ['a key whose condition is false', unknownKey('<Arn of Stack/Key>'), { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Key: { ...key(), Condition: 'C' } } }],
    ['a key by its id whose condition is false', unknownKey('<Stack/Key>'), { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...SOUND, Key: { ...key(), Condition: 'C' }, Stream: stream(ref('Key')) } }],
    ['a key from a mapping without an entry', unknownKey('<mapping Keys of Stack>'), { Mappings: { Keys: { agents: { arn: KEY_ARN } } }, Resources: { ...SOUND, Stream: stream({ 'Fn::FindInMap': ['Keys', ref('AWS::Region'), 'arn'] }) } }],
    ['a key from a list that is a parameter', unknownKey('<part 0 of <parameter Items of Stack>>'), withParameters({ ...SOUND, Stream: stream({ 'Fn::Select': ['0', ref('Items')] }) })],
    ['a key from a list that is too short', unknownKey('<part 2 of a,b>'), { ...SOUND, Stream: stream({ 'Fn::Select': [2, ['a', 'b']] }) }],
    ['a stream ARN that joins a parameter', unknownStream('<parameter Items of Stack>'), withParameters({ ...SOUND, Agents: association({ KinesisStreamConfig: { StreamArn: { 'Fn::Join': [':', ref('Items')] } } }) })],
    ['an instance and roles of parameters', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} <parameter P of Stack>`, withParameters({ Key: key([statement({ Principal: { AWS: ref('Items') } })]), Stream: stream(), Agents: association({ InstanceArn: ref('P') }) })],
    ['a role of the app for an imported instance', noAccess('', INSTANCE_ARN), { Key: key([statement({ Principal: { AWS: 'arn:aws:iam::111122223333:role/app' } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }) }],
    ['a statement without an action', noAccess(OTHER_STATEMENT), { ...SOUND, Key: key([statement({ Action: undefined, NotAction: undefined })]) }],
    ['a statement without a resource', noAccess(OTHER_STATEMENT), { ...SOUND, Key: key([statement({ Resource: undefined })]) }],
    ['a statement without a principal', noAccess(), { ...SOUND, Key: key([statement({ Principal: undefined })]) }],
    ['a grant without a key', [noAccess(), fails('G', 'Create of Stack/G failed: KeyId must not be null')], { ...SOUND, Key: key([]), G: call('KMS', 'createGrant', { GranteePrincipal: ROLE_ARN, Operations: ['GenerateDataKey'] }) }],
    ['a grant for an operation that has a condition', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} Instance`, withParameters({ ...GRANTED, G: grant({ Create: { 'Fn::Join': ['', ['{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"', ref('Key'), '","GranteePrincipal":"', ROLE, '","Operations":["', { 'Fn::If': ['C', 'GenerateDataKey', 'Decrypt'] }, '"]},"physicalResourceId":{"responsePath":"GrantId"}}']] } }) })],
    ['an alias without a key', 'error: no-key-access: Agents: Amazon Connect would lose all agent events: the key Alias does not exist', { ...SOUND, Alias: alias('alias/a', undefined), Stream: stream('alias/a', {}, { DependsOn: 'Alias' }) }],
    ['fewer roles than instances', [`error: no-key-access: Other: Amazon Connect would lose records of 1 of the instances ${INSTANCE_ARN}, ${OTHER_INSTANCE_ARN}: they use the key Key, but its policy and grants name only ${ROLE_ARN}`,
      `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} ${INSTANCE_ARN}`, `info: unknown-key-access: Other: ${UNKNOWN_ROLE} ${OTHER_INSTANCE_ARN}`],
    { Key: key([statement({ Principal: { AWS: ROLE_ARN } })]), Stream: stream(), Agents: IMPORTED, Other: OTHER_IMPORTED }],
    ['a grant for one of two instances on a key of another app', ['Agents', 'Other'].map((id, index) => (
      `info: unknown-key-access: ${id}: ${UNKNOWN_ROLE.replace('key Key', `key ${KEY_ARN}`)} ${[INSTANCE_ARN, OTHER_INSTANCE_ARN][index]}`)), {
      G: call('KMS', 'createGrant', { KeyId: KEY_ARN, GranteePrincipal: ROLE_ARN, Operations: ['GenerateDataKey'] }),
      Stream: stream(KEY_ARN),
      Agents: { ...IMPORTED, DependsOn: 'G' },
      Other: { ...OTHER_IMPORTED, DependsOn: 'G' },
    }],
    ['a statement for everybody', 'warning: wide-key-access: Key: the key policy allows every AWS account to use the key', { ...SOUND, Key: key([statement({ Principal: '*' })]) }],
    ['a resource type that cannot be streamed', unsupported('CALL_RECORDINGS cannot be sent to KINESIS_STREAM', 'records'), { ...SOUND, Agents: association({ ResourceType: 'CALL_RECORDINGS' }) }],
    ['a stream that is not specified', unsupported('the storage type is KINESIS_STREAM, but its configuration is missing'), { ...SOUND, Agents: association({ KinesisStreamConfig: undefined }) }],
    ['a delivery stream that is not specified', unsupported('the storage type is KINESIS_FIREHOSE, but its configuration is missing', 'contact records'), { ...SOUND, Agents: association({ ResourceType: 'CONTACT_TRACE_RECORDS', StorageType: 'KINESIS_FIREHOSE', KinesisStreamConfig: undefined }) }],
    ['a destination of another service', [unknownStream(DELIVERY_STREAM_ARN), unsupported(`the destination is ${DELIVERY_STREAM_ARN}`)], { Instance: instance(), Agents: association({ KinesisStreamConfig: { StreamArn: DELIVERY_STREAM_ARN } }) }],
    ['a delivery stream that reads from Amazon MSK', unsupported('the delivery stream D reads from another source (MSKAsSource), so it refuses records of Amazon Connect', 'contact records'), { ...DELIVERY, D: deliveryStream({}, { MSKSourceConfiguration: { MSKClusterARN: 'arn:aws:kafka:us-east-1:111122223333:cluster/c' } }), Ctr: undefined, Agents: contactRecords }],
    ['an instance in another Region than the stack', `error: other-account-or-region: Agents: Amazon Connect cannot stream agent events: the stack is in 111122223333, eu-west-1, the instance ${INSTANCE_ARN} is in 111122223333, us-east-1`,
      { Stack: { $account: '111122223333', $region: 'eu-west-1', Resources: { Stream: unencrypted, Agents: association({ InstanceArn: INSTANCE_ARN }) } } }],
    ['a destination in another Region and an unknown account', [
      unknownStream('arn:<parameter P of Stack>:kinesis:eu-west-1:<AWS account>:stream/agents'),
      `error: other-account-or-region: Agents: Amazon Connect cannot stream agent events: the instance ${INSTANCE_ARN} is in 111122223333, us-east-1, the destination arn:<parameter P of Stack>:kinesis:eu-west-1:<AWS account>:stream/agents is in <AWS account>, eu-west-1`,
    ], withParameters({ Agents: association({ InstanceArn: INSTANCE_ARN, KinesisStreamConfig: { StreamArn: { 'Fn::Sub': 'arn:${P}:kinesis:eu-west-1:${AWS::AccountId}:stream/agents' } } }) })],
    ['associations in stacks that are deployed in parallel', `warning: parallel-associations: Ctr: the deployment may fail with TooManyRequestsException: CloudFormation may create it in parallel with Agents of the instance ${INSTANCE_ARN}`, {
      A: { $dependencies: [], Resources: { S: unencrypted, Agents: association({ InstanceArn: INSTANCE_ARN, KinesisStreamConfig: { StreamArn: getAtt('S') } }) } },
      B: { $dependencies: [], Resources: { S: unencrypted, Ctr: association({ InstanceArn: INSTANCE_ARN, ResourceType: 'CONTACT_TRACE_RECORDS', KinesisStreamConfig: { StreamArn: getAtt('S') } }) } },
    }],
    ['a key policy above the quota', fails('Key', 'the key policy has 33192 characters, and the quota of AWS KMS is 32768'), { ...SOUND, Key: key([statement(), statement({ Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Condition: { StringEquals: { 'aws:PrincipalTag/app': 'a'.repeat(32_768 - 100) } } })]) }],
    ['inline policies above the quota', fails('Two', 'the inline policies of the role have 12128 characters, and the quota of IAM is 10240'), { ...SOUND, Role: { Type: 'AWS::IAM::Role', Properties: {} }, ...Object.fromEntries(['One', 'Two'].map((id) => [id, { Type: 'AWS::IAM::RolePolicy', Properties: { RoleName: ref('Role'), PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: 'a'.repeat(6_000) }] } } }])) }],
    ['a lookup in another account', fails('Look', `the lookup in the account 444455556666 cannot find the instance ${INSTANCE_ARN}`), { Stack: { $account: '444455556666', $region: 'us-east-1', Resources: { Look: call('Connect', 'describeInstance', { InstanceId: INSTANCE_ARN }) } } }],
    ['a lookup in another Region', fails('Look', `Create of Stack/Look failed: Instance ${INSTANCE_ARN} does not exist`), { Stack: { $account: '111122223333', $region: 'eu-west-1', Resources: { Look: call('Connect', 'describeInstance', { InstanceId: INSTANCE_ARN }) } } }],
    ['a grant on a key in another Region', fails('G', `Create of Stack/G failed: Key '${KEY_ARN}' does not exist`), { Stack: { $account: '111122223333', $region: 'eu-west-1', Resources: { G: call('KMS', 'createGrant', { KeyId: KEY_ARN, GranteePrincipal: ROLE_ARN, Operations: ['GenerateDataKey'] }) } } }],
    ['a pattern of roles as the principal', noAccess(OTHER_STATEMENT, INSTANCE_ARN), { Key: key([statement({ Principal: { AWS: `${ROLE_ARN.slice(0, -4)}*` } })]), Stream: stream(), Agents: IMPORTED }],
    ['a role of another account', noAccess(OTHER_STATEMENT, INSTANCE_ARN), { Key: key([statement({ Principal: { AWS: ROLE_ARN.replace('111122223333', '444455556666') } })]), Stream: stream(), Agents: IMPORTED }],
    ['a key policy as text without the statement', noAccess(), { ...SOUND, Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: JSON.stringify({ Statement: [{ ...ADMIN, Principal: { AWS: 'arn:aws:iam::111122223333:root' } }] }) } } }],
    ['a statement for every account that uses Kinesis', 'warning: wide-key-access: Key: the key policy allows every AWS account to use the key', { ...SOUND, Key: key([statement(), statement({ Principal: { AWS: '*' }, Condition: { StringLike: { 'kms:ViaService': 'kinesis.*.amazonaws.com' } } })]) }],
    ['a statement for all principals of the account', 'warning: wide-key-access: Key: the key policy allows a service-linked role, and all other principals that meet a condition, kms:*', { ...SOUND, Key: key([statement({ Principal: '*', Action: 'kms:*', Condition: { StringEquals: { 'kms:CallerAccount': ref('AWS::AccountId') } } })]) }],
    ['a condition on the organization', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} Instance`, { ...SOUND, Key: key([statement({ Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } })]) }],
    ['a condition on a tag', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} Instance`, { ...SOUND, Key: key([statement({ Condition: { StringEquals: { 'aws:PrincipalTag/team': 'contact-center' } } })]) }],
    ['a condition on the existence of an organization', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} Instance`, { ...SOUND, Key: key([statement({ Condition: { Null: { 'aws:PrincipalOrgID': 'false' } } })]) }],
    ['a statement with a condition for a stream of another app', unknownStream(STREAM_ARN), { Key: key([statement({ Condition: { StringLike: { 'kms:ViaService': 'kinesis.*.amazonaws.com' } } })]), Instance: instance(), Agents: association({ KinesisStreamConfig: { StreamArn: STREAM_ARN } }, { DependsOn: 'Key' }) }],
    ['a custom resource whose function knows the key', MAY_CREATE_GRANT, { ...SOUND, Key: key([]), Function: lambda({ KEY: getAtt('Key') }), G: { Type: 'Custom::KmsGrant', Properties: { ServiceToken: getAtt('Function') } }, Agents: association({}, { DependsOn: 'G' }) }],
    ['a custom resource whose function calls another one that knows the key', MAY_CREATE_GRANT, { ...SOUND, Key: key([]), Inner: lambda({ KEY: ref('Key') }), Outer: lambda({ HANDLER: getAtt('Inner') }), Unused: lambda({}), G: { Type: 'Custom::KmsGrant', Properties: { ServiceToken: getAtt('Outer') } }, H: { Type: 'Custom::Other', Properties: { ServiceToken: getAtt('Unused') } }, Agents: association({}, { DependsOn: 'G' }) }],
    ['a custom resource without properties', noAccess(), { ...SOUND, Key: key([]), G: { Type: 'Custom::KmsGrant' } }],
    ['a key in another Region', [unknownKey(KEY_ARN.replace('us-east-1', 'eu-west-1')), `error: other-account-or-region: Agents: Amazon Connect cannot stream agent events: the instance ${INSTANCE_ARN} is in 111122223333, us-east-1, the key ${KEY_ARN.replace('us-east-1', 'eu-west-1')} is in eu-west-1`],
      { Stream: stream(KEY_ARN.replace('us-east-1', 'eu-west-1')), Agents: IMPORTED }],
    ['an asymmetric key', fails('Stream', 'the key Key is not a symmetric encryption key'), { ...SOUND, Key: { ...key(), Properties: { ...key().Properties, KeySpec: 'RSA_2048' } } }],
    ['a data type of a parameter', 'info: unsupported-destination: Agents: cannot determine whether Amazon Connect would lose records: the templates do not tell whether <parameter P of Stack> can be sent to KINESIS_STREAM', withParameters({ ...SOUND, Agents: association({ ResourceType: ref('P') }) })],
    ['a delivery stream of another stack', `info: unsupported-destination: Ctr: cannot determine whether Amazon Connect would lose contact records: the templates do not define the delivery stream ${DELIVERY_STREAM_ARN}`,
      { Instance: instance(), Ctr: association({ ResourceType: 'CONTACT_TRACE_RECORDS', StorageType: 'KINESIS_FIREHOSE', KinesisStreamConfig: undefined, KinesisFirehoseConfig: { FirehoseArn: DELIVERY_STREAM_ARN } }) }],
    ['a source of a parameter', 'info: unsupported-destination: Ctr: cannot determine whether Amazon Connect would lose contact records: the templates do not tell the source of the delivery stream D', withParameters({ ...DELIVERY, D: deliveryStream({}, { DeliveryStreamType: ref('P') }) })],
    ['a destination under a condition', 'info: unreadable-records: D: cannot determine how Firehose would deliver contact records',
      withParameters({ ...DELIVERY, D: { Type: 'AWS::KinesisFirehose::DeliveryStream', Properties: { ExtendedS3DestinationConfiguration: { 'Fn::If': ['C', { BucketARN: getAtt('Bucket') }, ref('AWS::NoValue')] } } } })],
    ['a delimiter that is a comma', 'error: unreadable-records: D: Amazon Athena and most other readers cannot read the contact records: Firehose concatenates the records without a delimiter', { ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: delimiter(',') }) }],
    ['a delimiter of a parameter', `info: unreadable-records: D: ${MAY_HAVE_NO_DELIMITER}`, withParameters({ ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: delimiter(ref('P')) }) })],
    ['a processor of a parameter', `info: unreadable-records: D: ${MAY_HAVE_NO_DELIMITER}`, withParameters({ ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: { Processors: [{ Type: ref('P') }] } }) })],
    ['processors under a condition', `info: unreadable-records: D: ${MAY_HAVE_NO_DELIMITER}`, withParameters({ ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: { Processors: { 'Fn::If': ['C', proc.Processors, ref('AWS::NoValue')] } } }) })],
    ['processing under a condition', `info: unreadable-records: D: ${MAY_HAVE_NO_DELIMITER}`, withParameters({ ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: { 'Fn::If': ['C', proc, ref('AWS::NoValue')] } }) })],
    ['processing that a parameter enables', `info: unreadable-records: D: ${MAY_HAVE_NO_DELIMITER}`, withParameters({ ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: { ...proc, Enabled: ref('P') } }) })],
    ['a role of another stack for Firehose', 'info: unreadable-records: D: cannot determine whether Firehose would deliver contact records: the templates do not define the role arn:aws:iam::111122223333:role/delivery',
      { ...DELIVERY, Role: { Type: 'AWS::SNS::Topic' }, D: deliveryStream({ RoleARN: 'arn:aws:iam::111122223333:role/delivery' }) }],
    ['a role of Firehose with a managed policy', 'info: unreadable-records: D: cannot determine whether Firehose would deliver contact records: the templates do not tell whether the role Role can call s3:PutObject on Bucket',
      { ...DELIVERY, Role: firehoseRole({ Policies: undefined, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'] }) }],
    ['a bucket with a key of another app', `info: unreadable-records: D: cannot determine whether Firehose would deliver contact records: the templates do not tell whether the role Role can call kms:GenerateDataKey on ${KEY_ARN}`,
      { ...DELIVERY, Bucket: bucket({ BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY_ARN } }] } }) }],
    ['a bucket of another app', 'info: unreadable-records: D: cannot determine whether Amazon S3 deletes the contact records within a day of their delivery',
      { ...DELIVERY, Bucket: { Type: 'AWS::SNS::Topic' }, Role: firehoseRole({ Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] } }] }), D: deliveryStream({ BucketARN: 'arn:aws:s3:::records' }) }],
    ['an expiration of a parameter', 'info: unreadable-records: D: cannot determine whether Amazon S3 deletes the contact records within a day of their delivery', withParameters({ ...DELIVERY, Bucket: bucket({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: ref('P') }] } }) })],
    ['lifecycle rules under a condition', 'info: unreadable-records: D: cannot determine whether Amazon S3 deletes the contact records within a day of their delivery', withParameters({ ...DELIVERY, Bucket: bucket({ LifecycleConfiguration: { 'Fn::If': ['C', { Rules: [] }, ref('AWS::NoValue')] } }) })],
    ['objects that are archived at once', 'warning: unreadable-records: D: Amazon S3 archives the contact records within a day of their delivery, and Amazon Athena and most other readers cannot read archived objects',
      { ...DELIVERY, Bucket: bucket({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Transition: { StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 0 } }] } }) }],
    ['an association of a custom resource without permission', noAccess().replace('Agents', 'Voice').replace('agent events', 'voice analysis segments'), { ...WITHOUT_ASSOCIATION, Key: key([]), Voice: voice() }],
    ['an association of an SDK call without permission', noAccess(), { ...SOUND, Key: key([]), Agents: sdkAssociation() }],
    ['an association of an SDK call with references in its text, without permission', noAccess(), { ...SOUND, Key: key([]), Agents: sdkAssociationOfText }],
    ['an association of a custom resource in parallel', 'warning: parallel-associations: Voice: the deployment may fail with TooManyRequestsException: CloudFormation may create it in parallel with Agents of the instance Instance', { ...SOUND, Voice: voice() }],
    ['an association of an SDK call for a data type that is streamed already', 'error: duplicate-association: Too: the deployment fails: Agents streams agent events of the instance Instance already',
      { ...SOUND, Too: { ...sdkAssociation(getAtt('Instance')), DependsOn: 'Agents' } }],
  ])('%s', (_, finding, template) => {
    expect(found(template)).toEqual([finding].flat());
  });
});

describe('the association must be created after a grant under', () => {
  const before = 'error: association-before-key-access: Agents: Amazon Connect would lose agent events during the first deployment: CloudFormation may create the association before the service-linked role has permission to use the key Key';

  test('the same condition', () => {
    expect(found(withParameters({ ...GRANTED, G: grant({}, { Condition: 'C' }), Agents: association({}, { Condition: 'C' }) }))).toEqual([before]);
  });

  test('a condition that the association does not have', () => {
    expect(found(withParameters({ ...GRANTED, G: grant({}, { Condition: 'C' }), Agents: association() }))).toEqual([before, `info: unknown-key-access: Agents: ${UNKNOWN_CONDITION}`]);
  });
});

/** A Lambda function that may call these actions, and a grant that it creates. */
const functionWith = (...actions: string[]) => ({
  FunctionRole: { Type: 'AWS::IAM::Role', Properties: {} },
  FunctionPolicy: { Type: 'AWS::IAM::RolePolicy', Properties: { RoleName: ref('FunctionRole'), PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: actions, Resource: getAtt('Key') }] } } },
  Function: { Type: 'AWS::Lambda::Function', DependsOn: 'FunctionPolicy', Properties: { Role: getAtt('FunctionRole') } },
});
const LOOKED_UP = { Look: call('Connect', 'describeInstance', { InstanceId: INSTANCE_ARN }), Stream: stream(), Agents: IMPORTED };
const OWN_GRANT = { G: grant({ ServiceToken: getAtt('Function') }) };
const updatableGrant = (operation: string) => {
  const { Create } = grant().Properties;
  const create = { 'Fn::Sub': (Create as { 'Fn::Sub': string })['Fn::Sub'].replace('GenerateDataKey', operation) };
  return grant({ Create: create, Update: create });
};
const lossDuringUpdate = (text: string) => `error: loss-during-update: Agents: Amazon Connect would lose agent events after CloudFormation ${text}`;

describe('a change has the finding of', () => {
  test.each<[string, string, Content, Content]>([
    ['a grant that the custom resource may no longer revoke', 'warning: failing-deployment: G: the update cannot delete what it replaces or removes: Delete of Stack/G failed: User: arn:aws:iam::<AWS account>:role/Stack-FunctionRole-1 is not authorized to perform: kms:RevokeGrant on resource: arn:aws:kms:<AWS Region>:<AWS account>:key/Stack-Key-1',
      { ...SOUND, ...functionWith('kms:CreateGrant', 'kms:RevokeGrant'), ...OWN_GRANT }, { ...SOUND, ...functionWith('kms:CreateGrant') }],
    ['a stream that is replaced and deleted while the association names it', lossDuringUpdate('deletes the replaced Stream (AWS::Kinesis::Stream), until the end of the deployment, because of the deleted stream'),
      { Stack: { $account: '111122223333', $region: 'us-east-1', Resources: { ...SOUND, Stream: stream(getAtt('Key'), { Name: 'existing' }), Agents: association({ KinesisStreamConfig: { StreamArn: STREAM_ARN } }, { DependsOn: 'Stream' }) } } },
      { Stack: { $account: '111122223333', $region: 'us-east-1', Resources: { ...SOUND, Stream: { ...stream(getAtt('Key'), { Name: 'new' }), UpdateReplacePolicy: 'Delete' }, Agents: association({ KinesisStreamConfig: { StreamArn: STREAM_ARN } }, { DependsOn: 'Stream' }) } } }],
    ['a statement that a grant replaces', lossDuringUpdate('updates Key (AWS::KMS::Key), until CloudFormation replaces G (Custom::AWS), because of the missing permission to use the key'),
      { ...SOUND, G: updatableGrant('Decrypt'), Agents: association({}, { DependsOn: 'G' }) }, { ...SOUND, Key: key([]), G: updatableGrant('GenerateDataKey'), Agents: association({}, { DependsOn: 'G' }) }],
    ['a grant whose condition becomes false', lossDuringUpdate('deletes G (Custom::AWS), until the end of the deployment, because of the missing permission to use the key'),
      { Conditions: { C: { 'Fn::Equals': ['a', 'a'] } }, Resources: { ...GRANTED, G: grant({}, { Condition: 'C' }) } }, { Conditions: { C: { 'Fn::Equals': ['a', 'b'] } }, Resources: { ...GRANTED, G: grant({}, { Condition: 'C' }) } }],
    ['a delivery stream that is deleted', 'error: deleted-resource: D: CloudFormation deletes D: the contact records that Firehose has not delivered are lost',
      { ...DELIVERY, D: { ...deliveryStream(), DeletionPolicy: 'Delete' } }, { Instance: instance(), Bucket: bucket(), Role: firehoseRole() }],
    ['a replica key that is deleted', 'error: deleted-resource: Replica: CloudFormation deletes Replica: the agent events that the key encrypts cannot be decrypted after its deletion',
      { ...SOUND, Replica: { Type: 'AWS::KMS::ReplicaKey', Properties: { PrimaryKeyArn: KEY_ARN, KeyPolicy: { Statement: [ADMIN, statement()] } } }, Stream: stream(getAtt('Replica')) }, SOUND],
    ['a retention period of a parameter', 'info: shortened-retention: Stream: cannot determine whether the retention period decreases from 48 to <parameter P of Stack> hours',
      { ...SOUND, Stream: stream(getAtt('Key'), { RetentionPeriodHours: 48 }) }, withParameters({ ...SOUND, Stream: stream(getAtt('Key'), { RetentionPeriodHours: ref('P') }) })],
    ['a stream that gets a key for the role of a parameter', `info: unknown-key-access: Agents: ${UNKNOWN_ROLE} Instance`,
      { Instance: instance(), Stream: unencrypted, Agents: association() }, withParameters({ ...SOUND, Key: key([statement({ Principal: { AWS: ref('P') } })]) })],
    ['the statement for one of two roles is removed, which may be the same', 'warning: loss-during-update: Agents: Amazon Connect may lose agent events after CloudFormation updates Key (AWS::KMS::Key), until the end of the deployment, '
      + 'because of the removed permission, unless a role that the key policy or a grant still names is the same',
    { ...LOOKED_UP, Key: key([statement({ Principal: { AWS: getAtt('Look', 'Instance.ServiceRole') } }), statement({ Principal: { AWS: ROLE_ARN } })]) },
    { ...LOOKED_UP, Key: key([statement({ Principal: { AWS: ROLE_ARN } })]) }],
    ['a grant that gets an unknown condition', `info: unknown-key-access: Agents: ${UNKNOWN_CONDITION}`, GRANTED, withParameters({ ...GRANTED, G: grant({}, { Condition: 'C' }) })],
    ['a key whose grant another custom resource creates', 'info: unknown-key-access: Agents: cannot determine whether Amazon Connect would lose agent events: a custom resource that uses the key Key may create a grant or change the key policy',
      { ...SOUND, Key: key([]), G: { Type: 'Custom::KmsGrant', Properties: { KeyId: ref('Key') } }, Agents: association({}, { DependsOn: 'G' }) },
      { ...SOUND, Key: key([], { EnableKeyRotation: true }), G: { Type: 'Custom::KmsGrant', Properties: { KeyId: ref('Key') } }, Agents: association({}, { DependsOn: 'G' }) }],
    ['a stream whose name becomes a parameter', 'info: deleted-resource: Stream: CloudFormation may replace Stream: the agent events in the stream that consumers have not read are lost',
      { ...SOUND, Stream: stream(getAtt('Key'), { Name: 'events' }) }, withParameters({ ...SOUND, Stream: stream(getAtt('Key'), { Name: ref('P') }, { UpdateReplacePolicy: 'Delete' }) })],
  ])('%s', (_, finding, deployed, template) => {
    expect(found(template, deployed)).toContain(finding);
  });
});

test('an update whose cleanup fails loses no records', () => {
  const findings = found({ ...SOUND, ...functionWith('kms:CreateGrant') }, { ...SOUND, ...functionWith('kms:CreateGrant', 'kms:RevokeGrant'), ...OWN_GRANT });
  expect(findings).toEqual([expect.stringMatching('^warning: failing-deployment: G: the update cannot delete')]);
});

test('a custom resource is removed whose call has a condition', () => {
  const unknown = { ...grant({ Create: { 'Fn::If': ['C', grant().Properties.Create, ref('AWS::NoValue')] } }), DependsOn: 'Key' };
  expect(found(SOUND, withParameters({ ...SOUND, G: unknown }))).toEqual([]);
});

test('a custom resource replaces a grant, and may create another one', () => {
  const findings = found({ ...SOUND, Key: key([]), G2: { Type: 'Custom::KmsGrant', Properties: { KeyId: ref('Key') } }, Agents: association({}, { DependsOn: 'G2' }) }, GRANTED);
  expect(findings).toEqual([MAY_CREATE_GRANT]);
});

test.each([grant({ Create: '{"service":"Connect","action":"associateInstanceStorageConfig",' }), grant({ Create: undefined, Update: '{"action":"associateInstanceStorageConfig",' })])(
  'the call that creates an association must be JSON', (resource) => {
    expect(findingsOf({ ...SOUND, G: resource }).map(({ text }) => text).filter((finding) => !/JSON/.test(finding))).toEqual([]);
  });

test('the call of a custom resource must be JSON', () => {
  const resources = { ...SOUND, G: grant({ Create: '{"service":"KMS",' }), F: { Type: 'AWS::Lambda::Function', Properties: { Role: ref('G') } } };
  expect(findingsOf(resources).map(({ text }) => text)).toEqual([expect.stringMatching('^error: failing-deployment: G: the deployment fails: .*JSON')]);
});

describe('the findings of', () => {
  const toImported = (rest: object = {}, overrides: Properties = {}) => (
    association({ KinesisStreamConfig: { StreamArn: STREAM_ARN }, ...overrides }, rest));
  const { Stream: _, ...WITHOUT_STREAM } = SOUND;
  const UNKNOWN = 'info: unknown-key-access: Agents';
  const BEFORE = 'error: association-before-key-access: Agents';
  const createGrant = (grantee: string, operation: string, name: string) => (
    `{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"\${Key.Arn}","GranteePrincipal":"${grantee}","Operations":["${operation}"],"Name":"${name}"}}`);
  const grantWith = (...parts: Parameters<typeof createGrant>) => grant({ Create: { 'Fn::Sub': createGrant(...parts) } });
  const ROLE_OF_INSTANCE = '${Instance.ServiceRole}';
  const OF_KEY_GRANT = { Instance: instance(), Key: key([]) };
  const storage = (rest: object = {}) => association({ ResourceType: 'CALL_RECORDINGS', StorageType: 'S3', KinesisStreamConfig: undefined, S3Config: { BucketName: 'b', BucketPrefix: 'p' } }, rest);
  const aliasOf = { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/records', TargetKeyId: ref('Key') } };
  const aliased = { Instance: instance(), Stream: stream('alias/records'), Agents: association() };
  const EAST = { $account: '111122223333', $region: 'us-east-1' };
  const topic = (...DependsOn: string[]) => ({ Type: 'AWS::SNS::Topic', DependsOn });
  const keyWithSid = (Sid: string) => ({ ...key(), Properties: { KeyPolicy: { Statement: [statement({ Sid, Principal: { AWS: ROLE_ARN } })] } } });
  const keyOfSize = (size: number) => keyWithSid('x'.repeat(size - JSON.stringify(keyWithSid('').Properties.KeyPolicy).length));
  const lifecycle = (rule: Properties, Prefix?: string) => (
    { ...DELIVERY, Bucket: bucket({ LifecycleConfiguration: { Rules: [rule] } }), D: deliveryStream({ Prefix }) });
  const EXPIRES = 'warning: unreadable-records: D';
  const encryption = { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: getAtt('Key') } }] };
  const encryptedBucket = { Key: key([]), Bucket: bucket({ BucketEncryption: encryption }) };
  const roleWithout = firehoseRole({ Policies: undefined });
  const LOOKUPS = {
    Look: call('Connect', 'describeInstance', { InstanceId: OTHER_INSTANCE_ARN }),
    LookParameter: grant({ Create: { 'Fn::Sub': '{"service":"Connect","action":"describeInstance","parameters":{"InstanceId":"${P}"}}' }, Delete: undefined }),
  };
  const [LOOKED_UP_ROLE, ROLE_OF_PARAMETER] = ['${Look.Instance.ServiceRole}', '${LookParameter.Instance.ServiceRole}'];
  const onImportedKey = createGrant(ROLE_OF_INSTANCE, 'GenerateDataKey', 'a').replace('${Key.Arn}', KEY_ARN);
  const grantOnImportedKey = grant({ Create: { 'Fn::Sub': onImportedKey }, Delete: undefined });
  const inlinePolicy = (Sid: string) => ({ Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'p', Roles: ['role'], PolicyDocument: { Statement: [{ Sid, Effect: 'Allow', Action: 's3:*', Resource: '*' }] } } });
  const inlinePolicyOfSize = (size: number) => ({ Policy: inlinePolicy('x'.repeat(size - JSON.stringify(inlinePolicy('').Properties.PolicyDocument).length)) });
  const attached = (Type: string, properties: Properties) => ({ Type, Properties: { PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] }, ...properties } });

  test.each<[string, string[], Content]>([
    ['an association to an imported stream before the permission', [BEFORE, UNKNOWN], { ...WITHOUT_STREAM, Agents: toImported() }],
    ['an association to an imported stream after the permission', [UNKNOWN], { ...WITHOUT_STREAM, Agents: toImported({ DependsOn: 'Key' }) }],
    ['one of two associations to imported streams after the permission', [UNKNOWN, 'info: unknown-key-access: Calls'],
      { ...WITHOUT_STREAM, Agents: toImported(), Calls: toImported({ DependsOn: ['Key', 'Agents'] }, { ResourceType: 'CONTACT_TRACE_RECORDS' }) }],
    ['an imported stream and a permission that is not sufficient', ['error: no-key-access: Key', UNKNOWN], { ...WITHOUT_STREAM, Key: key([statement({ Action: 'kms:Decrypt' })]), Agents: toImported({ DependsOn: 'Key' }) }],
    ['an imported stream and a permission of another instance', [UNKNOWN], { ...WITHOUT_STREAM, ...OTHER, Key: key([statement({ Principal: { AWS: getAtt('Other', 'ServiceRole') } })]), Agents: toImported() }],
    ['an imported stream and a permission of another role', [UNKNOWN], { ...WITHOUT_STREAM, Key: key([statement({ Principal: { AWS: 'arn:aws:iam::111122223333:role/app' } })]), Agents: toImported() }],
    ['a stream of a parameter and a key that another stream uses', [UNKNOWN], withParameters({ ...SOUND, Agents: toImported({}, { KinesisStreamConfig: { StreamArn: ref('P') } }) })],
    ['an imported stream and a key that another stream uses', [BEFORE, UNKNOWN], { ...SOUND, Agents: toImported() }],
    ['an imported stream before a grant', [BEFORE, UNKNOWN], { ...OF_KEY_GRANT, G: grantWith(ROLE_OF_INSTANCE, 'GenerateDataKey', 'a'), Agents: toImported() }],
    ['an imported stream after a grant', [UNKNOWN], { ...OF_KEY_GRANT, G: grantWith(ROLE_OF_INSTANCE, 'GenerateDataKey', 'a'), Agents: toImported({ DependsOn: 'G' }) }],
    ['an imported stream after a grant that is not sufficient', ['error: no-key-access: G', UNKNOWN], { ...OF_KEY_GRANT, G: grantWith(ROLE_OF_INSTANCE, 'Decrypt', 'a'), Agents: toImported({ DependsOn: 'G' }) }],
    ['an imported stream and grants for several roles', [BEFORE, UNKNOWN], {
      ...OF_KEY_GRANT,
      ...OTHER,
      G1: grantWith('${Other.ServiceRole}', 'GenerateDataKey', 'a'),
      G2: grantWith(ROLE_OF_INSTANCE, 'GenerateDataKey', 'b'),
      G3: grantWith('arn:aws:iam::111122223333:role/app', 'GenerateDataKey', 'c'),
      Agents: toImported({ DependsOn: ['G1', 'G3'] }),
    }],
    ['a grant for another operation', ['error: no-key-access: Agents', 'warning: wide-key-access: G'], { ...SOUND, Key: key([]), G: grantWith(ROLE_OF_INSTANCE, 'Decrypt', 'a'), Agents: association({}, { DependsOn: 'G' }) }],
    ['a grant for more operations', ['warning: wide-key-access: G'], { ...SOUND, Key: key([]), G: grantWith(ROLE_OF_INSTANCE, 'GenerateDataKey","Decrypt', 'a'), Agents: association({}, { DependsOn: 'G' }) }],
    ['a grant for another role with more operations', [], { ...SOUND, G: grantWith('arn:aws:iam::111122223333:role/app', 'Decrypt', 'a') }],
    ['a statement for the service principal', ['error: no-key-access: Agents'], { ...SOUND, Key: key([statement({ Principal: { Service: 'connect.amazonaws.com' } })]) }],
    ['no statement', ['error: no-key-access: Agents'], { ...SOUND, Key: key([]) }],
    ['a disabled key', ['error: no-key-access: Agents'], { ...SOUND, Key: key([statement()], { Enabled: false }) }],
    ['a statement with other actions', ['warning: wide-key-access: Key'], { ...SOUND, Key: key([statement({ Action: ['kms:GenerateDataKey', 'kms:Decrypt'] }), statement({ Effect: 'Deny', Action: 'kms:Encrypt' })]) }],
    ['a statement with all but some actions', ['warning: wide-key-access: Key'], { ...SOUND, Key: key([statement({ Action: undefined, NotAction: 'kms:Decrypt' })]) }],
    ['fewer roles than instances', ['error: no-key-access: Calls', UNKNOWN, 'info: unknown-key-access: Calls', 'info: unknown-key-access: Others'], {
      Key: key([statement({ Principal: { AWS: ROLE_ARN } })]),
      Stream: stream(),
      Key2: key([statement({ Principal: { AWS: `${ROLE_ARN}2` } })]),
      Stream2: stream(getAtt('Key2')),
      Agents: association({ InstanceArn: INSTANCE_ARN }),
      Calls: association({ InstanceArn: OTHER_INSTANCE_ARN, ResourceType: 'CONTACT_TRACE_RECORDS' }),
      Others: association({ InstanceArn: `${INSTANCE_ARN}3`, KinesisStreamConfig: { StreamArn: getAtt('Stream2') } }),
    }],
    ['as many roles as instances', [UNKNOWN, 'info: unknown-key-access: Calls'], {
      Key: key([statement({ Principal: { AWS: [ROLE_ARN, `${ROLE_ARN}2`] } })]), Stream: stream(), Agents: association({ InstanceArn: INSTANCE_ARN }), Calls: association({ InstanceArn: OTHER_INSTANCE_ARN, ResourceType: 'CONTACT_TRACE_RECORDS' }),
    }],
    ['an alias after the stream', [BEFORE, 'error: alias-after-stream: Stream'], { ...aliased, Key: key(), Alias: aliasOf }],
    ['an alias of a stack that is deployed later', ['error: no-key-access: Agents', 'error: alias-after-stream: Stream'], { A: { ...EAST, Resources: aliased }, B: { ...EAST, Resources: { Key: key([]), Alias: aliasOf } } }],
    ['an alias of the same name in each Region', [], { A: { ...EAST, Resources: { ...SOUND, Alias: aliasOf, Stream: stream('alias/records', {}, { DependsOn: 'Alias' }) } }, B: { ...EAST, $region: 'eu-central-1', Resources: { Key: key([]), Alias: aliasOf } } }],
    ['an alias of another Region', [UNKNOWN], { A: { ...EAST, Resources: aliased }, B: { ...EAST, $region: 'eu-central-1', Resources: { Key: key([]), Alias: aliasOf } } }],
    ['an alias of another account', [UNKNOWN], { A: { ...EAST, Resources: aliased }, B: { ...EAST, $account: '444455556666', Resources: { Key: key([]), Alias: aliasOf } } }],
    ['a policy on the service-linked role', ['error: policy-on-service-linked-role: M'], { ...SOUND, M: { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: ['AWSServiceRoleForAmazonConnect_abc'], PolicyDocument: { Statement: [] } } } }],
    ['two configurations of a storage', ['error: duplicate-association: Other'], { Instance: instance(), Rec: storage(), Other: storage({ DependsOn: 'Rec' }) }],
    ['two associations for a data type under conditions', ['info: duplicate-association: Other'], withParameters({ ...SOUND, Agents: association({}, { Condition: 'C' }), Other: association({}, { Condition: 'D' }) })],
    ['two associations for a data type, one of them under a condition', ['error: duplicate-association: Other'], withParameters({ ...SOUND, Other: association({}, { Condition: 'D', DependsOn: 'Agents' }) })],
    ['a storage type that streams do not have', ['error: unsupported-destination: Agents'], { ...SOUND, Agents: association({ StorageType: 'S3' }) }],
    ['a delivery stream for agent events', ['error: unsupported-destination: Agents'], { ...DELIVERY, Ctr: undefined, Agents: { ...contactRecords, Properties: { ...contactRecords.Properties, ResourceType: 'AGENT_EVENTS' } } }],
    ['a stream for a data type that is only stored', ['error: unsupported-destination: Agents'], { ...SOUND, Agents: association({ ResourceType: 'CALL_RECORDINGS' }) }],
    ['a stream without its configuration', ['error: unsupported-destination: Agents'], { Instance: instance(), Agents: association({ KinesisStreamConfig: undefined }) }],
    ['a delivery stream without its configuration', ['error: unsupported-destination: Ctr'], { Instance: instance(), Ctr: association({ ResourceType: 'CONTACT_TRACE_RECORDS', StorageType: 'KINESIS_FIREHOSE', KinesisStreamConfig: undefined }) }],
    ['the ARN of another service', [UNKNOWN, 'error: unsupported-destination: Agents'], { Instance: instance(), Agents: association({ KinesisStreamConfig: { StreamArn: DELIVERY_STREAM_ARN } }) }],
    ['a delivery stream with another source', ['error: unsupported-destination: Ctr'], { ...DELIVERY, D: deliveryStream({}, { MSKSourceConfiguration: {} }) }],
    ['a circular dependency', ['error: failing-deployment: B'], { ...SOUND, A: topic('B'), B: topic('C'), C: topic('D', 'B'), D: topic() }],
    ['dependencies that meet again', [], { ...SOUND, A: topic('B', 'C'), B: topic('D'), C: topic('D'), D: topic() }],
    ['a key policy of the maximum size', [], { ...WITHOUT_ASSOCIATION, Key: keyOfSize(32_768) }],
    ['a key policy that is too large', ['error: failing-deployment: Key'], { ...WITHOUT_ASSOCIATION, Key: keyOfSize(32_769) }],
    ['a replica key with two statements of one Sid', ['error: failing-deployment: Replica'], { Replica: { ...key([statement({ Sid: 'a', Principal: { AWS: ROLE_ARN } }), statement({ Sid: 'a', Principal: { AWS: ROLE_ARN } })]), Type: 'AWS::KMS::ReplicaKey' } }],
    ['an expiration within a day', [EXPIRES], lifecycle({ Status: 'Enabled', ExpirationInDays: 1 })],
    ['an expiration after two days', [], lifecycle({ Status: 'Enabled', ExpirationInDays: 2 })],
    ['an expiration that is disabled', [], lifecycle({ Status: 'Disabled', ExpirationInDays: 1 })],
    ['an expiration for tags', [], lifecycle({ Status: 'Enabled', ExpirationInDays: 1, TagFilters: [{ Key: 'a', Value: 'b' }] })],
    ['an expiration of a folder', [EXPIRES], lifecycle({ Status: 'Enabled', ExpirationInDays: 1, Prefix: 'records/' }, 'records/year=!{timestamp:yyyy}/')],
    ['an expiration in the folder', [EXPIRES], lifecycle({ Status: 'Enabled', ExpirationInDays: 1, Prefix: 'records/year=2026/' }, 'records/year=!{timestamp:yyyy}/')],
    ['an expiration of another folder', [], lifecycle({ Status: 'Enabled', ExpirationInDays: 1, Prefix: 'logs/' }, 'records/')],
    ['an expiration on a date', [EXPIRES], lifecycle({ Status: 'Enabled', ExpirationDate: '2026-01-01T00:00:00Z' })],
    ['a transition to an archive within a day', [EXPIRES], lifecycle({ Status: 'Enabled', Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: 1 }] })],
    ['a transition to an archive after two days', [], lifecycle({ Status: 'Enabled', Transition: { StorageClass: 'DEEP_ARCHIVE', TransitionInDays: 2 } })],
    ['a transition to another storage class within a day', [], lifecycle({ Status: 'Enabled', Transitions: [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }] })],
    ['a transition to an archive after an unknown time', ['info: unreadable-records: D'], withParameters(lifecycle({ Status: 'Enabled', Transitions: [{ StorageClass: 'GLACIER', TransitionInDays: ref('P') }] }))],
    ['an encrypted bucket whose key the role cannot use', ['error: unreadable-records: D'], { ...DELIVERY, ...encryptedBucket }],
    ['a Lambda function that processes records', [], { ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'Lambda' }] } }) }],
    ['a processor that adds no newline', ['error: unreadable-records: D'], { ...DELIVERY, D: deliveryStream({ ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'Decompression' }] } }) }],
    ['a role without policies', ['error: unreadable-records: D'], { ...DELIVERY, Role: roleWithout }],
    ['a role with a managed policy of the template', [], { ...DELIVERY, Role: roleWithout, P: attached('AWS::IAM::ManagedPolicy', { Roles: [ref('Role')] }) }],
    ['a policy of another role', ['error: unreadable-records: D'], { ...DELIVERY, Role: roleWithout, Role2: roleWithout, P: attached('AWS::IAM::ManagedPolicy', { Roles: [ref('Role2')] }) }],
    ['a policy of several roles', [], { ...DELIVERY, Role: roleWithout, Role2: roleWithout, P: attached('AWS::IAM::Policy', { Roles: [ref('Role2'), ref('Role')] }) }],
    ['a policy of another bucket that denies access', [], {
      ...DELIVERY, Bucket2: bucket(), BP: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket2'), PolicyDocument: { Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }] } } },
    }],
    ['a bucket policy that denies requests without TLS', [], {
      ...DELIVERY, BP: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket'), PolicyDocument: { Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }] } } },
    }],
    ['a bucket policy that denies access', ['error: unreadable-records: D'], {
      ...DELIVERY, BP: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket'), PolicyDocument: { Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' }] } } },
    }],
    ['a grant for a role by its ARN before which the association may be created', [BEFORE, UNKNOWN], { Key: key([]), Stream: stream(), G: grantWith(ROLE_ARN, 'GenerateDataKey', 'a'), Agents: IMPORTED }],
    ['a role by its ARN and the role of another instance', [BEFORE, UNKNOWN], { Key: key([]), Stream: stream(), ...LOOKUPS, G: grantWith(LOOKED_UP_ROLE, 'GenerateDataKey', 'a'), G2: grantWith(ROLE_ARN, 'GenerateDataKey', 'b'), Agents: IMPORTED }],
    ['a grant for a role that is looked up for the instance of a parameter', [UNKNOWN], withParameters({ Key: key([]), Stream: stream(), ...LOOKUPS, G: grantWith(ROLE_OF_PARAMETER, 'GenerateDataKey', 'a'), Agents: IMPORTED })],
    ['a grant on an imported key before which the association may be created', [BEFORE], { Instance: instance(), Stream: stream(KEY_ARN), G: grantOnImportedKey, Agents: association() }],
    ['a grant on an imported key, and an imported stream', [BEFORE, UNKNOWN], { Instance: instance(), G: grantOnImportedKey, Agents: toImported() }],
    ['an imported instance and stream, and a grant for another role', [UNKNOWN], { Key: key([]), G: grantWith('arn:aws:iam::111122223333:role/app', 'GenerateDataKey', 'a'), Agents: toImported({}, { InstanceArn: INSTANCE_ARN }) }],
    ['an imported stream after the grant for its instance, and before another grant', [UNKNOWN], {
      ...OF_KEY_GRANT, ...OTHER, G1: grantWith('${Other.ServiceRole}', 'GenerateDataKey', 'a'), G2: grantWith(ROLE_OF_INSTANCE, 'GenerateDataKey', 'b'), Agents: toImported({ DependsOn: 'G2' }),
    }],
    ['an imported stream after a grant for more operations', [UNKNOWN], { ...OF_KEY_GRANT, G: grantWith(ROLE_OF_INSTANCE, 'GenerateDataKey","Decrypt', 'a'), Agents: toImported({ DependsOn: 'G' }) }],
    ['a grant for more operations, and one for another role', ['warning: wide-key-access: G'], {
      ...SOUND, Key: key([]), G: grantWith(ROLE_OF_INSTANCE, 'GenerateDataKey","Decrypt', 'a'), G2: grantWith('arn:aws:iam::111122223333:role/app', 'Decrypt', 'b'), Agents: association({}, { DependsOn: 'G' }),
    }],
    ['a statement that is not sufficient, and a grant for another role', ['error: no-key-access: Agents', 'warning: wide-key-access: Key'], { ...SOUND, Key: key([statement({ Action: 'kms:GenerateMac' })]), G: grantWith('arn:aws:iam::111122223333:role/app', 'Decrypt', 'a') }],
    ['fewer roles than instances, of which one is not known', [UNKNOWN, 'info: unknown-key-access: Calls'], withParameters({
      Key: key([statement({ Principal: { AWS: ROLE_ARN } })]), Stream: stream(), Agents: IMPORTED, Calls: association({ InstanceArn: ref('P'), ResourceType: 'CONTACT_TRACE_RECORDS' }),
    })],
    ['two roles for three instances', ['error: no-key-access: C', 'info: unknown-key-access: A', 'info: unknown-key-access: B', 'info: unknown-key-access: C'], {
      Key: key([statement({ Principal: { AWS: [ROLE_ARN, `${ROLE_ARN}2`] } })]), Stream: stream(), A: IMPORTED, B: OTHER_IMPORTED, C: association({ InstanceArn: INSTANCE_ARN.replace('aaaa', 'cccc') }),
    }],
    ['an alias after the stream, and one of the same name in a stack before it', ['error: alias-after-stream: Stream'], { A: { ...EAST, Resources: { Key: key(), Alias: aliasOf } }, B: { ...EAST, Resources: { ...aliased, Key: key(), Alias: aliasOf } } }],
    ['an asymmetric key of one of two streams', ['error: failing-deployment: Stream2'], { ...SOUND, Key2: key([statement()], { KeySpec: 'RSA_2048' }), Stream2: stream(getAtt('Key2')) }],
    ['inline policies of the maximum size', [], inlinePolicyOfSize(10_240)],
    ['inline policies that are too large', ['error: failing-deployment: Policy'], inlinePolicyOfSize(10_241)],
    ['associations in parallel, one of them under a condition', ['warning: parallel-associations: Calls'], withParameters({ ...SOUND, Calls: association({ ResourceType: 'CONTACT_TRACE_RECORDS' }, { Condition: 'C' }) })],
    ['associations in parallel, the first of them under a condition', ['warning: parallel-associations: Calls'], withParameters({ ...SOUND, Agents: association({}, { Condition: 'C' }), Calls: association({ ResourceType: 'CONTACT_TRACE_RECORDS' }) })],
    ['associations in parallel under the same condition', ['warning: parallel-associations: Calls'], withParameters({ ...SOUND, Agents: association({}, { Condition: 'C' }), Calls: association({ ResourceType: 'CONTACT_TRACE_RECORDS' }, { Condition: 'C' }) })],
    ['associations of an instance in templates whose order is not known', [], { A: { Stream: unencrypted, Agents: IMPORTED }, B: { Stream: unencrypted, Calls: association({ InstanceArn: INSTANCE_ARN, ResourceType: 'CONTACT_TRACE_RECORDS' }) } }],
  ])('%s', (_title, expected, content) => {
    const withoutUndefined = JSON.parse(JSON.stringify(content)) as Content;
    expect(found(withoutUndefined).map(withoutMessage)).toEqual(expected);
  });
});

function withoutMessage(finding: string): string {
  return finding.split(': ').slice(0, 3).join(': ');
}

describe('the findings of a change with', () => {
  const isDeployed = (rest: object) => ({ A: { $dependencies: [], Resources: { Topic: { Type: 'AWS::SNS::Topic' } } }, ...rest });
  const RETIRED = { ...SOUND, Key: key([]), ...functionWith('kms:CreateGrant') };
  const retiredGrant = grant({
    ServiceToken: getAtt('Function'),
    Create: { 'Fn::Sub': '{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"${Key.Arn}","GranteePrincipal":"${Instance.ServiceRole}","RetiringPrincipal":"${FunctionRole.Arn}","Operations":["GenerateDataKey"]},"physicalResourceId":{"responsePath":"GrantId"}}' },
    Delete: { 'Fn::Sub': '{"service":"KMS","action":"RetireGrant","parameters":{"KeyId":"${Key.Arn}","GrantId":"PHYSICAL:RESOURCEID:"}}' },
  });
  const retention = (hours: unknown) => withParameters({ ...SOUND, Stream: stream(getAtt('Key'), { RetentionPeriodHours: hours }) });

  test.each<[string, string[], Content, Content]>([
    ['a key that is disabled', ['error: no-key-access: Agents', 'error: loss-during-update: Agents'], SOUND, { ...SOUND, Key: key([statement()], { Enabled: false }) }],
    ['a second association for a data type', ['error: duplicate-association: Other'], SOUND, { ...SOUND, Other: association({}, { DependsOn: 'Agents' }) }],
    ['a stream that gets an imported key', ['info: unknown-key-access: Agents'], { ...SOUND, Stream: unencrypted }, { ...SOUND, Stream: stream(KEY_ARN) }],
    ['a stack of a cloud assembly that is deleted', ['error: deleted-resource: Instance'], isDeployed({ B: { $dependencies: ['A'], Resources: SOUND } }), isDeployed({})],
    ['an instance that is deleted and streams nothing', [], { ...SOUND, ...OTHER }, SOUND],
    ['a stream that is retained, except if its creation is rolled back', [], { ...SOUND, Stream: { ...stream(), DeletionPolicy: 'RetainExceptOnCreate' } }, { Instance: instance(), Key: key() }],
    ['an unknown retention period that stays', [], retention(ref('P')), retention(ref('P'))],
    ['a new stream with an unknown retention period', [], withParameters(WITHOUT_ASSOCIATION), withParameters({ ...WITHOUT_ASSOCIATION, New: stream(getAtt('Key'), { RetentionPeriodHours: ref('P') }) })],
    ['a grant that the custom resource must not create', ['error: failing-deployment: G', 'error: loss-during-update: Agents'],
      { ...SOUND, ...functionWith('kms:Decrypt') }, { ...SOUND, ...functionWith('kms:Decrypt'), ...OWN_GRANT }],
    ['a grant that its custom resource retires', ['error: no-key-access: Agents', 'error: loss-during-update: Agents'], { ...RETIRED, G: retiredGrant }, RETIRED],
  ])('%s', (_title, expected, deployed, content) => {
    expect(found(content, deployed).map(withoutMessage)).toEqual(expected);
  });
});

test('an association names an instance that the update deletes', () => {
  const named = association({ InstanceArn: { 'Fn::Sub': 'arn:aws:connect:${AWS::Region}:${AWS::AccountId}:instance/Stack-Instance-1' } });
  expect(found({ Key: key([]), Stream: stream(), Agents: named }, SOUND).map(withoutMessage)).toEqual([
    'error: no-key-access: Agents', 'error: loss-during-update: Agents', 'error: deleted-resource: Instance',
  ]);
});
