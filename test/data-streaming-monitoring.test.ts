import {
  Annotations as Warnings, App, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_kinesis as kinesis,
  aws_kinesisfirehose as firehose, aws_kms as kms, aws_s3 as s3, aws_sns as sns, CfnParameter, Duration, Stack,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ConnectDataStreaming, DataStreamingMonitoring, type DataStreamingMonitoringProps, StreamingDestination } from '../src';
import { DELIVERY_STREAM_ARN, ENV, existingInstance, instanceWithRole, newStack, OTHER_INSTANCE_ARN, resources, STREAM_ARN, theOnly } from './support';
import { type DashboardBody, dashboardBody, type Widget } from './template/dashboard-body';
import type { Template as SynthesisedTemplate } from './template/template';

const KINESIS = StreamingDestination.newKinesisStream();

interface AlarmProperties {
  readonly AlarmDescription: unknown;
  readonly AlarmName?: string;
  readonly AlarmActions?: unknown[];
  readonly ComparisonOperator: string;
  readonly Dimensions: Array<{ readonly Name: string; readonly Value: unknown }>;
  readonly EvaluationPeriods: number;
  readonly MetricName: string;
  readonly Namespace: string;
  readonly Period: number;
  readonly Statistic: string;
  readonly Threshold: unknown;
  readonly TreatMissingData: string;
}

/** The alarms of a monitoring, by the paths of their constructs below it. */
function alarms(monitoring: DataStreamingMonitoring): Record<string, AlarmProperties> {
  const stack = Stack.of(monitoring);
  const inTemplate = resources(stack, 'AWS::CloudWatch::Alarm');
  return Object.fromEntries(monitoring.alarms.map((alarm) => [
    alarm.node.path.slice(monitoring.node.path.length + 1),
    inTemplate[stack.getLogicalId(alarm.node.defaultChild as cloudwatch.CfnAlarm)].Properties as unknown as AlarmProperties,
  ]));
}

function body(stack: Stack): DashboardBody {
  const template = Template.fromStack(stack).toJSON() as SynthesisedTemplate;
  const [id] = theOnly(resources(stack, 'AWS::CloudWatch::Dashboard'));
  return dashboardBody(template, template.Resources[id]);
}

/** All kinds of data, on new streams. */
function everything(stack: Stack): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    contactRecords: StreamingDestination.newDeliveryStream(),
    agentEvents: KINESIS,
    voiceAnalysisSegments: KINESIS,
    chatAnalysisSegments: KINESIS,
  });
}

function ofAgentEvents(stack: Stack, stream: kinesis.StreamProps = {}, props: Partial<DataStreamingMonitoringProps> = {}): DataStreamingMonitoring {
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    agentEvents: StreamingDestination.newKinesisStream(stream),
  });
  return new DataStreamingMonitoring(stack, 'Monitoring', { streaming, ...props });
}

function ofDeliveryStream(stack: Stack, deliveryStream: firehose.IDeliveryStream): DataStreamingMonitoring {
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    contactRecords: StreamingDestination.deliveryStream(deliveryStream),
  });
  return new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
}

const KINESIS_ALARMS = ['WriteThrottled', 'ConsumerLag'];
const FIREHOSE_ALARMS = [
  'PutThrottled', 'DeliveryLate', 'DeliveryFailed', 'KeyAccessDenied', 'KeyDisabled', 'KeyInvalidState', 'KeyNotFound',
];

