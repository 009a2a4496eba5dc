import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import {
  App, aws_connect as connect, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, CfnParameter, Fn, NestedStack, Stack, Stage,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, type ConnectDataStreamingProps, ConnectInstance, KeyAccess, StreamingDestination } from '../src';
import {
  associations, DELIVERY_STREAM_ARN, ENV, existingInstance, INSTANCE_ARN, INSTANCE_ID, instanceWithRole, KEY_ARN, OTHER_INSTANCE_ARN, STREAM_ARN,
} from './support';
import { runCommand as run } from '../src/bin/commands';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'mapping-')); });
afterEach(() => rmSync(folder, { recursive: true }));

const ASSOCIATION_ID = '1a2b3c4d5e6f';
const toStream = (StreamArn = STREAM_ARN) => ({ AssociationId: ASSOCIATION_ID, StorageType: 'KINESIS_STREAM', KinesisStreamConfig: { StreamArn } });
const toDeliveryStream = { AssociationId: ASSOCIATION_ID, StorageType: 'KINESIS_FIREHOSE', KinesisFirehoseConfig: { FirehoseArn: DELIVERY_STREAM_ARN } };
const toBucket = { AssociationId: ASSOCIATION_ID, StorageType: 'S3', S3Config: { BucketName: 'bucket', BucketPrefix: 'calls' } };

const streamIn = (scope: Construct, arn = STREAM_ARN, encryptionKey?: kms.IKey) =>
  StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(scope, `Stream${scope.node.children.length}`, { streamArn: arn, encryptionKey }));
const deliveryStreamIn = (scope: Construct) =>
  StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(scope, 'Delivery', DELIVERY_STREAM_ARN));

/** Synthesizes an app with a stack to the folder. */
function synthesize(build: (stack: Stack, app: App) => void, env: { account?: string; region?: string } = ENV): Stack {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Stack', { env });
  build(stack, app);
  app.synth();
  return stack;
}

function streaming(scope: Construct, props: Partial<ConnectDataStreamingProps>): void {
  new ConnectDataStreaming(scope, 'Streaming', { instance: existingInstance(scope), ...props });
}

/** Runs the command with files that contain the output of the AWS CLI. */
function mapFiles(lists: Record<string, unknown>, ...options: string[]) {
  const files = Object.entries(lists).map(([name, content]) => {
    const file = join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(Array.isArray(content) ? { StorageConfigs: content } : content, undefined, 4));
    return file;
  });
  return runCommand('resource-mapping', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack', '--app', join(folder, 'cdk.out'), ...options, ...files);
}

function runCommand(...args: string[]) {
  const out: string[] = [];
  const errors: string[] = [];
  const exitCode = run(args, { log: (text: string) => out.push(text), error: (text: string) => errors.push(text) });
  return { exitCode, errors, out: out.join('\n') };
}

function expectProblems(result: ReturnType<typeof runCommand>, ...problems: string[]): void {
  expectErrors(1, result, problems);
}

function expectWrongUse(result: ReturnType<typeof runCommand>, problem: string): void {
  expectErrors(2, result, [problem]);
}

function expectErrors(exitCode: number, result: ReturnType<typeof runCommand>, problems: string[]): void {
  expect(result).toEqual({ exitCode, errors: problems.map((problem) => expect.stringContaining(problem) as unknown), out: '' });
}

