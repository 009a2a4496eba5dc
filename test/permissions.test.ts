/**
 * Who may do what, once everything is deployed: asked of a policy engine.
 */
import { aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, type Stack } from 'aws-cdk-lib';
import { FakeAws } from './rehearsal/fake-aws';
import {
  type Build, LAYOUTS, NEW, OTHER_KEY_ARN, OTHER_ROLE_ARN, OTHER_STREAM_ARN, PARAMETERS, stackIn, theirs, world,
} from './rehearsal/layouts';
import { isAllowed } from './rehearsal/policy-engine';
import type { PolicyDocument } from './rehearsal/policy-engine';
import { appGraph, Rehearsal } from './rehearsal/rehearsal';
import type { World } from './rehearsal/world';
import { ACCOUNT, INSTANCE_ARN, instanceWithRole, KEY_ARN, OTHER_INSTANCE_ARN, ROLE_ARN } from './support';
import { ConnectDataStreaming, type ConnectDataStreamingProps } from '../src';

type StreamingDestinations = Pick<ConnectDataStreamingProps, 'agentEvents' | 'chatAnalysisSegments'>;

let aws: FakeAws;
beforeAll(async () => { aws = await FakeAws.start(); });
afterAll(() => aws.stop());

async function deployed(build: Build): Promise<World> {
  return (await new Rehearsal(aws, PARAMETERS).create(world(), appGraph(build))).world;
}

/** The key of the only stream that is fed. */
function streamKey({ associations, streams }: World): string {
  return streams[Object.values(associations)[0].stream!].key!;
}

describe.each<[string, Build]>([
  ['a key policy', LAYOUTS['imported stream, key of the app']],
  ['a grant', LAYOUTS['another app\'s key, role looked up']],
])('by %s', (_, build) => {
  let now: World;
  let key: string;
  beforeAll(async () => {
    now = await deployed(build);
    key = streamKey(now);
  });

  const may = async (principal: string, action: string) =>
    isAllowed({ principal, action: `kms:${action}`, resource: key, resourcePolicy: now.permissionsOf(key) });

  test('the service-linked role may generate data keys', async () => {
    expect(await may(ROLE_ARN, 'GenerateDataKey')).toBe(true);
  });

  test.each([
    'CreateGrant', 'Decrypt', 'DescribeKey', 'DisableKey', 'Encrypt', 'GenerateDataKeyPair', 'GenerateDataKeyWithoutPlaintext', 'PutKeyPolicy',
    'ReEncryptFrom', 'ReEncryptTo', 'RevokeGrant', 'ScheduleKeyDeletion',
  ])('it may not %s', async (action) => {
    expect(await may(ROLE_ARN, action)).toBe(false);
  });

  test.each([
    ['the role of another instance', OTHER_ROLE_ARN],
    ['another role of the account', `arn:aws:iam::${ACCOUNT}:role/somebody`],
    ['a user of the account', `arn:aws:iam::${ACCOUNT}:user/somebody`],
    ['a role of the same name in another account', ROLE_ARN.replace(ACCOUNT, '999988887777')],
    ['another account', 'arn:aws:iam::999988887777:root'],
  ])('nor may %s generate data keys', async (__, principal) => {
    expect(await may(principal, 'GenerateDataKey')).toBe(false);
  });
});

test('two instances on one key may both use it, and a third may not', async () => {
  const now = await deployed(LAYOUTS['two instances on one key']);
  const key = streamKey(now);
  for (const [principal, expected] of [[ROLE_ARN, true], [OTHER_ROLE_ARN, true], [`${ROLE_ARN}third`, false]] as const) {
    expect(await isAllowed({ principal, action: 'kms:GenerateDataKey', resource: key, resourcePolicy: now.permissionsOf(key) })).toBe(expected);
  }
});

