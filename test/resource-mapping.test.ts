import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import {
  App, aws_connect as connect, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, CfnParameter, Fn, NestedStack, Stack, Stage,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, type ConnectDataStreamingProps, ConnectInstance, KeyAccess, StreamingDestination } from '../src';
import {
  associations, DELIVERY_STREAM_ARN, ENV, existingInstance, INSTANCE_ARN, INSTANCE_ID, instanceWithRole, KEY_ARN, OTHER_INSTANCE_ARN, STREAM_ARN,
} from './support';
import { run } from '../src/import/command';

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

/** An app with a stack, in the folder that the CDK CLI would write it to. */
function synthesise(build: (stack: Stack, app: App) => void, env: { account?: string; region?: string } = ENV): Stack {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Stack', { env });
  build(stack, app);
  app.synth();
  return stack;
}

function streaming(scope: Construct, props: Partial<ConnectDataStreamingProps>): void {
  new ConnectDataStreaming(scope, 'Streaming', { instance: existingInstance(scope), ...props });
}

/** The command, on files that hold what the AWS CLI prints. */
function mapped(lists: Record<string, unknown>, ...options: string[]) {
  const files = Object.entries(lists).map(([name, content]) => {
    const file = join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(Array.isArray(content) ? { StorageConfigs: content } : content, undefined, 4));
    return file;
  });
  return command('resource-mapping', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack', '--app', join(folder, 'cdk.out'), ...options, ...files);
}

function command(...args: string[]) {
  const out: string[] = [];
  const errors: string[] = [];
  const exitCode = run(args, { log: (text: string) => out.push(text), error: (text: string) => errors.push(text) });
  return { exitCode, errors, out: out.join('\n') };
}

function expectProblems(result: ReturnType<typeof command>, ...problems: string[]): void {
  expect(result).toEqual({ exitCode: 1, errors: problems.map((problem) => expect.stringContaining(problem) as unknown), out: '' });
}