describe('resource-mapping command', () => {
  test('maps the logical id of each association to its identifier', () => {
    const stack = synthesize((scope) => streaming(scope, {
      contactRecords: deliveryStreamIn(scope), agentEvents: streamIn(scope), chatAnalysisSegments: streamIn(scope, `${STREAM_ARN}-chat`),
    }));
    const { exitCode, errors, out } = mapFiles({
      'CONTACT_TRACE_RECORDS.json': [toDeliveryStream],
      'AGENT_EVENTS.json': [toStream()],
      'REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS.json': [],
      'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS.json': [{ ...toStream(`${STREAM_ARN}-chat`), AssociationId: 'chat' }],
    });

    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
    const identifier = (ResourceType: unknown) =>
      ({ InstanceArn: INSTANCE_ARN, AssociationId: String(ResourceType).includes('CHAT') ? 'chat' : ASSOCIATION_ID, ResourceType });
    expect(JSON.parse(out)).toEqual(Object.fromEntries(
      Object.entries(associations(stack)).map(([logicalId, { Properties }]) => [logicalId, identifier(Properties.ResourceType)])));
  });

  test('maps overridden logical ids', () => {
    synthesize((stack) => {
      streaming(stack, { agentEvents: streamIn(stack) });
      (stack.node.findChild('Streaming').node.findChild('AgentEvents').node.findChild('Resource') as connect.CfnInstanceStorageConfig).overrideLogicalId('Overridden');
    });
    expect(JSON.parse(mapFiles({ 'AGENT_EVENTS.json': [toStream()] }).out)).toHaveProperty('Overridden.AssociationId', ASSOCIATION_ID);
  });

  test.each([[ENV], [{}]])('resolves ARNs with the partition, account and Region of a stack with env %j', (env) => {
    synthesize((stack) => streaming(stack, {
      instance: ConnectInstance.fromInstanceId(stack, 'ById', INSTANCE_ID),
      agentEvents: streamIn(stack, stack.formatArn({ service: 'kinesis', resource: 'stream', resourceName: 'existing' })),
    }), env);
    expect(mapFiles({ 'AGENT_EVENTS.json': [toStream()] })).toMatchObject({ exitCode: 0, errors: [] });
  });

  test('maps the associations of a stack in a stage', () => {
    synthesize((_, app) => {
      const inStage = new Stack(new Stage(app, 'Production', { env: ENV }), 'Data', { stackName: 'data' });
      streaming(inStage, { agentEvents: streamIn(inStage) });
    });
    expect(mapFiles({ 'AGENT_EVENTS.json': [toStream()] }, '--stack', 'Production/Data')).toMatchObject({ exitCode: 0, errors: [] });
    expectWrongUse(mapFiles({ 'AGENT_EVENTS.json': [] }, '--stack', 'Data'),
      `error: --stack must be a stack in ${join(folder, 'cdk.out')}, got "Data"; specify one of Production/Data, Stack`);
  });

  test('ignores associations of other instances and associations that do not stream', () => {
    synthesize((stack) => {
      streaming(stack, { agentEvents: streamIn(stack) });
      new ConnectDataStreaming(stack, 'OtherStreaming', { instance: existingInstance(stack, 'Other', OTHER_INSTANCE_ARN), contactRecords: streamIn(stack) });
      new connect.CfnInstanceStorageConfig(stack, 'Calls', {
        instanceArn: INSTANCE_ARN, resourceType: 'CALL_RECORDINGS', storageType: 'S3', s3Config: { bucketName: 'bucket', bucketPrefix: 'calls' },
      });
    });
    const { exitCode, out } = mapFiles({ 'AGENT_EVENTS.json': [toStream()] });
    expect(exitCode).toBe(0);
    expect(Object.values(JSON.parse(out) as object)).toEqual([{ InstanceArn: INSTANCE_ARN, AssociationId: ASSOCIATION_ID, ResourceType: 'AGENT_EVENTS' }]);
  });
});