describe('the alarms', () => {
  test('are there for every stream, under names that say which and what', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming: everything(stack) });

    expect(Object.keys(alarms(monitoring))).toEqual([
      ...FIREHOSE_ALARMS.map((id) => `ContactRecords/${id}`),
      ...['AgentEvents', 'VoiceAnalysisSegments', 'ChatAnalysisSegments'].flatMap((kind) => KINESIS_ALARMS.map((id) => `${kind}/${id}`)),
    ]);
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', monitoring.alarms.length);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('of a Kinesis stream are on refused writes and on late consumers', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: KINESIS });
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
    const common = {
      Namespace: 'AWS/Kinesis',
      Dimensions: [{ Name: 'StreamName', Value: stack.resolve(streaming.agentEventsStream!.streamName) as unknown }],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      EvaluationPeriods: 1,
      Period: 300,
    };

    const { 'AgentEvents/WriteThrottled': throttled, 'AgentEvents/ConsumerLag': late } = alarms(monitoring);
    expect(throttled).toMatchObject({ ...common, MetricName: 'WriteProvisionedThroughputExceeded', Statistic: 'Sum', Threshold: 1 });
    expect(late).toMatchObject({
      ...common, MetricName: 'GetRecords.IteratorAgeMilliseconds', Statistic: 'Maximum', Threshold: Duration.hours(12).toMilliseconds(),
    });
  });

  test('of a delivery stream are on refused puts, late and failed deliveries, and its key', () => {
    const stack = newStack();
    const deliveryStream = new firehose.DeliveryStream(stack, 'Mine', { destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')) });
    const found = alarms(ofDeliveryStream(stack, deliveryStream));
    const common = {
      Namespace: 'AWS/Firehose',
      Dimensions: [{ Name: 'DeliveryStreamName', Value: stack.resolve(deliveryStream.deliveryStreamName) as unknown }],
      TreatMissingData: 'notBreaching',
      EvaluationPeriods: 1,
    };
    const atLeastOne = { ...common, ComparisonOperator: 'GreaterThanOrEqualToThreshold', Statistic: 'Sum', Period: 300, Threshold: 1 };

    expect(Object.keys(found)).toEqual(FIREHOSE_ALARMS.map((id) => `ContactRecords/${id}`));
    expect(found['ContactRecords/PutThrottled']).toMatchObject({ ...atLeastOne, MetricName: 'ThrottledRecords' });
    expect(found['ContactRecords/DeliveryLate']).toMatchObject({
      ...atLeastOne, MetricName: 'DeliveryToS3.DataFreshness', Statistic: 'Maximum', Threshold: 1800,
    });
    expect(found['ContactRecords/DeliveryFailed']).toMatchObject({
      ...common, MetricName: 'DeliveryToS3.Success', ComparisonOperator: 'LessThanThreshold', Statistic: 'Average', Period: 900, Threshold: 0.9,
    });
    for (const id of ['KeyAccessDenied', 'KeyDisabled', 'KeyInvalidState', 'KeyNotFound']) {
      expect(found[`ContactRecords/${id}`]).toMatchObject({ ...atLeastOne, MetricName: `KMS${id}` });
    }
  });

  test('all do what they are told to', () => {
    const stack = newStack();
    const topic = new sns.Topic(stack, 'OnCall');
    const other = new sns.Topic(stack, 'Also');
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: everything(stack),
      alarmActions: [new actions.SnsAction(topic), new actions.SnsAction(other)],
      noAgentEventsFor: Duration.hours(1),
    });

    const found = Object.values(alarms(monitoring));
    expect(found).toHaveLength(14);
    for (const { AlarmActions } of found) expect(AlarmActions).toEqual([{ Ref: logicalId(topic) }, { Ref: logicalId(other) }]);
  });

  test('tell nobody when nobody is named, and can be added to', () => {
    const stack = newStack();
    const topic = new sns.Topic(stack, 'OnCall');
    const monitoring = ofAgentEvents(stack);
    monitoring.alarms.pop(); // a copy
    for (const alarm of monitoring.alarms) alarm.addOkAction(new actions.SnsAction(topic));

    expect(Object.values(alarms(monitoring)).map(({ AlarmActions }) => AlarmActions)).toEqual([undefined, undefined]);
    Template.fromStack(stack).allResourcesProperties('AWS::CloudWatch::Alarm', { OKActions: [{ Ref: logicalId(topic) }] });
  });

  test('say what is lost, where, and what to do first', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Delivery', DELIVERY_STREAM_ARN)),
      agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Events', STREAM_ARN)),
    });
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming, noAgentEventsFor: Duration.hours(1), noContactRecordsFor: Duration.hours(1),
    });

    const found = Object.entries(alarms(monitoring));
    for (const [path, { AlarmDescription: description, AlarmName: name }] of found) {
      expect(description).toContain(path.startsWith('AgentEvents') ? 'agent events' : 'contact records');
      expect(description).toContain(path.startsWith('AgentEvents') ? 'Kinesis data stream existing' : 'Firehose delivery stream existing');
      expect(String(description).length).toBeLessThanOrEqual(1024); // the most that CloudWatch takes
      expect(name).toBeUndefined();
    }
    expect(new Set(found.map(([, { AlarmDescription }]) => AlarmDescription)).size).toBe(found.length);
  });
});

