/**
 * Evaluates the policies of deployed apps with an IAM policy engine.
 */
import { aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, type Stack } from 'aws-cdk-lib';
import { ConnectDataStreaming, type ConnectDataStreamingProps } from '../src';
import { ConnectAndKmsServer } from './simulation/connect-and-kms-server';
import { isAllowed, type PolicyDocument } from './simulation/policy-engine';
import {
  type Build, existingAccount, existingStream, NEW_STREAM, OTHER_KEY_ARN, OTHER_ROLE_ARN, OTHER_STREAM_ARN, PARAMETERS, SCENARIOS, stackIn,
} from './simulation/scenarios';
import { appGraph, ComparedSimulation } from './simulation/simulation';
import { ACCOUNT, INSTANCE_ARN, instanceWithRole, KEY_ARN, OTHER_INSTANCE_ARN, ROLE_ARN } from './support';
import type { SimulatedAccount } from '../src/check/simulation/simulated-account';

type StreamingDestinations = Pick<ConnectDataStreamingProps, 'agentEvents' | 'chatAnalysisSegments'>;

let server: ConnectAndKmsServer;
beforeAll(async () => { server = await ConnectAndKmsServer.start(); });
afterAll(() => server.stop());

async function deploy(build: Build): Promise<SimulatedAccount> {
  return (await new ComparedSimulation(server, PARAMETERS).create(existingAccount(), appGraph(build))).account;
}

/** The key of the stream of the first association. */
function streamKey({ associations, streams }: SimulatedAccount): string {
  return streams[Object.values(associations)[0].stream!].key!;
}

describe.each<[string, Build]>([
  ['a key policy', SCENARIOS['an imported stream with a key of the app']],
  ['a grant', SCENARIOS['an imported key, role looked up']],
])('with access through %s', (_, build) => {
  let account: SimulatedAccount;
  let key: string;
  beforeAll(async () => {
    account = await deploy(build);
    key = streamKey(account);
  });

  const allows = async (principal: string, action: string) =>
    isAllowed({ principal, action: `kms:${action}`, resource: key, resourcePolicy: account.permissionsOf(key) });

  test('the service-linked role is allowed to call kms:GenerateDataKey', async () => {
    expect(await allows(ROLE_ARN, 'GenerateDataKey')).toBe(true);
  });

  test.each([
    'CreateGrant', 'Decrypt', 'DescribeKey', 'DisableKey', 'Encrypt', 'GenerateDataKeyPair', 'GenerateDataKeyWithoutPlaintext', 'PutKeyPolicy',
    'ReEncryptFrom', 'ReEncryptTo', 'RevokeGrant', 'ScheduleKeyDeletion',
  ])('the service-linked role is not allowed to call kms:%s', async (action) => {
    expect(await allows(ROLE_ARN, action)).toBe(false);
  });

  test.each([
    ['the service-linked role of another instance', OTHER_ROLE_ARN],
    ['another role of the account', `arn:aws:iam::${ACCOUNT}:role/other`],
    ['a user of the account', `arn:aws:iam::${ACCOUNT}:user/other`],
    ['a role of the same name in another account', ROLE_ARN.replace(ACCOUNT, '999988887777')],
    ['another account', 'arn:aws:iam::999988887777:root'],
  ])('%s is not allowed to call kms:GenerateDataKey', async (__, principal) => {
    expect(await allows(principal, 'GenerateDataKey')).toBe(false);
  });
});

test('the service-linked roles of two instances with one key have access, the role of a third instance does not', async () => {
  const account = await deploy(SCENARIOS['two instances with one key']);
  const key = streamKey(account);
  for (const [principal, expected] of [[ROLE_ARN, true], [OTHER_ROLE_ARN, true], [`${ROLE_ARN}third`, false]] as const) {
    expect(await isAllowed({ principal, action: 'kms:GenerateDataKey', resource: key, resourcePolicy: account.permissionsOf(key) })).toBe(expected);
  }
});

