/**
 * Runs the commands of docs/import.md and the deployments of docs/leave.md.
 */
import { mkdirSync } from 'fs';
import { join } from 'path';
import {
  AssociateInstanceStorageConfigCommand, ConnectClient, type InstanceStorageConfig, type InstanceStorageResourceType,
  ListInstanceStorageConfigsCommand,
} from '@aws-sdk/client-connect';
import {
  type App, aws_iam as iam, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, aws_s3 as s3, Stack,
} from 'aws-cdk-lib';
import { commandsOfSteps } from '../cdk-cli/import-guide';
import { Shell } from '../cdk-cli/shell';
import { ACCOUNT, INSTANCE_ARN, KEY_ARN, newInstance, ROLE_ARN } from '../support';
import { Account } from './account';
import { addOutputs } from './apps';

const account = new Account('777777777777');
const client = account.client(ConnectClient);
const EVENTS = [{ EventId: 'one' }, { EventId: 'two' }];
const DELIVERED = { delivered: EVENTS.length, lost: 0 };

let shell: Shell;
let existing: Record<string, string>;

/** What exists before: an instance, its streams, and a key whose policy grants access. */
function existingResources(app: App): void {
  const stack = new Stack(app, 'Existing');
  const instance = newInstance(stack);
  const key = new kms.Key(stack, 'Key');
  const principals = [new iam.ArnPrincipal(instance.attrServiceRole)];
  key.addToResourcePolicy(new iam.PolicyStatement({ principals, actions: ['kms:GenerateDataKey'], resources: ['*'] }));
  const agentEvents = new kinesis.Stream(stack, 'AgentEvents', { streamName: 'agent-events', encryptionKey: key });
  const contactRecords = new firehose.DeliveryStream(stack, 'ContactRecords', {
    deliveryStreamName: 'contact-records', destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')),
  });
  addOutputs(stack, {
    InstanceArn: instance.attrArn,
    Role: instance.attrServiceRole,
    KeyArn: key.keyArn,
    AgentEvents: agentEvents.streamArn,
    ContactRecords: contactRecords.deliveryStreamArn,
  });
}

beforeAll(async () => {
  await account.bootstrap();
});
beforeEach(async () => {
  const { exitCode, text } = await account.deploy(existingResources);
  expect([exitCode, text]).toEqual([0, expect.any(String)]);
  existing = await account.outputs('Existing');
  await account.control.takeLosses();
});
afterEach(async () => {
  shell.remove();
  await account.delete('AdoptedStreaming', 'Leaving', 'Existing');
});
afterAll(() => account.remove());

/** Replaces what the documentation names by what exists in the account. */
function actual(text: string): string {
  return text
    .replaceAll(INSTANCE_ARN, existing.InstanceArn)
    .replaceAll(KEY_ARN, existing.KeyArn)
    .replaceAll(ROLE_ARN, existing.Role)
    .replaceAll(ACCOUNT, account.id);
}

function useExample(name: string, ...files: string[]): void {
  shell = new Shell(name, account.variables);
  for (const file of files) shell.write(file, actual(shell.read(file)));
}

async function associate(ResourceType: InstanceStorageResourceType, StorageConfig: InstanceStorageConfig): Promise<void> {
  await client.send(new AssociateInstanceStorageConfigCommand({ InstanceId: existing.InstanceArn, ResourceType, StorageConfig }));
}

/** Sets what the AWS CLI prints, as Amazon Connect answers now. */
async function prepareAnswers(): Promise<void> {
  mkdirSync(join(shell.folder, 'answers'));
  const types: InstanceStorageResourceType[] = [
    'CONTACT_TRACE_RECORDS', 'AGENT_EVENTS', 'REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS', 'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS',
  ];
  for (const type of types) {
    const { StorageConfigs } = await client.send(new ListInstanceStorageConfigsCommand({ InstanceId: existing.InstanceArn, ResourceType: type }));
    shell.write(`answers/${type}.json`, JSON.stringify({ StorageConfigs }));
  }
}

test('associations that were created by hand are imported, deployed and retained, and no record is lost', async () => {
  await associate('CONTACT_TRACE_RECORDS', { StorageType: 'KINESIS_FIREHOSE', KinesisFirehoseConfig: { FirehoseArn: existing.ContactRecords } });
  await associate('AGENT_EVENTS', { StorageType: 'KINESIS_STREAM', KinesisStreamConfig: { StreamArn: existing.AgentEvents } });
  useExample('adopt', 'app.ts', 'adopted-streaming.ts');
  await prepareAnswers();

  const { exitCode, out, errors } = await shell.run(actual(commandsOfSteps(1, 3, 4, 5)));
  expect([exitCode, out + errors]).toEqual([0, expect.stringContaining('Import operation complete')]);
  expect(await account.control.send(existing.InstanceArn, 'AGENT_EVENTS', EVENTS)).toEqual(DELIVERED);

  expect(await account.delete('AdoptedStreaming')).toEqual(['DELETE_COMPLETE']);
  expect(await account.control.send(existing.InstanceArn, 'AGENT_EVENTS', EVENTS)).toEqual(DELIVERED);
  expect(await account.control.send(existing.InstanceArn, 'CONTACT_TRACE_RECORDS', EVENTS)).toEqual(DELIVERED);
  expect((await account.control.takeLosses()).losses).toEqual([]);
});

test('the construct is removed while Amazon Connect continues to stream, and no record is lost', async () => {
  useExample('leave', 'leaving.ts');
  shell.write('app.ts', `
    import { App } from 'aws-cdk-lib';
    import { Leaving, Left } from './leaving';

    const Type = process.env.LEFT ? Left : Leaving;
    new Type(new App(), 'Leaving', { env: { account: '${account.id}', region: 'us-east-1' } });
  `);
  shell.write('cdk.json', JSON.stringify({ app: 'npx tsx app.ts', requireApproval: 'never' }));

  const { exitCode, out, errors } = await shell.run('npx cdk deploy Leaving\nLEFT=1 npx cdk deploy Leaving');
  expect([exitCode, out + errors]).toEqual([0, expect.any(String)]);
  expect(await account.control.send(existing.InstanceArn, 'AGENT_EVENTS', EVENTS)).toEqual(DELIVERED);
  const { checks, losses } = await account.control.takeLosses();
  expect([checks > 0, losses]).toEqual([true, []]);
});