describe.each<[string, (stack: Stack) => StreamingDestinations]>([
  ['new streams', () => ({ agentEvents: NEW, chatAnalysisSegments: NEW })],
  ['streams and keys that others own', (stack) => ({
    agentEvents: theirs(stack), chatAnalysisSegments: theirs(stack, 'Other', OTHER_STREAM_ARN, OTHER_KEY_ARN),
  })],
  ['one stream for two kinds of data, with a key that others own', (stack) => {
    const destination = theirs(stack);
    return { agentEvents: destination, chatAnalysisSegments: destination };
  }],
])('a role that may read %s', (_, destinations) => {
  let now: World;
  let policies: PolicyDocument[];
  const principal = `arn:aws:iam::${ACCOUNT}:role/reader`;
  beforeAll(async () => {
    now = await deployed((app) => {
      const stack = stackIn(app);
      const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), ...destinations(stack) });
      new kinesis.Stream(stack, 'NotFed', { encryptionKey: new kms.Key(stack, 'NotUsed') });
      streaming.grantRead(new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
    });
    policies = Object.values(now.deployed)
      .filter(({ type, physicalId }) => type === 'AWS::IAM::Policy' && physicalId.includes('Reader'))
      .map(({ properties }) => properties.PolicyDocument as PolicyDocument);
    expect(policies).toHaveLength(1);
  });

  const may = async (action: string, resource: string, identityPolicies = policies) => isAllowed({
    principal, action, resource, identityPolicies, resourcePolicy: action.startsWith('kms:') ? now.permissionsOf(resource) : undefined,
  });
  const fed = () => Object.values(now.associations).map(({ stream }) => stream!);

  test.each(['GetRecords', 'GetShardIterator', 'ListShards', 'DescribeStream', 'DescribeStreamSummary'])('may %s of each', async (action) => {
    for (const stream of fed()) expect(await may(`kinesis:${action}`, stream)).toBe(true);
  });

  test('may decrypt with the key of each, and only by its own policy', async () => {
    for (const stream of fed()) {
      const key = now.streams[stream].key!;
      expect(await may('kms:Decrypt', key)).toBe(true);
      expect(await may('kms:Decrypt', key, [])).toBe(false);
    }
  });

  test.each(['PutRecord', 'PutRecords', 'DeleteStream', 'MergeShards', 'SplitShard', 'IncreaseStreamRetentionPeriod', 'StopStreamEncryption'])(
    'may not %s', async (action) => {
      for (const stream of fed()) expect(await may(`kinesis:${action}`, stream)).toBe(false);
    });

  test.each(['GenerateDataKey', 'Encrypt', 'CreateGrant', 'PutKeyPolicy', 'ScheduleKeyDeletion'])('may not %s with the keys', async (action) => {
    for (const stream of fed()) expect(await may(`kms:${action}`, now.streams[stream].key!)).toBe(false);
  });

  test('may do nothing with other streams and keys', async () => {
    const others = Object.entries(now.streams).filter(([stream]) => !fed().includes(stream));
    expect(others.length).toBeGreaterThan(0);
    for (const [stream, { key }] of others) {
      expect(await may('kinesis:GetRecords', stream)).toBe(false);
      expect(await may('kms:Decrypt', key!)).toBe(false);
    }
  });
});

describe('the role of the custom resources', () => {
  let now: World;
  let policies: PolicyDocument[];
  beforeAll(async () => {
    now = await deployed(LAYOUTS['another app\'s key, role looked up']);
    policies = Object.values(now.deployed)
      .filter(({ type }) => type === 'AWS::IAM::Policy')
      .map(({ properties }) => properties.PolicyDocument as PolicyDocument);
    expect(policies).toHaveLength(2);
  });

  const GRANT = { 'kms:GranteePrincipal': ROLE_ARN, 'kms:GrantOperations': ['GenerateDataKey'] };

  test.each<[string, string, string, Record<string, string | string[]>, boolean]>([
    ['describe the instance', 'connect:DescribeInstance', INSTANCE_ARN, {}, true],
    ['describe directories, as that call needs', 'ds:DescribeDirectories', '*', {}, true],
    ['describe another instance', 'connect:DescribeInstance', OTHER_INSTANCE_ARN, {}, false],
    ['change the instance', 'connect:UpdateInstanceAttribute', INSTANCE_ARN, {}, false],
    ['delete the instance', 'connect:DeleteInstance', INSTANCE_ARN, {}, false],
    ['make the grant', 'kms:CreateGrant', KEY_ARN, GRANT, true],
    ['make it for another role', 'kms:CreateGrant', KEY_ARN, { ...GRANT, 'kms:GranteePrincipal': OTHER_ROLE_ARN }, false],
    ['make it for another operation', 'kms:CreateGrant', KEY_ARN, { ...GRANT, 'kms:GrantOperations': ['Decrypt'] }, false],
    ['make it for one operation more', 'kms:CreateGrant', KEY_ARN, { ...GRANT, 'kms:GrantOperations': ['GenerateDataKey', 'Decrypt'] }, false],
    ['make it on another key', 'kms:CreateGrant', OTHER_KEY_ARN, GRANT, false],
    ['revoke the grant', 'kms:RevokeGrant', KEY_ARN, {}, true],
    ['revoke grants on another key', 'kms:RevokeGrant', OTHER_KEY_ARN, {}, false],
    ['generate data keys', 'kms:GenerateDataKey', KEY_ARN, {}, false],
    ['decrypt', 'kms:Decrypt', KEY_ARN, {}, false],
    ['change the key policy', 'kms:PutKeyPolicy', KEY_ARN, {}, false],
  ])('%s', async (_, action, resource, context, expected) => {
    const resourcePolicy = action.startsWith('kms:') ? now.keys[resource].policy : undefined;
    const principal = `arn:aws:iam::${ACCOUNT}:role/custom-resources`;
    expect(await isAllowed({ principal, action, resource, context, identityPolicies: policies, resourcePolicy })).toBe(expected);
  });
});