describe('late consumers', () => {
  test.each([
    [{}, 12],
    [{ retentionPeriod: Duration.days(7) }, 84],
    [{ retentionPeriod: Duration.hours(25) }, 12.5],
  ])('of a stream with %p are late at half of its retention period', (props, hours) => {
    const { 'AgentEvents/ConsumerLag': late } = alarms(ofAgentEvents(newStack(), props));

    expect(late.Threshold).toBe(hours * 3_600_000);
    expect(JSON.stringify(late.AlarmDescription)).toContain(`expire after ${hours * 2} hours: `);
  });

  test('of a stream that says nothing of its retention period are late at half of the 24 hours that are its default', () => {
    const stack = newStack();
    const stream = new kinesis.Stream(stack, 'Mine');
    (stream.node.defaultChild as kinesis.CfnStream).retentionPeriodHours = undefined;
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: StreamingDestination.kinesisStream(stream),
    });

    const { 'AgentEvents/ConsumerLag': late } = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));
    expect(late.Threshold).toBe(12 * 3_600_000);
    expect(JSON.stringify(late.AlarmDescription)).toContain('expire after 24 hours: ');
  });

  test('of a resource of the app that is imported are late at half of its retention period', () => {
    const stack = newStack();
    const { attrArn } = new kinesis.CfnStream(stack, 'Resource', { shardCount: 1, retentionPeriodHours: 48 });
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Import', attrArn)),
    });

    const { 'AgentEvents/ConsumerLag': late } = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));
    expect(late.Threshold).toBe(24 * 3_600_000);
  });

  test.each<[string, (stack: Stack) => kinesis.IStream]>([
    ['an imported stream', (stack) => kinesis.Stream.fromStreamArn(stack, 'Existing', STREAM_ARN)],
    ['a stream whose retention period only deployment knows', (stack) => {
      const hours = new CfnParameter(stack, 'Hours', { type: 'Number' }).valueAsNumber;
      return new kinesis.Stream(stack, 'Mine', { retentionPeriod: Duration.hours(hours) });
    }],
  ])('of %s are late at half of the 24 hours that it has at least, unless told', (_, stream) => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: StreamingDestination.kinesisStream(stream(stack)),
    });
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
    const told = new DataStreamingMonitoring(stack, 'Told', { streaming, iteratorAge: Duration.days(3) });

    const { 'AgentEvents/ConsumerLag': late } = alarms(monitoring);
    expect(late.Threshold).toBe(12 * 3_600_000);
    expect(JSON.stringify(late.AlarmDescription)).toContain('expire after 24 hours, unless the stream was given a longer retention period: ');
    expect(alarms(told)['AgentEvents/ConsumerLag'].Threshold).toBe(3 * 24 * 3_600_000);
  });

  test('may not be later than the stream retains its records', () => {
    expect(alarms(ofAgentEvents(newStack(), {}, { iteratorAge: Duration.minutes(24 * 60 - 1) }))['AgentEvents/ConsumerLag'].Threshold)
      .toBe((24 * 60 - 1) * 60_000);
    expect(() => ofAgentEvents(newStack(), {}, { iteratorAge: Duration.hours(24) })).toThrow(
      'Stack/Monitoring/AgentEvents: iteratorAge is 1 day, but Stack/Streaming/AgentEvents/Stream retains records for 24 hours only; pass less');
  });
});

describe('no records', () => {
  test('are no incident unless somebody says for how long', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming: everything(stack) });

    for (const alarm of Object.values(alarms(monitoring))) {
      expect(alarm.MetricName).not.toBe('IncomingRecords');
      expect(alarm.TreatMissingData).toBe('notBreaching');
    }
  });

  test('for a time that is too long are an incident, and so is no data', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: everything(stack),
      noContactRecordsFor: Duration.hours(24),
      noAgentEventsFor: Duration.minutes(30),
      noVoiceAnalysisSegmentsFor: Duration.minutes(59 * 60 + 1),
      noChatAnalysisSegmentsFor: Duration.seconds(90),
    });
    const found = alarms(monitoring);
    const common = {
      MetricName: 'IncomingRecords', Statistic: 'Sum', ComparisonOperator: 'LessThanThreshold', Threshold: 1, TreatMissingData: 'breaching',
    };

    expect(found['ContactRecords/NoRecords']).toMatchObject({ ...common, Namespace: 'AWS/Firehose', Period: 86_400, EvaluationPeriods: 1 });
    expect(found['AgentEvents/NoRecords']).toMatchObject({ ...common, Namespace: 'AWS/Kinesis', Period: 1_800, EvaluationPeriods: 1 });
    expect(found['VoiceAnalysisSegments/NoRecords']).toMatchObject({ ...common, Namespace: 'AWS/Kinesis', Period: 3_600, EvaluationPeriods: 60 });
    expect(found['ChatAnalysisSegments/NoRecords']).toMatchObject({ ...common, Namespace: 'AWS/Kinesis', Period: 120, EvaluationPeriods: 1 });
    expect(JSON.stringify(found['AgentEvents/NoRecords'].AlarmDescription)).toContain(' for 30 minutes.');
  });

  test('of a kind of data that is not streamed are an error', () => {
    expect(() => ofAgentEvents(newStack(), {}, { noChatAnalysisSegmentsFor: Duration.hours(1) }))
      .toThrow('Stack/Monitoring: noChatAnalysisSegmentsFor is given, but Stack/Streaming streams no chat analysis segments; remove it');
  });
});

