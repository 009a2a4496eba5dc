/**
 * Faults: the records that are lost or the requests that are refused, what the user reads, and what repairs it.
 */
import { ConnectClient, CreateInstanceCommand, AssociateInstanceStorageConfigCommand, DeleteInstanceCommand } from '@aws-sdk/client-connect';
import { DeleteRolePolicyCommand, GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateStreamCommand, KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import {
  DisableKeyCommand, EnableKeyCommand, GetKeyPolicyCommand, KMSClient, ListGrantsCommand, PutKeyPolicyCommand, RetireGrantCommand,
} from '@aws-sdk/client-kms';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Account } from './account';
import { existingInstancesApp, newInstanceApp, type Props, STACK, TWO_STREAMS } from './apps';
import { type ConnectDataStreaming, KeyAccess, StreamingDestination } from '../../src';

const account = new Account('666666666666');
const kms = account.client(KMSClient);
const connect = account.client(ConnectClient);
const DENIED = /may not kms:GenerateDataKey/;

beforeAll(() => account.bootstrap());
afterEach(() => account.delete(STACK));
afterAll(() => account.remove());

async function deploy(props: Props, outputs: (streaming: ConnectDataStreaming) => Record<string, string> = withKey): Promise<Record<string, string>> {
  const { exitCode, text } = await account.deploy(newInstanceApp(props, outputs));
  expect([exitCode, text]).toEqual([0, expect.any(String)]);
  return account.outputs(STACK);
}

function withKey({ encryptionKey }: ConnectDataStreaming): Record<string, string> {
  return { KeyId: encryptionKey!.keyId };
}

function sendEvents(instanceArn: string) {
  return account.control.send(instanceArn, 'AGENT_EVENTS', [{ EventId: 'one' }, { EventId: 'two' }]);
}

async function newInstance(): Promise<{ id: string; arn: string }> {
  const props = { IdentityManagementType: 'CONNECT_MANAGED', InboundCallsEnabled: true, OutboundCallsEnabled: true } as const;
  const { Id, Arn } = await connect.send(new CreateInstanceCommand(props));
  return { id: Id!, arn: Arn! };
}

const DELIVERED = { delivered: 2, lost: 0 };
const LOST = { delivered: 0, lost: 2, reason: expect.stringMatching(DENIED) as string };

test('a key policy whose statement was removed loses records until the key is deployed again', async () => {
  const { InstanceArn, KeyId } = await deploy(TWO_STREAMS);
  expect(await sendEvents(InstanceArn)).toEqual(DELIVERED);

  const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
  const policy = JSON.parse(Policy!) as { Statement: Array<{ Sid?: string }> };
  policy.Statement = policy.Statement.filter(({ Sid }) => !Sid);
  await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy: JSON.stringify(policy) }));
  expect(await sendEvents(InstanceArn)).toEqual(LOST);

  await deploy(TWO_STREAMS); // CloudFormation does not update a key whose template did not change
  expect(await sendEvents(InstanceArn)).toEqual(LOST);

  await deploy({ ...TWO_STREAMS, keyDescription: 'changed, so that CloudFormation writes the policy again' });
  expect(await sendEvents(InstanceArn)).toEqual(DELIVERED);
});

test('a disabled key loses records until it is enabled', async () => {
  const { InstanceArn, KeyId } = await deploy(TWO_STREAMS);
  await kms.send(new DisableKeyCommand({ KeyId }));
  expect(await sendEvents(InstanceArn)).toEqual({ delivered: 0, lost: 2, reason: expect.stringContaining('has the state Disabled') as string });

  await kms.send(new EnableKeyCommand({ KeyId }));
  expect(await sendEvents(InstanceArn)).toEqual(DELIVERED);
});

test('a retired grant loses records until a deployment grants access by the key policy', async () => {
  const { InstanceArn, KeyId } = await deploy({ ...TWO_STREAMS, keyAccess: KeyAccess.GRANT });
  expect(await sendEvents(InstanceArn)).toEqual(DELIVERED);

  const { Grants = [] } = await kms.send(new ListGrantsCommand({ KeyId }));
  expect(Grants).toHaveLength(1);
  const { KeyId: keyArn, GrantId } = Grants[0];
  await kms.send(new RetireGrantCommand({ KeyId: keyArn, GrantId }));
  expect(await sendEvents(InstanceArn)).toEqual(LOST);

  await deploy({ ...TWO_STREAMS, keyAccess: KeyAccess.KEY_POLICY });
  expect(await sendEvents(InstanceArn)).toEqual(DELIVERED);
});

