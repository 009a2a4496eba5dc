/**
 * Checks templates with nested stacks, whose templates are file assets of the cloud assembly.
 */
import { join } from 'path';
import { folderWith, INSTANCE_ARN } from './support';
import { check } from '../src/check/check';
import { readStacks } from '../src/check/templates';

const HASH = 'a'.repeat(64);
const ROOT = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' };

/** The findings of a parent template, in a folder with these files. */
function found(parent: object, files: Record<string, object>): string[] {
  const contents = Object.entries({ 'Parent.json': parent, ...files }).map(([name, content]) => [name, JSON.stringify(content)]);
  const folder = folderWith(Object.fromEntries(contents) as Record<string, string>);
  return check(readStacks([join(folder, 'Parent.json')])).map(({ severity, rule, path, message }) => `${severity}: ${rule}: ${path}: ${message}`);
}

const nestedStack = (overrides: object = {}, properties: object = {}) => (
  { Type: 'AWS::CloudFormation::Stack', Metadata: { 'aws:asset:path': 'Nested.json' }, Properties: { TemplateURL: 'https://s3.amazonaws.com/assets/nested.json', ...properties }, ...overrides });
const byHash = (hash: string) => nestedStack({ Metadata: undefined }, { TemplateURL: { 'Fn::Sub': `https://s3.\${AWS::URLSuffix}/cdk-assets-\${AWS::AccountId}/${hash}.json` } });
const key = (...statements: object[]) => ({
  Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [{ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' }, ...statements] } },
});
const streams = (instance: unknown, ...statements: object[]) => ({
  Key: key(...statements),
  Stream: { Type: 'AWS::Kinesis::Stream', Properties: { StreamEncryption: { EncryptionType: 'KMS', KeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } } } },
  Agents: {
    Type: 'AWS::Connect::InstanceStorageConfig',
    Properties: { InstanceArn: instance, ResourceType: 'AGENT_EVENTS', StorageType: 'KINESIS_STREAM', KinesisStreamConfig: { StreamArn: { 'Fn::GetAtt': ['Stream', 'Arn'] } } },
  },
});
const PARAMETERS = { Instance: { Type: 'String' } };
const noAccess = (path: string, instance: string, keyPath = 'Nested/Key') => (
  `error: no-key-access: ${path}: Amazon Connect would lose all agent events: the service-linked role of ${instance} cannot call kms:GenerateDataKey on the key ${keyPath} of the stream`);

test('passes the values of parameters to a nested stack', () => {
  const parent = { Resources: { Nested: nestedStack({}, { Parameters: { Instance: INSTANCE_ARN } }) } };
  expect(found(parent, { 'Nested.json': { Parameters: PARAMETERS, Resources: streams({ Ref: 'Instance' }) } })).toEqual([noAccess('Nested/Agents', INSTANCE_ARN)]);
});

test.each([['no parameters', {}], ['other parameters', { Parameters: { Other: 'value' } }]])('a parameter of a nested stack is unknown if its parent passes %s', (_, properties) => {
  const parent = { Resources: { Nested: nestedStack({}, properties) } };
  expect(found(parent, { 'Nested.json': { Parameters: PARAMETERS, Resources: streams({ Ref: 'Instance' }) } })).toEqual([noAccess('Nested/Agents', '<parameter Instance of Parent/Nested>')]);
});

test('names a resource of a nested stack by its construct path', () => {
  const { Agents, ...others } = streams(INSTANCE_ARN);
  const nested = { Resources: { ...others, Agents: { ...Agents, Metadata: { 'aws:cdk:path': 'App/Parent/Nested/Agents' } } } };
  expect(found({ Resources: { Nested: nestedStack() } }, { 'Nested.json': nested })).toEqual([noAccess('App/Parent/Nested/Agents', INSTANCE_ARN)]);
});

test('finds the template of a nested stack by the hash of its asset', () => {
  const files = {
    'A.assets.json': { files: { other: { source: { path: 'Other.json' } } } },
    'B.assets.json': { files: { [HASH]: { source: { path: 'Nested.json' } } } },
    'Nested.json': { Resources: streams(INSTANCE_ARN) },
  };
  expect(found({ Resources: { Nested: byHash(HASH) } }, files)).toEqual([noAccess('Nested/Agents', INSTANCE_ARN)]);
  expect(found({ Resources: { Nested: byHash('b'.repeat(64)) } }, files)).toEqual([]);
  expect(found({ Resources: { Nested: { Type: 'AWS::CloudFormation::Stack' } } }, files)).toEqual([]);
});

test('reads the outputs of a nested stack', () => {
  const { Agents, ...others } = streams(INSTANCE_ARN);
  const ofNested = { ...Agents, Properties: { ...Agents.Properties, KinesisStreamConfig: { StreamArn: { 'Fn::GetAtt': ['Nested', 'Outputs.StreamArn'] } } } };
  const nested = { Resources: others, Outputs: { StreamArn: { Value: { 'Fn::GetAtt': ['Stream', 'Arn'] } } } };
  expect(found({ Resources: { Nested: nestedStack(), Agents: ofNested } }, { 'Nested.json': nested })).toEqual([noAccess('Agents', INSTANCE_ARN)]);
});

test('an output that the nested stack does not have is unknown', () => {
  const { Stream, Agents } = streams(INSTANCE_ARN);
  const imported = { ...Stream, Properties: { StreamEncryption: { EncryptionType: 'KMS', KeyId: { 'Fn::GetAtt': ['Nested', 'Outputs.KeyArn'] } } } };
  expect(found({ Resources: { Nested: nestedStack(), Stream: imported, Agents } }, { 'Nested.json': { Resources: { Key: key() } } })).toEqual([
    'info: unknown-key-access: Agents: cannot determine whether Amazon Connect would lose agent events: the templates do not define the policy of the key <Outputs.KeyArn of Parent/Nested>',
  ]);
});

describe('a nested stack under a condition', () => {
  const grant = {
    Type: 'Custom::AWS',
    Properties: {
      ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:calls',
      Create: { 'Fn::Sub': '{"service":"KMS","action":"CreateGrant","parameters":{"KeyId":"${Key}","GranteePrincipal":"${Role}","Operations":["GenerateDataKey"]},"physicalResourceId":{"responsePath":"GrantId"}}' },
    },
  };
  const nested = { Parameters: { Key: { Type: 'String' }, Role: { Type: 'String' } }, Resources: { Grant: grant } };
  const instance = { Type: 'AWS::Connect::Instance', Properties: { IdentityManagementType: 'CONNECT_MANAGED', Attributes: {} } };
  const parent = (condition: object) => {
    const { Agents, ...others } = streams({ 'Fn::GetAtt': ['Instance', 'Arn'] });
    return {
      Parameters: { P: { Type: 'String' } },
      Conditions: { C: condition },
      Resources: {
        ...others,
        Instance: instance,
        Agents: { ...Agents, DependsOn: 'Nested' },
        Nested: nestedStack({ Condition: 'C' }, { Parameters: { Key: { 'Fn::GetAtt': ['Key', 'Arn'] }, Role: { 'Fn::GetAtt': ['Instance', 'ServiceRole'] } } }),
      },
    };
  };

  test('creates its grant if the condition is true', () => {
    expect(found(parent({ 'Fn::Equals': ['a', 'a'] }), { 'Nested.json': nested })).toEqual([]);
  });

  test('creates no grant if the condition is false', () => {
    expect(found(parent({ 'Fn::Equals': ['a', 'b'] }), { 'Nested.json': nested })).toEqual([noAccess('Agents', 'Instance', 'Key')]);
  });

  test('creates a grant that is unknown if the condition is', () => {
    expect(found(parent({ 'Fn::Equals': [{ Ref: 'P' }, 'b'] }), { 'Nested.json': nested })).toEqual([
      'info: unknown-key-access: Agents: cannot determine whether Amazon Connect would lose agent events: a statement or a grant for the key Key exists only under a condition whose value is unknown',
    ]);
  });
});