describe('the thresholds', () => {
  test('can all be set', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: everything(stack),
      throttledRecords: 100,
      iteratorAge: Duration.hours(2),
      dataFreshness: Duration.minutes(20),
      deliverySuccess: 1,
      kmsKeyErrors: 3,
      evaluationPeriods: 2,
      noAgentEventsFor: Duration.hours(1),
    });
    const found = alarms(monitoring);

    for (const [path, threshold] of Object.entries({
      'ContactRecords/PutThrottled': 100,
      'AgentEvents/WriteThrottled': 100,
      'ChatAnalysisSegments/ConsumerLag': 7_200_000,
      'ContactRecords/DeliveryLate': 1_200,
      'ContactRecords/DeliveryFailed': 1,
      'ContactRecords/KeyAccessDenied': 3,
      'ContactRecords/KeyDisabled': 3,
      'ContactRecords/KeyInvalidState': 3,
      'ContactRecords/KeyNotFound': 3,
    })) {
      expect([path, found[path].Threshold]).toEqual([path, threshold]);
      expect([path, found[path].EvaluationPeriods]).toEqual([path, 2]);
    }
    expect(found['AgentEvents/NoRecords']).toMatchObject({ Threshold: 1, EvaluationPeriods: 1 });
  });

  test('may be known at deployment only', () => {
    const stack = newStack();
    const parameter = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: everything(stack),
      throttledRecords: parameter('Throttled'),
      iteratorAge: Duration.millis(parameter('Age')),
      dataFreshness: Duration.seconds(parameter('Freshness')),
      deliverySuccess: parameter('Success'),
      kmsKeyErrors: parameter('Errors'),
      evaluationPeriods: parameter('Periods'),
    });
    const found = alarms(monitoring);

    expect(found['AgentEvents/WriteThrottled']).toMatchObject({ Threshold: { Ref: 'Throttled' }, EvaluationPeriods: { Ref: 'Periods' } });
    expect(found['ContactRecords/PutThrottled'].Threshold).toEqual({ Ref: 'Throttled' });
    expect(found['AgentEvents/ConsumerLag'].Threshold).toEqual({ Ref: 'Age' });
    expect(found['ContactRecords/DeliveryLate'].Threshold).toEqual({ Ref: 'Freshness' });
    expect(found['ContactRecords/DeliveryFailed'].Threshold).toEqual({ Ref: 'Success' });
    expect(found['ContactRecords/KeyDisabled'].Threshold).toEqual({ Ref: 'Errors' });
    const [, dashboard] = theOnly(resources(stack, 'AWS::CloudWatch::Dashboard'));
    const lines = JSON.stringify(dashboard).replaceAll('\\', '');
    for (const [threshold, unit] of Object.entries({ Throttled: '', Age: ' millis', Freshness: ' seconds', Success: '', Errors: '' })) {
      expect(lines).toMatch(new RegExp(`"value":",{"Ref":"${threshold}"},","label":"[a-zA-Z ]+ ",{"Ref":"${threshold}"},"${unit}"`));
    }
    expect(JSON.stringify(found['ContactRecords/DeliveryLate'].AlarmDescription)).toContain('{"Ref":"Freshness"}," seconds to be delivered');
  });

  test.each<[Partial<DataStreamingMonitoringProps>, string]>([
    [{ throttledRecords: 0 }, 'throttledRecords is 0; pass a whole number from 1'],
    [{ throttledRecords: 1.5 }, 'throttledRecords is 1.5; pass a whole number from 1'],
    [{ kmsKeyErrors: -1 }, 'kmsKeyErrors is -1; pass a whole number from 1'],
    [{ evaluationPeriods: 0 }, 'evaluationPeriods is 0; pass a whole number from 1 to 96'],
    [{ evaluationPeriods: 97 }, 'evaluationPeriods is 97; pass a whole number from 1 to 96'],
    [{ deliverySuccess: 0 }, 'deliverySuccess is 0; pass a share, more than 0 and at most 1'],
    [{ deliverySuccess: 90 }, 'deliverySuccess is 90; pass a share, more than 0 and at most 1'],
    [{ iteratorAge: Duration.seconds(0) }, 'iteratorAge is 0 seconds; pass from 1 minute to 365 days'],
    [{ iteratorAge: Duration.days(366) }, 'iteratorAge is 366 days; pass from 1 minute to 365 days'],
    [{ dataFreshness: Duration.seconds(59) }, 'dataFreshness is 59 seconds; pass from 1 minute to 1 day'],
    [{ dataFreshness: Duration.hours(25) }, 'dataFreshness is 1 day 1 hour; pass from 1 minute to 1 day'],
    [{ noAgentEventsFor: Duration.seconds(30) }, 'noAgentEventsFor is 30 seconds; pass from 1 minute to 7 days'],
    [{ noAgentEventsFor: Duration.days(8) }, 'noAgentEventsFor is 8 days; pass from 1 minute to 7 days'],
  ])('are refused where they make no sense: %p', (props, message) => {
    expect(() => ofAgentEvents(newStack(), {}, props)).toThrow(`Stack/Monitoring: ${message}`);
  });

  test.each<[Partial<DataStreamingMonitoringProps>]>([
    [{ evaluationPeriods: 96, deliverySuccess: 0.01, throttledRecords: 1, kmsKeyErrors: 1 }],
    [{ iteratorAge: Duration.minutes(1), dataFreshness: Duration.minutes(1), noAgentEventsFor: Duration.minutes(1) }],
    [{ dataFreshness: Duration.days(1), noAgentEventsFor: Duration.days(7) }],
  ])('are taken up to the ends: %p', (props) => {
    expect(ofAgentEvents(newStack(), {}, props).alarms.length).toBeGreaterThan(0);
  });
});

