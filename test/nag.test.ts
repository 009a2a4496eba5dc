/**
 * The cdk-nag findings on the resources of this library: docs/cdk-nag.md explains each of them, and all can be acknowledged.
 */
import { readFileSync } from 'fs';
import { dirname, join } from 'path';
import {
  App, aws_cloudwatch_actions as actions, aws_events_targets as targets, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_s3 as s3,
  aws_sns as sns, Stack, Validations,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { existingStream } from './simulation/scenarios';
import { ENV, existingInstance, instanceWithRole } from './support';
import { acknowledgeFindings } from '../examples/cdk-nag/acknowledge';
import { AcknowledgedStreaming } from '../examples/cdk-nag/acknowledged-streaming';
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
const everything: Build = (stack) => {
  const streaming = allDestinations(stack);
  const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:111122223333:on-call');
  new ContactRecordsTable(stack, 'ContactRecordsTable', { streaming });
  new AgentEventsTable(stack, 'Table', { streaming });
  new DataStreamingMonitoring(stack, 'Monitoring', { streaming, alarmActions: [new actions.SnsAction(topic)] });
  new DataStreamingAudit(stack, 'Audit', { streaming, targets: [new targets.SnsTopic(topic)] });
  return streaming;
};
const ownBucket: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', {
  instance: instanceWithRole(stack),
  contactRecords: StreamingDestination.newDeliveryStream({ bucket: new s3.Bucket(stack, 'OwnBucket') }),
});
const existingDeliveryStream: Build = (stack) => new ConnectDataStreaming(stack, 'Streaming', {
  instance: instanceWithRole(stack),
  contactRecords: StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamName(stack, 'Existing', 'existing')),
});

const PACKS = {
  'AwsSolutions': AwsSolutionsChecks,
  'HIPAA.Security': HIPAASecurityChecks,
  'NIST.800.53.R5': NIST80053R5Checks,
  'PCI.DSS.321': PCIDSS321Checks,
};
type Pack = keyof typeof PACKS;
const packs = Object.keys(PACKS) as Pack[];

/** The feature flags that `cdk init` writes into the `cdk.json` of a new app. */
const CDK_INIT = JSON.parse(readFileSync(
  join(dirname(require.resolve('aws-cdk/package.json')), 'lib', 'init-templates', '.recommended-feature-flags.json'), 'utf8')) as Record<string, unknown>;
const CONTEXTS = { 'the default feature flags': {}, 'the feature flags of cdk init': CDK_INIT };

function built(build: Build, context: Record<string, unknown> = {}): { stack: Stack; streaming: ConnectDataStreaming; tables: AgentEventsTable[] } {
  const stack = new Stack(new App({ context }), 'Stack', { env: ENV });
  const streaming = build(stack);
  return { stack, streaming, tables: stack.node.findAll().filter((construct) => construct instanceof AgentEventsTable) };
}

