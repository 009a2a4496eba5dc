/**
 * Runs the commands of docs/import.md with the AWS CDK CLI against a loopback server.
 */
import { mkdirSync } from 'fs';
import { join } from 'path';
import { CloudFormationServer, identifierOf } from './cdk-cli/cloudformation-server';
import { commandsOfSteps } from './cdk-cli/import-guide';
import { Shell } from './cdk-cli/shell';
import { INSTANCE_ARN, ROLE_ARN } from './support';
import type { Template } from '../src/template/template';

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

let server: CloudFormationServer;
let shell: Shell;
beforeEach(async () => {
  server = await CloudFormationServer.start();
  server.serviceRoles[INSTANCE_ARN] = ROLE_ARN;
  IMPORTED.forEach((identifier) => server.associations.add(identifierOf(identifier)));

  shell = new Shell('adopt', server.environment);
  server.assembly = join(shell.folder, 'cdk.out');
  mkdirSync(join(shell.folder, 'answers'));
  setStorageConfigs('CONTACT_TRACE_RECORDS', RECORDS);
  setStorageConfigs('AGENT_EVENTS', EVENTS);
  setStorageConfigs('REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS');
  setStorageConfigs('REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS');
});
afterEach(async () => {
  shell.remove();
  await server.stop();
});

/** Sets what the AWS CLI prints for a data type. */
function setStorageConfigs(resourceType: string, ...StorageConfigs: object[]): void {
  shell.write(`answers/${resourceType}.json`, JSON.stringify({ StorageConfigs }, undefined, 4));
}

function runSteps(...numbers: number[]) {
  return shell.run(commandsOfSteps(...numbers));
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

test('the guide imports the associations without changes and without a Lambda function', async () => {
  const { exitCode, errors } = await runSteps(1, 3, 4, 5);
  expect([exitCode, errors]).toEqual([0, expect.stringContaining('Import operation complete')]);
  expect(server.calls.filter((call) => call === 'GetResource')).toHaveLength(1); // the first synthesis only

  const [imported, deployed, ...more] = server.executed;
  expect(more).toEqual([]);
  expect(imported.type).toBe('IMPORT');
  expect(imported.imported.map(({ ResourceIdentifier }) => ResourceIdentifier)).toEqual(IMPORTED);
  expect(typesOf(imported.template)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  expect(properties(deployed.template)).toEqual(properties(imported.template)); // so CloudFormation does not call Amazon Connect
  expect(typesOf(deployed.template)).toEqual(['AWS::CDK::Metadata', 'AWS::Connect::InstanceStorageConfig']);
});

test('the construct grants access to the key in a deployment after the import', async () => {
  expect((await runSteps(1, 3, 4)).exitCode).toBe(0);
  edit(/.*KeyAccess.EXTERNAL.*\n/, '');
  shell.write('cdk.json', JSON.stringify({ ...JSON.parse(shell.read('cdk.json')) as object, requireApproval: 'never' }));
  expect((await runSteps(5)).exitCode).toBe(0);

  const [imported, deployed] = server.executed;
  expect(properties(deployed.template)).toEqual(properties(imported.template));
  expect(JSON.stringify(properties(deployed.template, 'Custom::AWS'))).toContain(ROLE_ARN);
});

test('the resource-mapping command warns that CloudFormation rejects an import with a grant', async () => {
  edit(/.*KeyAccess.EXTERNAL.*\n/, '');
  const mapped = await runSteps(1, 3);
  expect([mapped.exitCode, mapped.errors]).toEqual([0, expect.stringContaining('(Custom::AWS), which is not imported')]);

  const { exitCode, errors } = await runSteps(4);
  expect([exitCode, errors]).toEqual([1, expect.stringContaining('Unresolved resource dependencies')]);
  expect(server.executed).toEqual([]);
});

test('the guide stops before the import if the stack and the association have different destinations', async () => {
  setStorageConfigs('AGENT_EVENTS', { ...EVENTS, KinesisStreamConfig: { StreamArn: `${EVENTS.KinesisStreamConfig.StreamArn}-2` } });
  const { exitCode, errors } = await runSteps(1, 3, 4);
  expect([exitCode, errors]).toEqual([1, expect.stringContaining('error: AGENT_EVENTS: AdoptedStreaming/Streaming/AgentEvents/Resource has the destination KINESIS_STREAM')]);
  expect(server.calls).not.toContain('CreateChangeSet');
});

test('associations can be imported into a deployed stack with a stream and a key', async () => {
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

  setStorageConfigs('CONTACT_TRACE_RECORDS');
  const { exitCode, errors } = await shell.run(['export STREAMING=1', commandsOfSteps(1, 3), 'npx cdk import --resource-mapping mapping.json --force'].join('\n'));
  expect([exitCode, errors]).toEqual([0, expect.stringContaining('AdoptedStreaming/Stream/Resource (AWS::Kinesis::Stream), which is not imported')]);
  expect(server.executed.map(({ type, template }) => [type, typesOf(template).filter((name) => !name.includes('CDK'))])).toEqual([
    ['CREATE', ['AWS::KMS::Key', 'AWS::Kinesis::Stream']],
    ['IMPORT', ['AWS::Connect::InstanceStorageConfig', 'AWS::KMS::Key', 'AWS::Kinesis::Stream']],
  ]);
});

test('the AWS CDK CLI does not deploy a stack whose instance was not found', async () => {
  delete server.serviceRoles[INSTANCE_ARN];
  const synth = await shell.run('npx cdk synth --quiet');
  expect([synth.exitCode, synth.errors]).toEqual([1, expect.stringContaining(`${INSTANCE_ARN} must be looked up before deployment, got a placeholder`)]);

  expect((await shell.run('CDK_OUTDIR=first npx tsx app.ts')).exitCode).toBe(0); // without the AWS CDK CLI, as in a pipeline
  const deploy = await shell.run('npx cdk deploy --app first');
  expect([deploy.exitCode, deploy.errors]).toEqual([1, expect.stringContaining(`${INSTANCE_ARN} must be looked up before deployment, got a placeholder`)]);
  expect(server.calls).not.toContain('CreateChangeSet');
});