describe('a stream that several kinds of data share', () => {
  test.each<[string, (stack: Stack) => [kinesis.IStream, kinesis.IStream]]>([
    ['the same construct', (stack) => {
      const stream = new kinesis.Stream(stack, 'Shared');
      return [stream, stream];
    }],
    ['two imports of it', (stack) => [
      kinesis.Stream.fromStreamArn(stack, 'One', STREAM_ARN), kinesis.Stream.fromStreamArn(stack, 'Other', STREAM_ARN),
    ]],
    ['a stream of the app and an import of it', (stack) => {
      const stream = new kinesis.Stream(stack, 'Shared');
      return [stream, kinesis.Stream.fromStreamArn(stack, 'Import', stream.streamArn)];
    }],
    ['an import and the stream of the app', (stack) => {
      const stream = new kinesis.Stream(stack, 'Shared');
      return [kinesis.Stream.fromStreamArn(stack, 'Import', stream.streamArn), stream];
    }],
  ])('is monitored once: %s', (_, streams) => {
    const stack = newStack();
    const [voice, chat] = streams(stack);
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      agentEvents: KINESIS,
      voiceAnalysisSegments: StreamingDestination.kinesisStream(voice),
      chatAnalysisSegments: StreamingDestination.kinesisStream(chat),
    });
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming, noVoiceAnalysisSegmentsFor: Duration.hours(8), noChatAnalysisSegmentsFor: Duration.hours(4),
    });

    const found = alarms(monitoring);
    expect(Object.keys(found)).toEqual([
      'AgentEvents/WriteThrottled', 'AgentEvents/ConsumerLag',
      'VoiceAnalysisSegments/WriteThrottled', 'VoiceAnalysisSegments/ConsumerLag', 'VoiceAnalysisSegments/NoRecords',
    ]);
    expect(JSON.stringify(found['VoiceAnalysisSegments/WriteThrottled'].AlarmDescription)).toContain('voice analysis segments and chat analysis segments');
    expect(found['VoiceAnalysisSegments/NoRecords'].Period).toBe(4 * 3_600); // the shortest of the two
    expect(body(stack).widgets.filter(({ type }) => type === 'text')).toHaveLength(2);
  });

  test('retains what its construct in the app says, whichever kind of data has that', () => {
    const stack = newStack();
    const stream = new kinesis.Stream(stack, 'Shared', { retentionPeriod: Duration.days(2) });
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      voiceAnalysisSegments: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, 'Import', {
        streamArn: stream.streamArn, encryptionKey: kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'),
      })),
      chatAnalysisSegments: StreamingDestination.kinesisStream(stream),
    });
    const found = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));

    expect(found['VoiceAnalysisSegments/ConsumerLag'].Threshold).toBe(24 * 3_600_000);
  });

  test('needs only one of the kinds to say how long it may be empty', () => {
    const stack = newStack();
    const destination = StreamingDestination.kinesisStream(new kinesis.Stream(stack, 'Shared'));
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), contactRecords: destination, agentEvents: destination,
    });
    const found = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming, noAgentEventsFor: Duration.hours(1) }));

    expect(found['ContactRecords/NoRecords'].Period).toBe(3_600);
  });
});

describe('existing streams', () => {
  test('are named in the dimensions', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamName(stack, 'Delivery', 'records')),
      agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Events', STREAM_ARN)),
    });
    const found = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));

    expect(found['AgentEvents/ConsumerLag'].Dimensions).toEqual([{ Name: 'StreamName', Value: 'existing' }]);
    expect(found['ContactRecords/DeliveryLate'].Dimensions).toEqual([{ Name: 'DeliveryStreamName', Value: 'records' }]);
  });

  test('may be known by a token', () => {
    const stack = newStack();
    const arn = new CfnParameter(stack, 'Arn').valueAsString;
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Events', arn)),
    });
    const found = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));

    expect(found['AgentEvents/ConsumerLag'].Dimensions[0].Value).toEqual({ 'Fn::Select': [1, { 'Fn::Split': ['/', expect.anything() as unknown] }] });
  });
});