describe('what is there and declared alike is mapped', () => {
  test('each kind of data, by the logical ids of the stack', () => {
    const stack = synthesise((scope) => streaming(scope, {
      contactRecords: deliveryStreamIn(scope), agentEvents: streamIn(scope), chatAnalysisSegments: streamIn(scope, `${STREAM_ARN}-chat`),
    }));
    const { exitCode, errors, out } = mapped({
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

  test('whatever the logical id', () => {
    synthesise((stack) => {
      streaming(stack, { agentEvents: streamIn(stack) });
      (stack.node.findChild('Streaming').node.findChild('AgentEvents').node.findChild('Resource') as connect.CfnInstanceStorageConfig).overrideLogicalId('Mine');
    });
    expect(JSON.parse(mapped({ 'AGENT_EVENTS.json': [toStream()] }).out)).toHaveProperty('Mine.AssociationId', ASSOCIATION_ID);
  });

  test.each([[ENV], [{}]])('with ARNs that are made of the partition, account and Region of the stack: %j', (env) => {
    synthesise((stack) => streaming(stack, {
      instance: ConnectInstance.fromInstanceId(stack, 'ById', INSTANCE_ID),
      agentEvents: streamIn(stack, stack.formatArn({ service: 'kinesis', resource: 'stream', resourceName: 'existing' })),
    }), env);
    expect(mapped({ 'AGENT_EVENTS.json': [toStream()] })).toMatchObject({ exitCode: 0, errors: [] });
  });

  test('in a stack of a stage', () => {
    synthesise((_, app) => {
      const inStage = new Stack(new Stage(app, 'Production', { env: ENV }), 'Data', { stackName: 'data' });
      streaming(inStage, { agentEvents: streamIn(inStage) });
    });
    expect(mapped({ 'AGENT_EVENTS.json': [toStream()] }, '--stack', 'Production/Data')).toMatchObject({ exitCode: 0, errors: [] });
    expectProblems(mapped({ 'AGENT_EVENTS.json': [] }, '--stack', 'Data'), 'it holds Production/Data, Stack');
  });

  test('beside what the stack has of another instance, and what goes to buckets', () => {
    synthesise((stack) => {
      streaming(stack, { agentEvents: streamIn(stack) });
      new ConnectDataStreaming(stack, 'Others', { instance: existingInstance(stack, 'Other', OTHER_INSTANCE_ARN), contactRecords: streamIn(stack) });
      new connect.CfnInstanceStorageConfig(stack, 'Calls', {
        instanceArn: INSTANCE_ARN, resourceType: 'CALL_RECORDINGS', storageType: 'S3', s3Config: { bucketName: 'bucket', bucketPrefix: 'calls' },
      });
    });
    const { exitCode, out } = mapped({ 'AGENT_EVENTS.json': [toStream()] });
    expect(exitCode).toBe(0);
    expect(Object.values(JSON.parse(out) as object)).toEqual([{ InstanceArn: INSTANCE_ARN, AssociationId: ASSOCIATION_ID, ResourceType: 'AGENT_EVENTS' }]);
  });
});

describe('what differs is an error, and nothing is mapped', () => {
  test('another stream', () => {
    synthesise((stack) => streaming(stack, { agentEvents: streamIn(stack), contactRecords: streamIn(stack) }));
    expectProblems(mapped({ 'AGENT_EVENTS.json': [toStream(`${STREAM_ARN}-2`)], 'CONTACT_TRACE_RECORDS.json': [toStream()] }),
      `error: AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource goes to KINESIS_STREAM ${STREAM_ARN}, but the instance sends it to KINESIS_STREAM `
      + `${STREAM_ARN}-2; declare what is there, and change it later`);
  });

  test('another storage type', () => {
    synthesise((stack) => streaming(stack, { contactRecords: deliveryStreamIn(stack) }));
    expectProblems(mapped({ 'CONTACT_TRACE_RECORDS.json': [toStream()] }),
      `goes to KINESIS_FIREHOSE ${DELIVERY_STREAM_ARN}, but the instance sends it to KINESIS_STREAM ${STREAM_ARN}`);
  });

  test('another storage type, where the stream is not known', () => {
    synthesise((stack) => streaming(stack, { contactRecords: streamIn(stack, Fn.importValue('stream')) }));
    expectProblems(mapped({ 'CONTACT_TRACE_RECORDS.json': [toDeliveryStream] }),
      `goes to KINESIS_STREAM {"Fn::ImportValue":"stream"}, but the instance sends it to KINESIS_FIREHOSE ${DELIVERY_STREAM_ARN}`);
  });

  test('kinds of data that the app does not declare', () => {
    synthesise((stack) => streaming(stack, { agentEvents: streamIn(stack) }));
    expectProblems(mapped({ 'AGENT_EVENTS.json': [toStream()], 'CONTACT_TRACE_RECORDS.json': [toStream()], 'CALL_RECORDINGS.json': [toBucket] }),
      `error: CONTACT_TRACE_RECORDS: the instance sends it to KINESIS_STREAM ${STREAM_ARN}, but the stack does not declare it; pass it to the `
      + 'construct, or leave CONTACT_TRACE_RECORDS.json out',
      'error: CALL_RECORDINGS: the instance sends it to S3, but the stack does not declare it');
  });

  test('kinds of data that the instance does not stream', () => {
    synthesise((stack) => streaming(stack, { agentEvents: streamIn(stack), contactRecords: streamIn(stack) }));
    expectProblems(mapped({ 'AGENT_EVENTS.json': [], 'CONTACT_TRACE_RECORDS.json': [toStream(), toStream()] }),
      'error: CONTACT_TRACE_RECORDS: Stack/Streaming/ContactRecords/Resource is declared, but the instance has 2 associations of this kind',
      'error: AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource is declared, but the instance has 0 associations of this kind, and an import needs '
      + 'one; leave it out of the app until the others are imported');
  });

  test('kinds of data whose list is not given', () => {
    synthesise((stack) => streaming(stack, { agentEvents: streamIn(stack), contactRecords: streamIn(stack) }));
    expectProblems(mapped({ 'CONTACT_TRACE_RECORDS.json': [toStream()] }),
      'AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource is declared, but AGENT_EVENTS.json is not given');
  });

  test('another instance, or a nested stack', () => {
    synthesise((stack) => {
      new ConnectDataStreaming(stack, 'Others', { instance: existingInstance(stack, 'Other', OTHER_INSTANCE_ARN), agentEvents: streamIn(stack) });
      const nested = new NestedStack(stack, 'Nested');
      streaming(nested, { agentEvents: streamIn(nested) });
    });
    expectProblems(mapped({ 'AGENT_EVENTS.json': [] }),
      `error: the stack Stack declares no association of ${INSTANCE_ARN}; associations in nested stacks can't be imported`);
  });

  test('a stack without resources', () => {
    synthesise(() => undefined);
    expectProblems(mapped({ 'AGENT_EVENTS.json': [] }), 'declares no association');
  });
});

describe('what can\'t be known is a note', () => {
  test('a stream and an instance that only CloudFormation knows', () => {
    synthesise((stack) => streaming(stack, {
      instance: instanceWithRole(stack, 'ByParameter', new CfnParameter(stack, 'InstanceArn').valueAsString),
      agentEvents: streamIn(stack, Fn.importValue('stream')),
    }));
    expect(mapped({ 'AGENT_EVENTS.json': [toStream()] })).toMatchObject({
      exitCode: 0,
      errors: [
        `note: AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource has {"Fn::ImportValue":"stream"}; check that this is ${STREAM_ARN}`,
        `note: AGENT_EVENTS: Stack/Streaming/AgentEvents/Resource has {"Ref":"InstanceArn"}; check that this is ${INSTANCE_ARN}`,
        'note: Stack/Streaming/AgentEvents/Resource needs Stack/InstanceArn (a parameter), which is not imported; the import fails unless it is deployed already',
      ],
      out: expect.stringContaining(INSTANCE_ARN) as unknown,
    });
  });

  test('part of an ARN', () => {
    synthesise((stack) => {
      const { valueAsString } = new CfnParameter(stack, 'Name');
      streaming(stack, { agentEvents: streamIn(stack, `arn:aws:kinesis:us-east-1:111122223333:stream/${valueAsString}`) });
    });
    expect(mapped({ 'AGENT_EVENTS.json': [toStream()] })).toMatchObject({
      exitCode: 0, errors: [expect.stringContaining(`check that this is ${STREAM_ARN}`), expect.stringContaining('needs Stack/Name (a parameter)')],
    });
  });

  test('what the association waits for', () => {
    synthesise((stack) => {
      const stream = new kinesis.Stream(stack, 'Stream', { encryptionKey: new kms.Key(stack, 'Key') });
      streaming(stack, { instance: instanceWithRole(stack, 'Known'), agentEvents: StreamingDestination.kinesisStream(stream), contactRecords: deliveryStreamIn(stack) });
    });
    const { exitCode, errors } = mapped({ 'AGENT_EVENTS.json': [toStream()], 'CONTACT_TRACE_RECORDS.json': [toDeliveryStream] });
    expect(exitCode).toBe(0);
    expect(errors).toEqual([
      expect.stringContaining('has {"Fn::GetAtt":["Stream'),
      expect.stringContaining('Stack/Streaming/AgentEvents/Resource needs Stack/Stream/Resource (AWS::Kinesis::Stream), which is not imported'),
    ]);
  });

  test('a grant, which EXTERNAL leaves for later', () => {
    const onTheirKey = (keyAccess?: KeyAccess) => {
      synthesise((stack) => streaming(stack, { agentEvents: streamIn(stack, STREAM_ARN, kms.Key.fromKeyArn(stack, 'Key', KEY_ARN)), keyAccess }));
      return mapped({ 'AGENT_EVENTS.json': [toStream()] });
    };
    expect(onTheirKey().errors).toEqual([expect.stringMatching(/needs Stack\/ConnectKeyGrant.*\(Custom::AWS\), which is not imported/)]);
    expect(onTheirKey(KeyAccess.EXTERNAL)).toMatchObject({ exitCode: 0, errors: [] });
  });
});

describe('wrong use is an error that says what is right', () => {
  beforeEach(() => synthesise((stack) => streaming(stack, { agentEvents: streamIn(stack) })));

  test.each([
    [[]],
    [['import', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack', 'AGENT_EVENTS.json']],
    [['resource-mapping', '--stack', 'Stack', 'AGENT_EVENTS.json']],
    [['resource-mapping', '--instance-arn', INSTANCE_ARN, 'AGENT_EVENTS.json']],
    [['resource-mapping', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack']],
  ])('%j', (args) => expectProblems(command(...args), 'usage: cdk-connect-data-streaming resource-mapping --instance-arn ARN --stack NAME'));

  test('an unknown option', () => expectProblems(command('resource-mapping', '--instance', INSTANCE_ARN), 'Unknown option \'--instance\''));

  test.each([INSTANCE_ID, STREAM_ARN, `${INSTANCE_ARN}/queue/1`, ` ${INSTANCE_ARN}`])('--instance-arn %s', (arn) =>
    expectProblems(mapped({ 'AGENT_EVENTS.json': [toStream()] }, '--instance-arn', arn), `--instance-arn: "${arn}" is not the ARN of an Amazon Connect instance`));

  test('an unknown stack', () => {
    expectProblems(mapped({ 'AGENT_EVENTS.json': [] }, '--stack', 'Stak'), `--stack: there is no stack Stak in ${join(folder, 'cdk.out')}; it holds Stack`);
  });

  test('no synthesised app in the folder', () => {
    const args = ['resource-mapping', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack', 'AGENT_EVENTS.json'];
    expectProblems(command(...args), 'no such file or directory, open \'cdk.out/manifest.json\''); // the folder that is looked in by default
  });

  test('a file that does not exist', () => {
    expectProblems(mapped({}, join(folder, 'AGENT_EVENTS.json')), 'no such file or directory');
  });

  test.each(['agent-events.json', 'AGENT_EVENTS.txt', 'AGENT_EVENTS-2.json', '2-AGENT_EVENTS.json'])('file name %s', (name) => {
    expectProblems(mapped({ [name]: [] }), `${join(folder, name)}: the file must be named after the resource type that was listed, such as AGENT_EVENTS.json`);
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
  ])('content %j', (content) => {
    expectProblems(mapped({ 'AGENT_EVENTS.json': content }),
      `${join(folder, 'AGENT_EVENTS.json')}: this is not what \`aws connect list-instance-storage-configs --output json\` prints`);
  });

  test('one page of several', () => {
    expectProblems(mapped({ 'AGENT_EVENTS.json': { StorageConfigs: [toStream()], NextToken: 'more' } }), 'this is one page of several');
  });
});

test('templates of older releases of the CDK, which keep the construct paths in the manifest', () => {
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
  expectProblems(mapped({ 'AGENT_EVENTS.json': [], 'CONTACT_TRACE_RECORDS.json': [] }, '--app', folder, '--stack', 'One'),
    'AGENT_EVENTS: One/AgentEvents is declared', 'CONTACT_TRACE_RECORDS: B is declared');
});

test('the command of the package', () => {
  const [argv, error] = [process.argv, jest.spyOn(console, 'error').mockImplementation()];
  process.argv = ['node', 'bin', 'resource-mapping', '--instance-arn', INSTANCE_ARN, '--stack', 'Stack', '--app', 'nowhere', 'AGENT_EVENTS.json'];
  jest.requireActual('../src/bin/cdk-connect-data-streaming');
  expect(process.exitCode).toBe(1);
  expect(error).toHaveBeenCalledWith(expect.stringContaining('open \'nowhere/manifest.json\''));
  process.argv = argv;
  process.exitCode = undefined;
  error.mockRestore();
});
