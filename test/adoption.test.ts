/**
 * The steps of docs/adopt.md, run as they stand there: with the CDK CLI, against a server on loopback.
 */
import { mkdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { FakeAws, identifierOf } from './cdk-cli/fake-aws';
import { Shell } from './cdk-cli/shell';
import { INSTANCE_ARN, ROLE_ARN } from './support';
import type { Template } from './template/template';

const GUIDE = readFileSync(join(__dirname, '..', 'docs', 'adopt.md'), 'utf8');

/** The commands of each step, by its number. */
const STEPS = GUIDE.split(/^## (?=\d)/m).map((step) => [...step.matchAll(/^```sh\n([^]+?)^```/gm)].map(([, commands]) => commands).join('\n'));

const RECORDS = {
  AssociationId: 'records',
  StorageType: 'KINESIS_FIREHOSE',
  KinesisFirehoseConfig: { FirehoseArn: 'arn:aws:firehose:us-east-1:111122223333:deliverystream/contact-records' },
};
const EVENTS = {
  AssociationId: 'events',
  StorageType: 'KINESIS_STREAM',
  KinesisStreamConfig: { StreamArn: 'arn:aws:kinesis:us-east-1:111122223333:stream/agent-events' },
};
const IMPORTED = [
  { InstanceArn: INSTANCE_ARN, AssociationId: 'records', ResourceType: 'CONTACT_TRACE_RECORDS' },
  { InstanceArn: INSTANCE_ARN, AssociationId: 'events', ResourceType: 'AGENT_EVENTS' },
];

let aws: FakeAws;
let shell: Shell;
beforeEach(async () => {
  aws = await FakeAws.start();
  aws.serviceRoles[INSTANCE_ARN] = ROLE_ARN;
  IMPORTED.forEach((identifier) => aws.associations.add(identifierOf(identifier)));

  shell = new Shell('adopt', aws.environment);
  aws.assembly = join(shell.folder, 'cdk.out');
  mkdirSync(join(shell.folder, 'answers'));
  answer('CONTACT_TRACE_RECORDS', RECORDS);
  answer('AGENT_EVENTS', EVENTS);
  answer('REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS');
  answer('REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS');
});
afterEach(async () => {
  shell.remove();
  await aws.stop();
});

/** What the AWS CLI prints for a kind of data. */
function answer(resourceType: string, ...StorageConfigs: object[]): void {
  shell.write(`answers/${resourceType}.json`, JSON.stringify({ StorageConfigs }, undefined, 4));
}

function steps(...numbers: number[]) {
  return shell.run(numbers.map((number) => STEPS[number]).join('\n'));
}

function edit(from: string | RegExp, to: string): void {
  const before = shell.read('adopted-streaming.ts');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  shell.write('adopted-streaming.ts', after);
}

function properties({ Resources }: Template, type = 'AWS::Connect::InstanceStorageConfig') {
  return Object.values(Resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

function typesOf({ Resources }: Template): string[] {
  return [...new Set(Object.values(Resources).map(({ Type }) => Type))].sort();
}

test('the associations come to the stack as they are, without a Lambda function', async () => {
  const { exitCode, errors } = await steps(1, 3, 4, 5);
  expect([exitCode, errors]).toEqual([0, expect.stringContaining('Import operation complete')]);
  expect(aws.calls.filter((call) => call === 'GetResource')).toHaveLength(1); // the first synthesis alone

  const [imported, deployed, ...more] = aws.executed;
  expect(more).toEqual([]);
  expect(imported.type).toBe('IMPORT');
  expect(imported.imported.map(({ ResourceIdentifier }) => ResourceIdentifier)).toEqual(IMPORTED);
  expect(typesOf(imported.template)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  expect(properties(deployed.template)).toEqual(properties(imported.template)); // so Amazon Connect is not called
  expect(typesOf(deployed.template)).toEqual(['AWS::CDK::Metadata', 'AWS::Connect::InstanceStorageConfig']);
});

test('the permission on the key comes afterwards, if the construct is to have it', async () => {
  expect((await steps(1, 3, 4)).exitCode).toBe(0);
  edit(/.*KeyAccess.EXTERNAL.*\n/, '');
  shell.write('cdk.json', JSON.stringify({ ...JSON.parse(shell.read('cdk.json')) as object, requireApproval: 'never' }));
  expect((await steps(5)).exitCode).toBe(0);

  const [imported, deployed] = aws.executed;
  expect(properties(deployed.template)).toEqual(properties(imported.template));
  expect(JSON.stringify(properties(deployed.template, 'Custom::AWS'))).toContain(ROLE_ARN);
});

test('an import with that permission is refused, and the command says so before', async () => {
  edit(/.*KeyAccess.EXTERNAL.*\n/, '');
  const mapped = await steps(1, 3);
  expect([mapped.exitCode, mapped.errors]).toEqual([0, expect.stringContaining('(Custom::AWS), which is not imported')]);

  const { exitCode, errors } = await steps(4);
  expect([exitCode, errors]).toEqual([1, expect.stringContaining('Unresolved resource dependencies')]);
  expect(aws.executed).toEqual([]);
});

test('what differs stops before the import', async () => {
  answer('AGENT_EVENTS', { ...EVENTS, KinesisStreamConfig: { StreamArn: `${EVENTS.KinesisStreamConfig.StreamArn}-2` } });
  const { exitCode, errors } = await steps(1, 3, 4);
  expect([exitCode, errors]).toEqual([1, expect.stringContaining('error: AGENT_EVENTS: AdoptedStreaming/Streaming/AgentEvents/Resource goes to')]);
  expect(aws.calls).not.toContain('CreateChangeSet');
});

test('in a stack that is deployed, with its own stream and key', async () => {
  shell.write('app.ts', `
    import { App, Stack } from 'aws-cdk-lib';
    import * as kinesis from 'aws-cdk-lib/aws-kinesis';
    import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

    const stack = new Stack(new App(), 'AdoptedStreaming', { env: { account: '111122223333', region: 'us-east-1' } });
    const stream = new kinesis.Stream(stack, 'Stream', { encryption: kinesis.StreamEncryption.KMS });
    if (process.env.STREAMING) {
      const instance = ConnectInstance.fromLookup(stack, 'Instance', { instanceArn: '${INSTANCE_ARN}' });
      new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: StreamingDestination.kinesisStream(stream) });
    }
  `);
  expect((await shell.run('npx cdk deploy --require-approval never')).exitCode).toBe(0);

  answer('CONTACT_TRACE_RECORDS');
  const { exitCode, errors } = await shell.run(['export STREAMING=1', STEPS[1], STEPS[3], 'npx cdk import --resource-mapping mapping.json --force'].join('\n'));
  expect([exitCode, errors]).toEqual([0, expect.stringContaining('AdoptedStreaming/Stream/Resource (AWS::Kinesis::Stream), which is not imported')]);
  expect(aws.executed.map(({ type, template }) => [type, typesOf(template).filter((name) => !name.includes('CDK'))])).toEqual([
    ['CREATE', ['AWS::KMS::Key', 'AWS::Kinesis::Stream']],
    ['IMPORT', ['AWS::Connect::InstanceStorageConfig', 'AWS::KMS::Key', 'AWS::Kinesis::Stream']],
  ]);
});

test('a stack whose instance was not found is not deployed', async () => {
  delete aws.serviceRoles[INSTANCE_ARN];
  const synth = await shell.run('npx cdk synth --quiet');
  expect([synth.exitCode, synth.errors]).toEqual([1, expect.stringContaining(`${INSTANCE_ARN} is not looked up yet`)]);

  expect((await shell.run('CDK_OUTDIR=first npx tsx app.ts')).exitCode).toBe(0); // as a pipeline may do, without the CDK CLI
  const deploy = await shell.run('npx cdk deploy --app first');
  expect([deploy.exitCode, deploy.errors]).toEqual([1, expect.stringContaining(`${INSTANCE_ARN} is not looked up yet`)]);
  expect(aws.calls).not.toContain('CreateChangeSet');
});