describe('the destination of a delivery stream', () => {
  const role = 'arn:aws:iam::111122223333:role/firehose';
  const s3Configuration = { bucketArn: 'arn:aws:s3:::bucket', roleArn: role };

  test.each<[string, Partial<firehose.CfnDeliveryStreamProps>]>([
    ['S3', { s3DestinationConfiguration: s3Configuration }],
    ['S3', { extendedS3DestinationConfiguration: s3Configuration }],
    ['Redshift', {
      redshiftDestinationConfiguration: {
        clusterJdbcurl: 'jdbc:redshift://example', copyCommand: { dataTableName: 'records' }, roleArn: role, s3Configuration,
      },
    }],
    ['Elasticsearch', { elasticsearchDestinationConfiguration: { indexName: 'records', roleArn: role, s3Configuration } }],
    ['AmazonOpenSearchService', { amazonopensearchserviceDestinationConfiguration: { indexName: 'records', roleArn: role, s3Configuration } }],
    ['AmazonOpenSearchServerless', { amazonOpenSearchServerlessDestinationConfiguration: { indexName: 'records', roleArn: role, s3Configuration } }],
    ['Splunk', { splunkDestinationConfiguration: { hecEndpoint: 'https://example.com', hecEndpointType: 'Raw', s3Configuration } }],
    ['HttpEndpoint', { httpEndpointDestinationConfiguration: { endpointConfiguration: { url: 'https://example.com' }, s3Configuration } }],
    ['Snowflake', {
      snowflakeDestinationConfiguration: {
        accountUrl: 'https://example.com', database: 'database', schema: 'schema', table: 'table', roleArn: role, s3Configuration,
      },
    }],
    ['Iceberg', { icebergDestinationConfiguration: { catalogConfiguration: {}, roleArn: role, s3Configuration } }],
  ])('%s has metrics of its own', (name, destination) => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: StreamingDestination.newDeliveryStream({ destination: { bind: () => destination as firehose.DestinationConfig } }),
    });
    const found = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));

    expect(found['ContactRecords/DeliveryLate'].MetricName).toBe(`DeliveryTo${name}.DataFreshness`);
    expect(found['ContactRecords/DeliveryFailed'].MetricName).toBe(`DeliveryTo${name}.Success`);
    expect(undocumented(metricsOf(stack))).toEqual([]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test.each<[string, (resource: firehose.CfnDeliveryStream) => firehose.IDeliveryStream]>([
    ['ARN', (resource) => firehose.DeliveryStream.fromDeliveryStreamArn(resource.stack, 'Import', resource.attrArn)],
    ['name', (resource) => firehose.DeliveryStream.fromDeliveryStreamName(resource.stack, 'Import', resource.ref)],
  ])('is known of a resource of the app that is imported by its %s', (_, imported) => {
    const stack = newStack();
    const found = alarms(ofDeliveryStream(stack, imported(new firehose.CfnDeliveryStream(stack, 'Resource', {
      deliveryStreamType: 'DirectPut',
      splunkDestinationConfiguration: { hecEndpoint: 'https://example.com', hecEndpointType: 'Raw', s3Configuration },
    }))));

    expect(found['ContactRecords/DeliveryFailed'].MetricName).toBe('DeliveryToSplunk.Success');
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('is taken for S3 where nobody knows it, with a warning that can be acknowledged', () => {
    const warned = newStack();
    const found = alarms(ofDeliveryStream(warned, firehose.DeliveryStream.fromDeliveryStreamArn(warned, 'Delivery', DELIVERY_STREAM_ARN)));
    expect(found['ContactRecords/DeliveryLate'].MetricName).toBe('DeliveryToS3.DataFreshness');
    Annotations.fromStack(warned).hasWarning('/Stack/Monitoring/ContactRecords', Match.stringLikeRegexp(
      'nothing is known of the destination of existing.*if that is where it delivers to, acknowledge.*cdk-connect-data-streaming:unknownDestination'));

    const quiet = newStack();
    const monitoring = ofDeliveryStream(quiet, firehose.DeliveryStream.fromDeliveryStreamArn(quiet, 'Delivery', DELIVERY_STREAM_ARN));
    Warnings.of(monitoring).acknowledgeWarning('cdk-connect-data-streaming:unknownDestination');
    Annotations.fromStack(quiet).hasNoWarning('*', Match.anyValue());
  });
});

describe('the dashboard', () => {
  test('is a new one with the alarms on top and a row for each kind of data', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming: everything(stack) });

    expect(monitoring.dashboard.node.path).toBe('Stack/Monitoring/Dashboard');
    const { widgets } = body(stack);
    const [status, ...rows] = widgets;
    expect(status).toMatchObject({ type: 'alarm', width: 24, properties: { title: 'Amazon Connect data streaming: Stack/Streaming' } });
    expect(status.properties.alarms).toHaveLength(monitoring.alarms.length);
    expect(new Set(status.properties.alarms).size).toBe(monitoring.alarms.length);
    expect(rows.map(({ properties: { title, markdown } }) => title ?? markdown?.replace(/stream .*/, 'stream'))).toEqual([
      '### Contact records: Firehose delivery stream',
      'Contact records: incoming', 'Contact records: throttled, KMS errors', 'Contact records: oldest undelivered (s)', 'Contact records: delivery success',
      ...['Agent events', 'Voice analysis segments', 'Chat analysis segments'].flatMap((kind) => [
        `### ${kind}: Kinesis data stream`, `${kind}: incoming`, `${kind}: throttled`, `${kind}: consumer lag (ms)`, `${kind}: read`,
      ]),
    ]);
  });

  test('fills its 24 columns, and nothing lies on anything else', () => {
    const stack = newStack();
    new DataStreamingMonitoring(stack, 'Monitoring', { streaming: everything(stack) });

    const { widgets } = body(stack);
    const cells = widgets.flatMap(cellsOf);
    expect(new Set(cells).size).toBe(cells.length);
    const height = Math.max(...widgets.map((widget) => widget.y + widget.height));
    expect(cells).toHaveLength(24 * height);
    for (const widget of widgets) expect(widget.x + widget.width).toBeLessThanOrEqual(24);
  });

  test('shows the thresholds of the alarms on the metrics of the alarms', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: everything(stack), throttledRecords: 5, noAgentEventsFor: Duration.hours(16),
    });

    const graphs = body(stack).widgets.filter(({ type }) => type === 'metric');
    const lines = Object.fromEntries(graphs.map(({ properties }) => [
      properties.title, (properties.annotations?.horizontal ?? []).map(({ value, label }) => [value, label]),
    ]));
    expect(lines).toMatchObject({
      'Contact records: incoming': [],
      'Contact records: throttled, KMS errors': [[5, 'alarm at 5'], [1, 'KMS error alarm at 1']],
      'Contact records: oldest undelivered (s)': [[1_800, 'alarm at 30 minutes']],
      'Contact records: delivery success': [[0.9, 'alarm below 0.9']],
      'Agent events: incoming': [[1, 'alarm after 16 hours without']],
      'Agent events: throttled': [[5, 'alarm at 5']],
      'Agent events: consumer lag (ms)': [[43_200_000, 'alarm at 12 hours']],
      'Agent events: read': [],
    });
    for (const { properties: { title, yAxis } } of graphs) {
      expect(yAxis?.left).toEqual({ min: 0, showUnits: false, ...title === 'Contact records: delivery success' ? { max: 1 } : {} });
    }
    const drawn = graphs.flatMap(metricsOfGraph).map(({ name }) => name);
    for (const { MetricName } of Object.values(alarms(monitoring))) expect(drawn).toContain(MetricName);
  });

  test('draws one line where two thresholds are the same', () => {
    const stack = newStack();
    new DataStreamingMonitoring(stack, 'Monitoring', { streaming: everything(stack) });

    const graph = body(stack).widgets.find(({ properties }) => properties.title === 'Contact records: throttled, KMS errors');
    expect(graph?.properties.annotations?.horizontal).toMatchObject([{ value: 1, label: 'alarm at 1' }]);
  });

  test('may be given, and keeps what it has', () => {
    const stack = newStack();
    const dashboard = new cloudwatch.Dashboard(stack, 'Mine');
    dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'Mine', width: 24, height: 2 }));
    const one = new DataStreamingMonitoring(stack, 'One', { streaming: everything(stack), dashboard });
    const other = new DataStreamingMonitoring(stack, 'Other', {
      streaming: new ConnectDataStreaming(stack, 'OtherStreaming', {
        instance: existingInstance(stack, 'OtherInstance', OTHER_INSTANCE_ARN), agentEvents: KINESIS,
      }),
      dashboard,
    });

    expect([one.dashboard, other.dashboard]).toEqual([dashboard, dashboard]);
    const { widgets } = body(stack);
    expect(widgets[0].properties.markdown).toBe('Mine');
    expect(widgets.filter(({ type }) => type === 'alarm').map(({ properties }) => properties.title)).toEqual([
      'Amazon Connect data streaming: Stack/Streaming', 'Amazon Connect data streaming: Stack/OtherStreaming',
    ]);
    const cells = widgets.flatMap(cellsOf);
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('where things are', () => {
  test('the streaming may be in another stack: the alarms are in the stack of the monitoring', () => {
    const app = new App();
    const streams = new Stack(app, 'Streams', { env: ENV });
    const operations = new Stack(app, 'Operations', { env: ENV });
    const streaming = everything(streams);
    const monitoring = new DataStreamingMonitoring(operations, 'Monitoring', { streaming });

    Template.fromStack(streams).resourceCountIs('AWS::CloudWatch::Alarm', 0);
    Template.fromStack(operations).resourceCountIs('AWS::CloudWatch::Alarm', monitoring.alarms.length);
    expect(alarms(monitoring)['AgentEvents/ConsumerLag'].Dimensions).toEqual([
      { Name: 'StreamName', Value: { 'Fn::ImportValue': expect.stringContaining('StreamingAgentEventsStream') as unknown } },
    ]);
    expect(body(operations).widgets).toHaveLength(1 + 4 * 5);
    expect(operations.dependencies).toEqual([streams]);
  });

  test('streams can\'t be monitored from another Region', () => {
    const app = new App();
    const streams = new Stack(app, 'Streams', { env: ENV });
    const elsewhere = new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'eu-west-1' } });
    const streaming = new ConnectDataStreaming(streams, 'Streaming', {
      instance: existingInstance(streams),
      agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(streams, 'Events', STREAM_ARN)),
    });

    expect(() => new DataStreamingMonitoring(elsewhere, 'Monitoring', { streaming })).toThrow(/region/i);
  });

  test('one streaming may be monitored twice', () => {
    const stack = newStack();
    const streaming = everything(stack);
    const strict = new DataStreamingMonitoring(stack, 'Strict', { streaming });
    const lax = new DataStreamingMonitoring(stack, 'Lax', { streaming, throttledRecords: 1_000 });

    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Dashboard', 2);
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', strict.alarms.length + lax.alarms.length);
  });
});

