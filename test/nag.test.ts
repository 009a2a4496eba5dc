/**
 * The cdk-nag findings on the resources of this library: docs/cdk-nag.md explains each of them, and all can be acknowledged.
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import {
  App, aws_cloudwatch_actions as actions, aws_events_targets as targets, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_s3 as s3,
  aws_sns as sns, Stack, Validations,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { existingStream } from './simulation/scenarios';
import { ENV, existingInstance, instanceWithRole } from './support';
import { acknowledgeAwsSolutions, acknowledgeHipaa } from '../examples/cdk-nag/acknowledge';
import {
  AgentEventsTable, ConnectDataStreaming, ContactRecordsTable, DataStreamingAudit, DataStreamingMonitoring, StreamingDestination,
} from '../src';

const PAGE = readFileSync(join(__dirname, '..', 'docs', 'cdk-nag.md'), 'utf8');
const EXAMPLE = readFileSync(join(__dirname, '..', 'examples', 'cdk-nag', 'acknowledge.ts'), 'utf8');
const NEW = StreamingDestination.newKinesisStream();

type Build = (stack: Stack) => ConnectDataStreaming;

const allKinesis: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', {
  instance: existingInstance(stack), contactRecords: NEW, agentEvents: NEW, voiceAnalysisSegments: NEW, chatAnalysisSegments: NEW,
});
const knownRole: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: NEW });
const managedKey: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', {
  instance: existingInstance(stack),
  agentEvents: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED }),
});
const deliveryStream: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', {
  instance: existingInstance(stack),
  contactRecords: StreamingDestination.newDeliveryStream(),
});
const table: Build = (stack) => {
  const streaming = deliveryStream(stack);
  new ContactRecordsTable(stack, 'Table', { streaming });
  return streaming;
};
const kinesisTable: Build = (stack) => {
  const streaming = knownRole(stack);
  new AgentEventsTable(stack, 'Table', { streaming });
  return streaming;
};
const grant: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: existingStream(stack) });
const allDestinations: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', {
  instance: existingInstance(stack),
  contactRecords: StreamingDestination.newDeliveryStream(),
  agentEvents: NEW,
  voiceAnalysisSegments: existingStream(stack),
});
const ownDestination: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', {
  instance: instanceWithRole(stack),
  contactRecords: StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamName(stack, 'Existing', 'existing')),
});

const PACKS = { AwsSolutions: AwsSolutionsChecks, HIPAA: HIPAASecurityChecks };
const acknowledge = { AwsSolutions: acknowledgeAwsSolutions, HIPAA: acknowledgeHipaa };

function built(build: Build): { stack: Stack; streaming: ConnectDataStreaming; tables: AgentEventsTable[] } {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const streaming = build(stack);
  return { stack, streaming, tables: stack.node.findAll().filter((construct) => construct instanceof AgentEventsTable) };
}

/** Returns the rule and the construct path of each finding, without the hashes of ids. */
function findings(pack: keyof typeof PACKS, stack: Stack): string[] {
  return new PACKS[pack]().validateScope(stack).violations
    .flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`))
    .map((finding) => finding
      .replace(/<(Streaming|Table)\w+[0-9A-F]{8}\.Arn>/, '<bucket>')
      .replace(/Stack\/(Connect(?:ServiceRole|KeyGrant))[0-9a-f]{8}/, 'Stack/$1')
      .replace('Stack/AWS679f53fac002430cb0da5b7982bd2287', 'Stack/handler'))
    .sort();
}

const OLDER_RUNTIME = 'AwsSolutions-L1 Stack/handler/Resource';
const LOOKUP_AND_HANDLER = [
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole] Stack/handler/ServiceRole/Resource',
  'AwsSolutions-IAM5[Resource::*] Stack/ConnectSdkCalls/Policy/Resource',
  OLDER_RUNTIME,
];
const firehoseAwsSolutions = (path: string) => [
  'Action::kms:GenerateDataKey*', 'Action::kms:ReEncrypt*', 'Action::s3:Abort*', 'Action::s3:DeleteObject*', 'Action::s3:GetBucket*', 'Action::s3:GetObject*',
  'Action::s3:List*', 'Resource::<bucket>/*',
].map((finding) => `AwsSolutions-IAM5[${finding}] Stack/${path}/Role/DefaultPolicy/Resource`);
const FIREHOSE = firehoseAwsSolutions('Streaming/ContactRecords');
const kds3 = (id: string) => `AwsSolutions-KDS3 Stack/Streaming/${id}/Stream/Resource`;
const HIPAA_HANDLER = ['LambdaConcurrency', 'LambdaDLQ', 'LambdaInsideVPC'].map((rule) => `HIPAA.Security-${rule} Stack/handler/Resource`);
const firehoseHipaa = (path: string) => [
  'CloudWatchLogGroupEncrypted DeliveryStream/LogGroup',
  'IAMNoInlinePolicy Role/DefaultPolicy',
  'S3BucketReplicationEnabled AccessLogs/Bucket',
  'S3BucketReplicationEnabled Bucket',
  'S3BucketVersioningEnabled AccessLogs/Bucket',
  'S3BucketVersioningEnabled Bucket',
  'S3DefaultEncryptionKMS AccessLogs/Bucket',
].map((finding) => `HIPAA.Security-${finding.replace(' ', ` Stack/${path}/`)}/Resource`);
const HIPAA_FIREHOSE = firehoseHipaa('Streaming/ContactRecords');
const GRANT_POLICY = ['Policy', 'baf3c2f6'].join(''); // with a hash of the group of its permissions
const INLINE_FOR_LOOKUPS = 'HIPAA.Security-IAMNoInlinePolicy Stack/ConnectSdkCalls/Policy/Resource';
const INLINE_FOR_GRANTS = `HIPAA.Security-IAMNoInlinePolicy Stack/ConnectSdkCalls/${GRANT_POLICY}/Resource`;

const SCENARIOS: Array<[string, Build, string[], string[]]> = [
  [
    'new Kinesis data streams with a lookup at deployment', allKinesis,
    [...LOOKUP_AND_HANDLER, kds3('ContactRecords'), kds3('AgentEvents'), kds3('VoiceAnalysisSegments'), kds3('ChatAnalysisSegments')],
    [INLINE_FOR_LOOKUPS, ...HIPAA_HANDLER],
  ],
  ['a specified role', knownRole, [kds3('AgentEvents')], []],
  ['the AWS managed key', managedKey, [], []],
  ['a new delivery stream', deliveryStream, FIREHOSE, HIPAA_FIREHOSE],
  ['a contact records table', table, FIREHOSE, HIPAA_FIREHOSE],
  [
    'a table of a Kinesis data stream', kinesisTable,
    ['AwsSolutions-KDF1 Stack/Table/DeliveryStream/Resource', ...firehoseAwsSolutions('Table'), kds3('AgentEvents')], firehoseHipaa('Table'),
  ],
  ['a KMS grant', grant, LOOKUP_AND_HANDLER, [INLINE_FOR_LOOKUPS, INLINE_FOR_GRANTS, ...HIPAA_HANDLER]],
  [
    'all destinations', allDestinations,
    [...FIREHOSE, ...LOOKUP_AND_HANDLER, kds3('AgentEvents')],
    [...HIPAA_FIREHOSE, INLINE_FOR_LOOKUPS, INLINE_FOR_GRANTS, ...HIPAA_HANDLER],
  ],
  ['an existing delivery stream', ownDestination, [], []],
];

describe.each(SCENARIOS)('stack with %s', (_, build, awsSolutions, hipaa) => {
  test.each([['AwsSolutions', awsSolutions], ['HIPAA', hipaa]] as const)('has the expected findings of %s', (pack, expected) => {
    const found = findings(pack, built(build).stack);
    // Newer releases of aws-cdk-lib use the newest runtime for the Lambda function.
    expect(found).toEqual(expected.filter((finding) => finding !== OLDER_RUNTIME || found.includes(OLDER_RUNTIME)).sort());
  });

  test.each(['AwsSolutions', 'HIPAA'] as const)('has no findings of %s after they are acknowledged', (pack) => {
    const { stack, streaming, tables } = built(build);
    acknowledge[pack](streaming, ...tables);
    expect(findings(pack, stack)).toEqual([]);
  });
});

describe('cdk-nag validation plugins', () => {
  /** Returns whether the app passes, and whether plugins get the construct tree, which cdk-nag requires and CDK 2.257 does not provide. */
  function synthesize(prepare: (streaming: ConnectDataStreaming) => void): { passes: boolean; hasTree: boolean } {
    const { stack, streaming } = built(allDestinations);
    prepare(streaming);
    const app = stack.node.root as App;
    let hasTree = false;
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app), {
      name: 'Probe',
      validate: (context) => {
        hasTree = 'appConstruct' in context;
        return { success: true, violations: [] };
      },
    });
    const log = jest.spyOn(console, 'error').mockImplementation();
    try {
      app.synth();
      return { passes: !process.exitCode, hasTree };
    } catch {
      return { passes: false, hasTree };
    } finally {
      process.exitCode = undefined; // newer releases set it instead of throwing an error
      log.mockRestore();
    }
  }

  test('fail the synthesis of an app with findings', () => {
    expect(synthesize(() => undefined).passes).toBe(false);
  });

  test('pass after the findings are acknowledged', () => {
    const { passes, hasTree } = synthesize((streaming) => {
      acknowledgeAwsSolutions(streaming);
      acknowledgeHipaa(streaming);
    });
    expect(passes).toBe(hasTree);
  });
});

test('acknowledgments do not apply to other resources of the stack', () => {
  const { stack, streaming } = built(allDestinations);
  new s3.Bucket(stack, 'Another');
  acknowledgeAwsSolutions(streaming);
  acknowledgeHipaa(streaming);
  expect(findings('AwsSolutions', stack)).toEqual(['AwsSolutions-S1 Stack/Another/Resource', 'AwsSolutions-S10 Stack/Another/Resource']);
  expect(findings('HIPAA', stack)).toContain('HIPAA.Security-S3BucketVersioningEnabled Stack/Another/Resource');
});

test.each(['AwsSolutions', 'HIPAA'] as const)('alarms with actions and audit rules add no finding of %s', (pack) => {
  const { stack, streaming } = built(allDestinations);
  new AgentEventsTable(stack, 'Table', { streaming });
  const before = findings(pack, stack);
  const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:111122223333:on-call');
  new DataStreamingMonitoring(stack, 'Monitoring', { streaming, alarmActions: [new actions.SnsAction(topic)] });
  new DataStreamingAudit(stack, 'Audit', { streaming, targets: [new targets.SnsTopic(topic)] });

  expect(findings(pack, stack)).toEqual(before);
});

test('versioning of the bucket removes its finding', () => {
  const { stack, streaming } = built(deliveryStream);
  const bucket = streaming.contactRecordsBucket!.node.defaultChild as s3.CfnBucket;
  bucket.versioningConfiguration = { status: 'Enabled' };
  expect(findings('HIPAA', stack)).not.toContain('HIPAA.Security-S3BucketVersioningEnabled Stack/Streaming/ContactRecords/Bucket/Resource');
});

describe('cdk-nag documentation', () => {
  const rules = (text: string) => [...new Set(text.match(/(AwsSolutions|HIPAA\.Security)-\w+/g))].sort();

  test('explains each rule with a finding, and no other rule', () => {
    expect(rules(PAGE.split('```')[0])).toEqual(rules(SCENARIOS.flatMap(([, , ...found]) => found.flat()).join()));
  });

  test('contains the acknowledgments of the example', () => {
    expect(PAGE.split('```ts\n')[1].split('```')[0]).toBe(EXAMPLE);
  });
});