describe('resource-mapping command with differences', () => {
  test('rejects an association with another stream', () => {
    synthesize((stack) => streaming(stack, { agentEvents: streamIn(stack), contactRecords: streamIn(stack) }));
    expectProblems(mapFiles({ 'AGENT_EVENTS.json': [toStream(`${STREAM_ARN}-2`)], 'CONTACT_TRACE_RECORDS.json': [toStream()] }),
      `error: AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource has the destination KINESIS_STREAM ${STREAM_ARN}, but the instance sends it to KINESIS_STREAM `
      + `${STREAM_ARN}-2; declare the existing destination, and change it after the import`);
  });

  test('rejects an association with another storage type', () => {
    synthesize((stack) => streaming(stack, { contactRecords: deliveryStreamIn(stack) }));
    expectProblems(mapFiles({ 'CONTACT_TRACE_RECORDS.json': [toStream()] }),
      `has the destination KINESIS_FIREHOSE ${DELIVERY_STREAM_ARN}, but the instance sends it to KINESIS_STREAM ${STREAM_ARN}`);
  });

  test('rejects an association with another storage type and an unknown stream', () => {
    synthesize((stack) => streaming(stack, { contactRecords: streamIn(stack, Fn.importValue('stream')) }));
    expectProblems(mapFiles({ 'CONTACT_TRACE_RECORDS.json': [toDeliveryStream] }),
      `has the destination KINESIS_STREAM {"Fn::ImportValue":"stream"}, but the instance sends it to KINESIS_FIREHOSE ${DELIVERY_STREAM_ARN}`);
  });

  test('rejects associations of the instance that the stack does not declare', () => {
    synthesize((stack) => streaming(stack, { agentEvents: streamIn(stack) }));
    expectProblems(mapFiles({ 'AGENT_EVENTS.json': [toStream()], 'CONTACT_TRACE_RECORDS.json': [toStream()], 'CALL_RECORDINGS.json': [toBucket] }),
      `error: CONTACT_TRACE_RECORDS: the instance sends it to KINESIS_STREAM ${STREAM_ARN}, but the stack does not declare the association; add the `
      + 'destination to the construct, or omit CONTACT_TRACE_RECORDS.json',
      'error: CALL_RECORDINGS: the instance sends it to S3, but the stack does not declare the association');
  });

  test('rejects resource types for which the instance does not have exactly one association', () => {
    synthesize((stack) => streaming(stack, { agentEvents: streamIn(stack), contactRecords: streamIn(stack) }));
    expectProblems(mapFiles({ 'AGENT_EVENTS.json': [], 'CONTACT_TRACE_RECORDS.json': [toStream(), toStream()] }),
      'error: CONTACT_TRACE_RECORDS: Stack/Streaming/ContactRecords/Resource is declared in the stack, but the instance has 2 associations of this resource type',
      'error: AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource is declared in the stack, but the instance has 0 associations of this resource type, and the '
      + 'import requires exactly one; remove it from the app until the other associations are imported');
  });

  test('rejects resource types whose file is missing', () => {
    synthesize((stack) => streaming(stack, { agentEvents: streamIn(stack), contactRecords: streamIn(stack) }));
    expectProblems(mapFiles({ 'CONTACT_TRACE_RECORDS.json': [toStream()] }),
      'AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource is declared in the stack, but AGENT_EVENTS.json is missing; specify the file');
  });

  test('rejects a stack that streams only from another instance or in a nested stack', () => {
    synthesize((stack) => {
      new ConnectDataStreaming(stack, 'OtherStreaming', { instance: existingInstance(stack, 'Other', OTHER_INSTANCE_ARN), agentEvents: streamIn(stack) });
      const nested = new NestedStack(stack, 'Nested');
      streaming(nested, { agentEvents: streamIn(nested) });
    });
    expectProblems(mapFiles({ 'AGENT_EVENTS.json': [] }),
      `error: the stack Stack must declare associations of ${INSTANCE_ARN}, got none; associations in nested stacks cannot be imported`);
  });

  test('rejects a stack without resources', () => {
    synthesize(() => undefined);
    expectProblems(mapFiles({ 'AGENT_EVENTS.json': [] }), `error: the stack Stack must declare associations of ${INSTANCE_ARN}, got none`);
  });
});