describe.each<[string, (stack: Stack) => StreamingDestinations]>([
  ['new streams', () => ({ agentEvents: NEW_STREAM, chatAnalysisSegments: NEW_STREAM })],
  ['existing streams with imported keys', (stack) => ({
    agentEvents: existingStream(stack), chatAnalysisSegments: existingStream(stack, 'Other', OTHER_STREAM_ARN, OTHER_KEY_ARN),
  })],
  ['one existing stream for two data types, with an imported key', (stack) => {
    const destination = existingStream(stack);
    return { agentEvents: destination, chatAnalysisSegments: destination };
  }],
])('a role with grantRead() on %s', (_, destinations) => {
  let account: SimulatedAccount;
  let policies: PolicyDocument[];
  const principal = `arn:aws:iam::${ACCOUNT}:role/reader`;
  beforeAll(async () => {
    account = await deploy((app) => {
      const stack = stackIn(app);
      const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), ...destinations(stack) });
      new kinesis.Stream(stack, 'NotAssociated', { encryptionKey: new kms.Key(stack, 'NotAssociatedKey') });
      streaming.grantRead(new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
    });
    policies = Object.values(account.deployed)
      .filter(({ type, physicalId }) => type === 'AWS::IAM::Policy' && physicalId.includes('Reader'))
      .map(({ properties }) => properties.PolicyDocument as PolicyDocument);
    expect(policies).toHaveLength(1);
  });

  const allows = async (action: string, resource: string, identityPolicies = policies) => isAllowed({
    principal, action, resource, identityPolicies, resourcePolicy: action.startsWith('kms:') ? account.permissionsOf(resource) : undefined,
  });
  const associatedStreams = () => Object.values(account.associations).map(({ stream }) => stream!);

  test.each(['GetRecords', 'GetShardIterator', 'ListShards', 'DescribeStream', 'DescribeStreamSummary'])('is allowed to call kinesis:%s on each stream', async (action) => {
    for (const stream of associatedStreams()) expect(await allows(`kinesis:${action}`, stream)).toBe(true);
  });

  test('is allowed to call kms:Decrypt on the key of each stream by its own policy only', async () => {
    for (const stream of associatedStreams()) {
      const key = account.streams[stream].key!;
      expect(await allows('kms:Decrypt', key)).toBe(true);
      expect(await allows('kms:Decrypt', key, [])).toBe(false);
    }
  });

  test.each(['PutRecord', 'PutRecords', 'DeleteStream', 'MergeShards', 'SplitShard', 'IncreaseStreamRetentionPeriod', 'StopStreamEncryption'])(
    'is not allowed to call kinesis:%s', async (action) => {
      for (const stream of associatedStreams()) expect(await allows(`kinesis:${action}`, stream)).toBe(false);
    });

  test.each(['GenerateDataKey', 'Encrypt', 'CreateGrant', 'PutKeyPolicy', 'ScheduleKeyDeletion'])('is not allowed to call kms:%s on the keys', async (action) => {
    for (const stream of associatedStreams()) expect(await allows(`kms:${action}`, account.streams[stream].key!)).toBe(false);
  });

  test('has no access to other streams and keys', async () => {
    const others = Object.entries(account.streams).filter(([stream]) => !associatedStreams().includes(stream));
    expect(others.length).toBeGreaterThan(0);
    for (const [stream, { key }] of others) {
      expect(await allows('kinesis:GetRecords', stream)).toBe(false);
      expect(await allows('kms:Decrypt', key!)).toBe(false);
    }
  });
});

describe('the role of the custom resources', () => {
  let account: SimulatedAccount;
  let policies: PolicyDocument[];
  beforeAll(async () => {
    account = await deploy(SCENARIOS['an imported key, role looked up']);
    policies = Object.values(account.deployed)
      .filter(({ type }) => type === 'AWS::IAM::Policy')
      .map(({ properties }) => properties.PolicyDocument as PolicyDocument);
    expect(policies).toHaveLength(2);
  });

  const CONTEXT = { 'kms:GranteePrincipal': ROLE_ARN, 'kms:GrantOperations': ['GenerateDataKey'] };

  test.each<[string, string, string, Record<string, string | string[]>, boolean]>([
    ['is allowed to describe the instance', 'connect:DescribeInstance', INSTANCE_ARN, {}, true],
    ['is allowed to describe directories, which DescribeInstance requires', 'ds:DescribeDirectories', '*', {}, true],
    ['is not allowed to describe another instance', 'connect:DescribeInstance', OTHER_INSTANCE_ARN, {}, false],
    ['is not allowed to update the instance', 'connect:UpdateInstanceAttribute', INSTANCE_ARN, {}, false],
    ['is not allowed to delete the instance', 'connect:DeleteInstance', INSTANCE_ARN, {}, false],
    ['is allowed to create the grant', 'kms:CreateGrant', KEY_ARN, CONTEXT, true],
    ['is not allowed to create a grant for another role', 'kms:CreateGrant', KEY_ARN, { ...CONTEXT, 'kms:GranteePrincipal': OTHER_ROLE_ARN }, false],
    ['is not allowed to create a grant for another operation', 'kms:CreateGrant', KEY_ARN, { ...CONTEXT, 'kms:GrantOperations': ['Decrypt'] }, false],
    ['is not allowed to create a grant for an additional operation',
      'kms:CreateGrant', KEY_ARN, { ...CONTEXT, 'kms:GrantOperations': ['GenerateDataKey', 'Decrypt'] }, false],
    ['is not allowed to create a grant on another key', 'kms:CreateGrant', OTHER_KEY_ARN, CONTEXT, false],
    ['is not allowed to revoke grants', 'kms:RevokeGrant', KEY_ARN, {}, false],
    ['is not allowed to generate data keys', 'kms:GenerateDataKey', KEY_ARN, {}, false],
    ['is not allowed to decrypt', 'kms:Decrypt', KEY_ARN, {}, false],
    ['is not allowed to change the key policy', 'kms:PutKeyPolicy', KEY_ARN, {}, false],
  ])('%s', async (_, action, resource, context, expected) => {
    const resourcePolicy = action.startsWith('kms:') ? account.keys[resource].policy : undefined;
    const principal = `arn:aws:iam::${ACCOUNT}:role/custom-resources`;
    expect(await isAllowed({ principal, action, resource, context, identityPolicies: policies, resourcePolicy })).toBe(expected);
  });
});