test('a delivery role without its policy delivers nothing and loses nothing', async () => {
  const { InstanceArn, DeliveryStream, Bucket, Role } = await deploy({ contactRecords: StreamingDestination.newDeliveryStream() }, (streaming) => ({
    DeliveryStream: streaming.contactRecordsDeliveryStream!.deliveryStreamName,
    Bucket: streaming.contactRecordsBucket!.bucketName,
    Role: (streaming.node.findChild('ContactRecords').node.findChild('Role') as Role).roleName,
  }));
  const iam = account.client(IAMClient);
  const { PolicyNames: [PolicyName] = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: Role }));
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: Role, PolicyName }));
  await iam.send(new DeleteRolePolicyCommand({ RoleName: Role, PolicyName }));

  expect(await account.control.send(InstanceArn, 'CONTACT_TRACE_RECORDS', [{ ContactId: 'one' }, { ContactId: 'two' }])).toEqual(DELIVERED);
  expect(await account.control.flush(DeliveryStream)).toEqual({ keys: [], reason: expect.stringContaining('may not s3:PutObject') as string });

  await iam.send(new PutRolePolicyCommand({ RoleName: Role, PolicyName, PolicyDocument: decodeURIComponent(PolicyDocument!) }));
  const { keys } = await account.control.flush(DeliveryStream);
  expect(keys).toHaveLength(1);

  expect(await account.delete(STACK)).toEqual(['DELETE_FAILED']); // a bucket with objects is not deleted
  await account.client(S3Client).send(new DeleteObjectCommand({ Bucket, Key: keys[0] }));
  expect(await account.delete(STACK)).toEqual(['DELETE_COMPLETE']);
});

test('an association that was created by hand fails the deployment, which leaves nothing behind', async () => {
  const { arn, id } = await newInstance();
  const kinesis = account.client(KinesisClient);
  await kinesis.send(new CreateStreamCommand({ StreamName: 'by-hand', ShardCount: 1 }));
  const StreamArn = `arn:aws:kinesis:us-east-1:${account.id}:stream/by-hand`;
  await connect.send(new AssociateInstanceStorageConfigCommand({
    InstanceId: id, ResourceType: 'AGENT_EVENTS', StorageConfig: { StorageType: 'KINESIS_STREAM', KinesisStreamConfig: { StreamArn } },
  }));

  const { exitCode, text } = await account.deploy(existingInstancesApp([arn], { ...TWO_STREAMS, keyAccess: KeyAccess.GRANT }));
  expect([exitCode, text]).toEqual([1, expect.stringContaining('already has a storage config for AGENT_EVENTS')]);
  expect(await account.stackStatus(STACK)).toBe('ROLLBACK_COMPLETE');
  expect((await kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual(['by-hand']);
  expect(await account.delete(STACK)).toEqual(['DELETE_COMPLETE']);
  expect(await sendEvents(arn)).toEqual(DELIVERED); // the association that was created by hand still works
});

test('a stack is deleted even if its instance was deleted before', async () => {
  const { arn, id } = await newInstance();
  expect((await account.deploy(existingInstancesApp([arn], TWO_STREAMS))).exitCode).toBe(0);
  await connect.send(new DeleteInstanceCommand({ InstanceId: id }));
  expect(await account.delete(STACK)).toEqual(['DELETE_COMPLETE']);
});

test('the first lookups are within the burst of the API quota of Amazon Connect', async () => {
  const instances = await Promise.all(Array.from({ length: 5 }, newInstance));
  await account.control.throttle(true);
  try {
    const { exitCode, text } = await account.deploy(existingInstancesApp(instances.map(({ arn }) => arn), { agentEvents: TWO_STREAMS.agentEvents }));
    expect([exitCode, text]).toEqual([0, expect.any(String)]);
  } finally {
    await account.control.throttle(false);
  }
  for (const { arn } of instances) expect(await sendEvents(arn)).toEqual(DELIVERED);
});