describe('resource-mapping command with unresolved values', () => {
  test('adds notes about an unknown stream and an unknown instance', () => {
    synthesize((stack) => streaming(stack, {
      instance: instanceWithRole(stack, 'ByParameter', new CfnParameter(stack, 'InstanceArn').valueAsString),
      agentEvents: streamIn(stack, Fn.importValue('stream')),
    }));
    expect(mapFiles({ 'AGENT_EVENTS.json': [toStream()] })).toMatchObject({
      exitCode: 0,
      errors: [
        `note: AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource has the value {"Fn::ImportValue":"stream"}; check that it is ${STREAM_ARN}`,
        `note: AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource has the value {"Ref":"InstanceArn"}; check that it is ${INSTANCE_ARN}`,
        'note: Stack/Streaming/AgentEvents/Resource depends on Stack/InstanceArn (a parameter), which is not imported; the import fails unless it is deployed already',
      ],
      out: expect.stringContaining(INSTANCE_ARN) as unknown,
    });
  });

  test('adds a note about an ARN that contains an unknown name', () => {
    synthesize((stack) => {
      const { valueAsString } = new CfnParameter(stack, 'Name');
      streaming(stack, { agentEvents: streamIn(stack, `arn:aws:kinesis:us-east-1:111122223333:stream/${valueAsString}`) });
    });
    expect(mapFiles({ 'AGENT_EVENTS.json': [toStream()] })).toMatchObject({
      exitCode: 0, errors: [expect.stringContaining(`check that it is ${STREAM_ARN}`), expect.stringContaining('depends on Stack/Name (a parameter)')],
    });
  });

  test('adds notes about resources that the association depends on', () => {
    synthesize((stack) => {
      const stream = new kinesis.Stream(stack, 'Stream', { encryptionKey: new kms.Key(stack, 'Key') });
      streaming(stack, { instance: instanceWithRole(stack, 'Known'), agentEvents: StreamingDestination.kinesisStream(stream), contactRecords: deliveryStreamIn(stack) });
    });
    const { exitCode, errors } = mapFiles({ 'AGENT_EVENTS.json': [toStream()], 'CONTACT_TRACE_RECORDS.json': [toDeliveryStream] });
    expect(exitCode).toBe(0);
    expect(errors).toEqual([
      expect.stringContaining('has the value {"Fn::GetAtt":["Stream'),
      expect.stringContaining('Stack/Streaming/AgentEvents/Resource depends on Stack/Stream/Resource (AWS::Kinesis::Stream), which is not imported'),
    ]);
  });

  test('adds a note about a grant, unless KeyAccess.EXTERNAL is specified', () => {
    const withImportedKey = (keyAccess?: KeyAccess) => {
      synthesize((stack) => streaming(stack, { agentEvents: streamIn(stack, STREAM_ARN, kms.Key.fromKeyArn(stack, 'Key', KEY_ARN)), keyAccess }));
      return mapFiles({ 'AGENT_EVENTS.json': [toStream()] });
    };
    expect(withImportedKey().errors).toEqual([expect.stringMatching(/depends on Stack\/ConnectKeyGrant.*\(Custom::AWS\), which is not imported/)]);
    expect(withImportedKey(KeyAccess.EXTERNAL)).toMatchObject({ exitCode: 0, errors: [] });
  });
});