test('all metrics, of alarms and graphs, are documented by AWS', () => {
  const stack = newStack();
  new DataStreamingMonitoring(stack, 'Monitoring', { streaming: everything(stack), noAgentEventsFor: Duration.hours(1) });

  const found = metricsOf(stack);
  expect(found.length).toBeGreaterThan(20);
  expect(undocumented(found)).toEqual([]);
});

function logicalId(topic: sns.Topic): string {
  return topic.stack.getLogicalId(topic.node.defaultChild as sns.CfnTopic);
}

function cellsOf({ x, y, width, height }: Widget): string[] {
  return Array.from({ length: width * height }, (_, index) => `${x + index % width},${y + Math.floor(index / width)}`);
}

interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: string[];
}

function metricsOf(stack: Stack): Metric[] {
  const ofAlarms = Object.values(resources(stack, 'AWS::CloudWatch::Alarm')).map((alarm) => {
    const { Namespace, MetricName, Dimensions } = alarm.Properties as unknown as AlarmProperties;
    return { namespace: Namespace, name: MetricName, dimensions: Dimensions.map(({ Name }) => Name) };
  });
  return [...ofAlarms, ...body(stack).widgets.flatMap(metricsOfGraph)];
}

function metricsOfGraph({ properties: { metrics = [] } }: Widget): Metric[] {
  return metrics.map(([namespace, name, ...rest]) => ({
    namespace: String(namespace),
    name: String(name),
    dimensions: rest.filter((part) => typeof part === 'string').filter((_, index) => index % 2 === 0),
  }));
}

