/**
 * The documented behavior of the emulated Amazon Connect and AWS KMS, on which the other tests rely.
 */
import {
  AssociateInstanceStorageConfigCommand, ConnectClient, CreateInstanceCommand, type InstanceStorageConfig, type InstanceStorageResourceType,
  DescribeInstanceCommand, ListInstanceStorageConfigsCommand,
} from '@aws-sdk/client-connect';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateGrantCommand, CreateKeyCommand, GenerateDataKeyCommand, KMSClient, RetireGrantCommand } from '@aws-sdk/client-kms';
import { Account, type Credentials } from './account';
import { REGION } from './environment';

const account = new Account('555555555555');
const connect = account.client(ConnectClient);
const STREAM_ARN = `arn:aws:kinesis:${REGION}:${account.id}:stream/events`;
let instanceId: string;

beforeAll(async () => {
  await account.client(KinesisClient).send(new CreateStreamCommand({ StreamName: 'events', ShardCount: 1 }));
});
beforeEach(async () => {
  instanceId = (await connect.send(new CreateInstanceCommand({ IdentityManagementType: 'CONNECT_MANAGED', InboundCallsEnabled: true, OutboundCallsEnabled: true }))).Id!;
});
afterAll(() => account.remove());

function toKinesis(streamArn: string): InstanceStorageConfig {
  return { StorageType: 'KINESIS_STREAM', KinesisStreamConfig: { StreamArn: streamArn } };
}

async function associate(resourceType: string, config: InstanceStorageConfig): Promise<string> {
  try {
    const ResourceType = resourceType as InstanceStorageResourceType;
    await connect.send(new AssociateInstanceStorageConfigCommand({ InstanceId: instanceId, ResourceType, StorageConfig: config }));
    return 'associated';
  } catch (error) {
    return (error as Error).name;
  }
}

test('an association is listed, and a second association of the data type is rejected', async () => {
  expect(await associate('AGENT_EVENTS', toKinesis(STREAM_ARN))).toBe('associated');
  expect(await associate('AGENT_EVENTS', toKinesis(STREAM_ARN))).toBe('ResourceConflictException');
  const { StorageConfigs } = await connect.send(new ListInstanceStorageConfigsCommand({ InstanceId: instanceId, ResourceType: 'AGENT_EVENTS' }));
  expect(StorageConfigs).toEqual([{ AssociationId: expect.any(String) as string, ...toKinesis(STREAM_ARN) }]);
});

test('an unknown resource type is rejected', async () => {
  expect(await associate('CONTACT_RECORDS', toKinesis(STREAM_ARN))).toBe('InvalidParameterException');
});

test('a delivery stream for agent events is rejected', async () => {
  const config: InstanceStorageConfig = {
    StorageType: 'KINESIS_FIREHOSE',
    KinesisFirehoseConfig: { FirehoseArn: `arn:aws:firehose:${REGION}:${account.id}:deliverystream/events` },
  };
  expect(await associate('AGENT_EVENTS', config)).toBe('InvalidRequestException');
});

test('a stream that does not exist is rejected', async () => {
  expect(await associate('AGENT_EVENTS', toKinesis(`${STREAM_ARN}-2`))).toBe('ResourceNotFoundException');
});

test('a stream in another Region is rejected', async () => {
  expect(await associate('AGENT_EVENTS', toKinesis(STREAM_ARN.replace(REGION, 'eu-west-1')))).toBe('InvalidRequestException');
});

test('calls above the API quota are throttled', async () => {
  await account.control.throttle(true);
  try {
    const client = new ConnectClient({ region: REGION, credentials: { accessKeyId: account.id, secretAccessKey: 'example' }, maxAttempts: 1 });
    const describe = () => client.send(new DescribeInstanceCommand({ InstanceId: instanceId })).then(() => 'described', (error: Error) => error.name);
    const results = await Promise.all(Array.from({ length: 20 }, describe));
    expect(results.filter((result) => result === 'TooManyRequestsException').length).toBeGreaterThan(5);
    expect(results.filter((result) => result === 'described').length).toBeGreaterThanOrEqual(5);
  } finally {
    await account.control.throttle(false);
  }
});

test('the retiring principal of a grant can retire it without a policy, and no other role can', async () => {
  const kms = account.client(KMSClient);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata!.Arn!;
  const [retiring, other] = await Promise.all(['Retiring', 'Other'].map(newRole));
  const { GrantId } = await kms.send(new CreateGrantCommand({
    KeyId, GranteePrincipal: other.arn, RetiringPrincipal: retiring.arn, Operations: ['GenerateDataKey'],
  }));

  const use = () => account.client(KMSClient, other.credentials).send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
  await use();
  await expect(account.client(KMSClient, other.credentials).send(new RetireGrantCommand({ KeyId, GrantId }))).rejects.toThrow('kms:RetireGrant');
  await account.client(KMSClient, retiring.credentials).send(new RetireGrantCommand({ KeyId, GrantId }));
  await expect(use()).rejects.toThrow('kms:GenerateDataKey');
});

/** A role without any policy. */
async function newRole(name: string): Promise<{ arn: string; credentials: Credentials }> {
  const trust = { Statement: [{ Effect: 'Allow', Principal: { AWS: account.id }, Action: 'sts:AssumeRole' }] };
  const { Role } = await account.client(IAMClient).send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  return { arn: Role!.Arn!, credentials: await account.assume(Role!.Arn!) };
}