describe('resource-mapping command with several associations of a resource type', () => {
  const byParameter = (stack: Stack, id: string) => instanceWithRole(stack, id, new CfnParameter(stack, `${id}Arn`).valueAsString);
  const stackWith = (...instances: Array<(stack: Stack) => ConnectInstance>) => synthesize((stack) => instances.forEach((instance, index) => {
    new ConnectDataStreaming(stack, `Streaming${index}`, { instance: instance(stack), agentEvents: streamIn(stack) });
  }));

  test('does not map two associations of unknown instances to the same association', () => {
    stackWith((stack) => byParameter(stack, 'One'), (stack) => byParameter(stack, 'Two'));
    const problem = (one: string, other: string) => `error: AGENT_EVENTS: cannot determine which of the associations of the stack is that of ${INSTANCE_ARN}, got `
      + `Stack/${one}/AgentEvents/Resource and Stack/${other}/AgentEvents/Resource; specify the instance of each by its ARN until the import`;
    expectProblems(mapFiles({ 'AGENT_EVENTS.json': [toStream()] }), problem('Streaming0', 'Streaming1'), problem('Streaming1', 'Streaming0'));
  });

  test('maps the association of the specified ARN, and ignores that of an unknown instance', () => {
    stackWith((stack) => byParameter(stack, 'One'), existingInstance);
    const { exitCode, out } = mapFiles({ 'AGENT_EVENTS.json': [toStream()] });
    expect([exitCode, Object.keys(JSON.parse(out) as object)]).toEqual([0, [expect.stringMatching(/^Streaming1AgentEvents/)]]);
  });
});

describe('resource-mapping command validation', () => {
  beforeEach(() => synthesize((stack) => streaming(stack, { agentEvents: streamIn(stack) })));

  test.each([
    [['resource-mapping', '--stack', 'Stack', 'AGENT_EVENTS.json']],
    [['resource-mapping', '--instance-arn', INSTANCE_ARN, 'AGENT_EVENTS.json']],
    [['resource-mapping', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack']],
  ])('prints the usage for the arguments %j', (args) => expectWrongUse(runCommand(...args), 'usage: cdk-connect-data-streaming resource-mapping --instance-arn ARN --stack NAME'));

  test('rejects an unknown option', () => expectWrongUse(runCommand('resource-mapping', '--instance', INSTANCE_ARN), 'Unknown option \'--instance\''));

  test.each([INSTANCE_ID, STREAM_ARN, `${INSTANCE_ARN}/queue/1`, ` ${INSTANCE_ARN}`])('rejects "%s" as --instance-arn', (arn) =>
    expectWrongUse(mapFiles({ 'AGENT_EVENTS.json': [toStream()] }, '--instance-arn', arn), `error: --instance-arn must be the ARN of an Amazon Connect instance, got "${arn}"`));

  test('rejects an unknown stack', () => {
    expectWrongUse(mapFiles({ 'AGENT_EVENTS.json': [] }, '--stack', 'Stak'),
      `error: --stack must be a stack in ${join(folder, 'cdk.out')}, got "Stak"; specify one of Stack`);
  });

  test('rejects a folder without a synthesized app', () => {
    const args = ['resource-mapping', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack', 'AGENT_EVENTS.json'];
    expectWrongUse(runCommand(...args), // the default of --app
      'error: cdk.out/manifest.json must be a file that can be read, got no such file; synthesize the app, and specify its cloud assembly');
  });

  test('rejects a file that does not exist', () => {
    const file = join(folder, 'AGENT_EVENTS.json');
    expectWrongUse(mapFiles({}, file), `error: ${file} must be a file that can be read, got no such file; list the associations with \`aws connect `
      + 'list-instance-storage-configs --output json`');
    expectWrongUse(mapFiles({}, folder.replace(/[^/]+$/, '')), 'the file name must be a resource type');
  });

  test('rejects a folder as a file', () => {
    const file = join(folder, 'AGENT_EVENTS.json');
    mkdirSync(file);
    expectWrongUse(mapFiles({}, file), `error: ${file} must be a file that can be read, got the error EISDIR; `);
  });

  test.each(['{}', '[]', 'null', 'not JSON', '{ "artifacts": null }'])('rejects a folder whose manifest contains %s', (content) => {
    writeFileSync(join(folder, 'manifest.json'), content);
    expectWrongUse(mapFiles({ 'AGENT_EVENTS.json': [toStream()] }, '--app', folder),
      `error: ${join(folder, 'manifest.json')} must be the manifest of a cloud assembly, got another file; synthesize the app, and specify its cloud assembly`);
  });

  test('rejects a resource type that two files list, with an error that names both', () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'AGENT_EVENTS.json'), '{ "StorageConfigs": [] }');
    expectWrongUse(mapFiles({ 'AGENT_EVENTS.json': [toStream()] }, join(other, 'AGENT_EVENTS.json')),
      `error: AGENT_EVENTS must be listed in one file, got ${join(other, 'AGENT_EVENTS.json')} and ${join(folder, 'AGENT_EVENTS.json')}; specify one of them`);
  });

  test.each(['agent-events.json', 'AGENT_EVENTS.txt', 'AGENT_EVENTS-2.json', '2-AGENT_EVENTS.json'])('rejects %s as a file name', (name) => {
    expectWrongUse(mapFiles({ [name]: [] }), `error: ${join(folder, name)}: the file name must be a resource type, such as AGENT_EVENTS.json, got "${basename(name, '.json')}"`);
  });

  test.each([
    [''],
    ['STORAGECONFIGS\t1a2b\tKINESIS_STREAM'],
    [{ StorageConfig: toStream() }],
    ['[]'],
    ['null'],
    [[{ StorageType: 'KINESIS_STREAM' }]],
    [[{ AssociationId: ASSOCIATION_ID }]],
    [[null]],
  ])('rejects a file with the content %j', (content) => {
    expectWrongUse(mapFiles({ 'AGENT_EVENTS.json': content }),
      `error: ${join(folder, 'AGENT_EVENTS.json')}: the file must contain the output of \`aws connect list-instance-storage-configs --output json\``);
  });

  test('rejects a file with only one page of the output', () => {
    expectWrongUse(mapFiles({ 'AGENT_EVENTS.json': { StorageConfigs: [toStream()], NextToken: 'more' } }),
      `error: ${join(folder, 'AGENT_EVENTS.json')}: the file contains only one page of the output; list the associations again without pagination options `
      + 'such as --max-items');
  });
});