/** Returns the rule and the construct path of each finding, without the hashes of ids. */
function findings(pack: Pack, stack: Stack): string[] {
  return new PACKS[pack]().validateScope(stack).violations
    .flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`))
    .map((finding) => finding
      .replace(/<(Streaming|Table|OwnBucket)\w*?[0-9A-F]{8}\.Arn>/, '<bucket>')
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
/** Findings of the other packs, which have the same rules with other prefixes. */
const HANDLER = ['LambdaConcurrency', 'LambdaDLQ', 'LambdaInsideVPC'].map((rule) => `${rule} Stack/handler/Resource`);
const HANDLER_LOGS_OF_CDK_INIT = 'CloudWatchLogGroupEncrypted Stack/handler/LogGroup/Resource';
const NOT_IN_PCI = /^Lambda(Concurrency|DLQ) /;
const firehoseCompliance = (path: string) => [
  'CloudWatchLogGroupEncrypted DeliveryStream/LogGroup',
  'IAMNoInlinePolicy Role/DefaultPolicy',
  'S3BucketReplicationEnabled AccessLogs/Bucket',
  'S3BucketReplicationEnabled Bucket',
  'S3BucketVersioningEnabled AccessLogs/Bucket',
  'S3BucketVersioningEnabled Bucket',
  'S3DefaultEncryptionKMS AccessLogs/Bucket',
].map((finding) => `${finding.replace(' ', ` Stack/${path}/`)}/Resource`);
const FIREHOSE_COMPLIANCE = firehoseCompliance('Streaming/ContactRecords');
const GRANT_POLICY = ['Policy', 'baf3c2f6'].join(''); // with a hash of the group of its permissions
const INLINE_FOR_LOOKUPS = 'IAMNoInlinePolicy Stack/ConnectSdkCalls/Policy/Resource';
const INLINE_FOR_GRANTS = `IAMNoInlinePolicy Stack/ConnectSdkCalls/${GRANT_POLICY}/Resource`;

interface Scenario {
  readonly title: string;
  readonly build: Build;
  readonly awsSolutions: string[];
  readonly compliance: string[];
}

const SCENARIOS: Scenario[] = [
  {
    title: 'new Kinesis data streams with a lookup at deployment',
    build: allKinesis,
    awsSolutions: [...LOOKUP_AND_HANDLER, kds3('ContactRecords'), kds3('AgentEvents'), kds3('VoiceAnalysisSegments'), kds3('ChatAnalysisSegments')],
    compliance: [INLINE_FOR_LOOKUPS, ...HANDLER],
  },
  { title: 'a specified role', build: knownRole, awsSolutions: [kds3('AgentEvents')], compliance: [] },
  { title: 'the AWS managed key', build: managedKey, awsSolutions: [], compliance: [] },
  { title: 'a new delivery stream', build: deliveryStream, awsSolutions: FIREHOSE, compliance: FIREHOSE_COMPLIANCE },
  { title: 'a contact records table', build: table, awsSolutions: FIREHOSE, compliance: FIREHOSE_COMPLIANCE },
  {
    title: 'a table of a Kinesis data stream',
    build: kinesisTable,
    awsSolutions: ['AwsSolutions-KDF1 Stack/Table/DeliveryStream/Resource', ...firehoseAwsSolutions('Table'), kds3('AgentEvents')],
    compliance: firehoseCompliance('Table'),
  },
  { title: 'a KMS grant', build: grant, awsSolutions: LOOKUP_AND_HANDLER, compliance: [INLINE_FOR_LOOKUPS, INLINE_FOR_GRANTS, ...HANDLER] },
  {
    title: 'all destinations',
    build: allDestinations,
    awsSolutions: [...FIREHOSE, ...LOOKUP_AND_HANDLER, kds3('AgentEvents')],
    compliance: [...FIREHOSE_COMPLIANCE, INLINE_FOR_LOOKUPS, INLINE_FOR_GRANTS, ...HANDLER],
  },
  {
    title: 'all destinations, tables, alarms and audit rules',
    build: everything,
    awsSolutions: [
      ...FIREHOSE, ...LOOKUP_AND_HANDLER, kds3('AgentEvents'), 'AwsSolutions-KDF1 Stack/Table/DeliveryStream/Resource', ...firehoseAwsSolutions('Table'),
    ],
    compliance: [...FIREHOSE_COMPLIANCE, ...firehoseCompliance('Table'), INLINE_FOR_LOOKUPS, INLINE_FOR_GRANTS, ...HANDLER],
  },
  { title: 'an existing delivery stream', build: existingDeliveryStream, awsSolutions: [], compliance: [] },
];

function expectedFindings({ awsSolutions, compliance }: Scenario, pack: Pack, context: Record<string, unknown>): string[] {
  if (pack === 'AwsSolutions') return awsSolutions;
  const hasHandler = compliance.includes(HANDLER[0]);
  return [...compliance, ...hasHandler && context === CDK_INIT ? [HANDLER_LOGS_OF_CDK_INIT] : []]
    .filter((finding) => pack !== 'PCI.DSS.321' || !NOT_IN_PCI.test(finding))
    .map((finding) => `${pack}-${finding}`);
}

describe.each(Object.entries(CONTEXTS))('stack with %s and', (_, context) => {
  describe.each(SCENARIOS)('$title', (scenario) => {
    test.each(packs)('has the expected findings of %s', (pack) => {
      const found = findings(pack, built(scenario.build, context).stack);
      const expected = expectedFindings(scenario, pack, context);
      // Newer releases of aws-cdk-lib use the newest runtime for the Lambda function.
      expect(found).toEqual(expected.filter((finding) => finding !== OLDER_RUNTIME || found.includes(OLDER_RUNTIME)).sort());
    });

    test('has no findings after they are acknowledged', () => {
      const { stack, streaming, tables } = built(scenario.build, context);
      acknowledgeFindings(streaming, ...tables);
      expect(packs.flatMap((pack) => findings(pack, stack))).toEqual([]);
    });
  });
});

describe('cdk-nag validation plugins', () => {
  /** Returns whether the app passes, and whether plugins get the construct tree, which cdk-nag requires and CDK 2.257 does not provide. */
  function synthesize(prepare: (streaming: ConnectDataStreaming) => void): { passes: boolean; hasTree: boolean } {
    const { stack, streaming } = built(allDestinations, CDK_INIT);
    prepare(streaming);
    const app = stack.node.root as App;
    let hasTree = false;
    Validations.of(app).addPlugins(...packs.map((pack) => new PACKS[pack](app)), {
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
    const { passes, hasTree } = synthesize(acknowledgeFindings);
    expect(passes).toBe(hasTree);
  });
});

test('acknowledgments do not apply to other resources of the stack', () => {
  const { stack, streaming } = built(allDestinations);
  new s3.Bucket(stack, 'Another');
  acknowledgeFindings(streaming);
  expect(findings('AwsSolutions', stack)).toEqual(['AwsSolutions-S1 Stack/Another/Resource', 'AwsSolutions-S10 Stack/Another/Resource']);
  expect(findings('HIPAA.Security', stack)).toContain('HIPAA.Security-S3BucketVersioningEnabled Stack/Another/Resource');
});

test('the example app has no findings', () => {
  const stack = new AcknowledgedStreaming(new App({ context: CDK_INIT }), 'Stack', { env: ENV });
  expect(packs.flatMap((pack) => findings(pack, stack))).toEqual([]);
});

test('only the wildcard for the objects of a bucket of your own remains after the findings are acknowledged', () => {
  const { stack, streaming } = built(ownBucket);
  acknowledgeFindings(streaming);
  expect(packs.flatMap((pack) => findings(pack, stack)).filter((finding) => !finding.includes('Stack/OwnBucket/')))
    .toEqual(['AwsSolutions-IAM5[Resource::<bucket>/*] Stack/Streaming/ContactRecords/Role/DefaultPolicy/Resource']);
});

test('versioning of the bucket removes its finding', () => {
  const { stack, streaming } = built(deliveryStream);
  const bucket = streaming.contactRecordsBucket!.node.defaultChild as s3.CfnBucket;
  bucket.versioningConfiguration = { status: 'Enabled' };
  expect(findings('HIPAA.Security', stack)).not.toContain('HIPAA.Security-S3BucketVersioningEnabled Stack/Streaming/ContactRecords/Bucket/Resource');
});

describe('cdk-nag documentation', () => {
  const scenarios = SCENARIOS.flatMap((scenario) => packs.flatMap((pack) => expectedFindings(scenario, pack, CDK_INIT)));
  const rulesWithFindings = [...new Set(scenarios.map((finding) => /^[\w.]+-\w+/.exec(finding)![0]))].sort();

  /** The rules of the tables. In the second table, a rule is without the prefix of its packs, which another column lists. */
  function documentedRules(): string[] {
    const rows = PAGE.split('```')[0].matchAll(/^\| (`.+?`) \|(.*?)\|/gm);
    return [...new Set([...rows].flatMap(([, rules, next]) => [...rules.matchAll(/`([\w-]+)`/g)].flatMap(([, rule]) => {
      if (rule.startsWith('AwsSolutions-')) return [rule];
      return packs.filter((pack) => next.includes(pack)).map((pack) => `${pack}-${rule}`);
    })))].sort();
  }

  test('explains each rule with a finding, and no other rule', () => {
    expect(documentedRules()).toEqual(rulesWithFindings);
  });

  test('contains the acknowledgments of the example', () => {
    expect(PAGE.split('```ts\n')[1].split('```')[0]).toBe(EXAMPLE);
  });
});