/** The metrics that AWS documents, and the one dimension that all of these have. */
const DOCUMENTED: Record<string, { readonly dimension: string; readonly names: string[] }> = {
  // https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
  'AWS/Kinesis': {
    dimension: 'StreamName',
    names: ['GetRecords.IteratorAgeMilliseconds', 'GetRecords.Records', 'IncomingRecords', 'WriteProvisionedThroughputExceeded'],
  },
  // https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
  // https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-metric.html
  // https://github.com/awsdocs/amazon-kinesis-data-firehose-developer-guide (the earlier guide has those to Elasticsearch)
  'AWS/Firehose': {
    dimension: 'DeliveryStreamName',
    names: [
      'DeliveryToAmazonOpenSearchServerless.DataFreshness', 'DeliveryToAmazonOpenSearchServerless.Success',
      'DeliveryToAmazonOpenSearchService.DataFreshness', 'DeliveryToAmazonOpenSearchService.Success',
      'DeliveryToElasticsearch.DataFreshness', 'DeliveryToElasticsearch.Success',
      'DeliveryToHttpEndpoint.DataFreshness', 'DeliveryToHttpEndpoint.Success',
      'DeliveryToIceberg.DataFreshness', 'DeliveryToIceberg.Success',
      'DeliveryToRedshift.DataFreshness', 'DeliveryToRedshift.Success',
      'DeliveryToS3.DataFreshness', 'DeliveryToS3.Success',
      'DeliveryToSnowflake.DataFreshness', 'DeliveryToSnowflake.Success',
      'DeliveryToSplunk.DataFreshness', 'DeliveryToSplunk.Success',
      'IncomingRecords', 'KMSKeyAccessDenied', 'KMSKeyDisabled', 'KMSKeyInvalidState', 'KMSKeyNotFound', 'ThrottledRecords',
    ],
  },
};

function undocumented(found: Metric[]): Metric[] {
  return found.filter(({ namespace, name, dimensions }) =>
    !DOCUMENTED[namespace]?.names.includes(name) || dimensions.join() !== DOCUMENTED[namespace].dimension);
}