test('the resource-mapping command reads construct paths from the manifest of older CDK releases', () => {
  const write = (file: string, content: object) => writeFileSync(join(folder, file), JSON.stringify(content));
  write('manifest.json', {
    artifacts: {
      One: {
        type: 'aws:cloudformation:stack',
        properties: { templateFile: 'One.json' },
        metadata: { '/One/AgentEvents': [{ type: 'aws:cdk:warning', data: 'B' }, { type: 'aws:cdk:logicalId', data: 'A' }] },
      },
    },
  });
  const association = (data: string) => ({
    Type: 'AWS::Connect::InstanceStorageConfig',
    Properties: { InstanceArn: INSTANCE_ARN, ResourceType: data, StorageType: 'KINESIS_STREAM', KinesisStreamConfig: { StreamArn: STREAM_ARN } },
  });
  write('One.json', {
    Resources: {
      A: association('AGENT_EVENTS'),
      B: association('CONTACT_TRACE_RECORDS'),
      C: { Type: 'AWS::Connect::InstanceStorageConfig' },
      D: { ...association('REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS'), Type: 'Custom::StorageConfig' },
    },
  });
  expectProblems(mapFiles({ 'AGENT_EVENTS.json': [], 'CONTACT_TRACE_RECORDS.json': [] }, '--app', folder, '--stack', 'One'),
    'AGENT_EVENTS: One/AgentEvents is declared in the stack', 'CONTACT_TRACE_RECORDS: B is declared in the stack');
});

test('the package provides the command as an executable', () => {
  const [argv, error] = [process.argv, jest.spyOn(console, 'error').mockImplementation()];
  process.argv = ['node', 'bin', 'resource-mapping', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack', '--app', 'nowhere', 'AGENT_EVENTS.json'];
  jest.requireActual('../src/bin/cdk-connect-data-streaming');
  expect(process.exitCode).toBe(2);
  expect(error).toHaveBeenCalledWith(expect.stringContaining('nowhere/manifest.json must be a file that can be read'));
  process.argv = argv;
  process.exitCode = undefined;
  error.mockRestore();
});
