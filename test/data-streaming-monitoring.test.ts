import {
  App, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_events_targets as targets, aws_kinesis as kinesis,
  aws_kinesisfirehose as firehose, aws_kms as kms, aws_s3 as s3, aws_sns as sns, CfnParameter, Duration, Lazy, Stack, Validations,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { ConnectDataStreaming, ConnectInstance, DataStreamingMonitoring, type DataStreamingMonitoringProps, StreamingDestination } from '../src';
import { evaluateExpression, type Series } from './cloudwatch/metric-math';
import { type AlarmProperties, alarms, body, evaluate, inputsOf } from './cloudwatch/monitoring';
import {
  acknowledgment, DELIVERY_STREAM_ARN, ENV, existingInstance, INSTANCE_ID, instanceWithRole, newInstance, newStack, OTHER_INSTANCE_ARN, resources,
  STREAM_ARN, theOnly,
} from './support';
import type { Widget } from './template/dashboard-body';

const KINESIS = StreamingDestination.newKinesisStream();

/** Streams all data types to new streams. */
function allDataTypes(stack: Stack): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    contactRecords: StreamingDestination.newDeliveryStream(),
    agentEvents: KINESIS,
    voiceAnalysisSegments: KINESIS,
    chatAnalysisSegments: KINESIS,
  });
}

function monitorAgentEvents(
  stack: Stack, stream: kinesis.StreamProps = {}, props: Partial<DataStreamingMonitoringProps> = {},
): DataStreamingMonitoring {
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    agentEvents: StreamingDestination.newKinesisStream(stream),
  });
  return new DataStreamingMonitoring(stack, 'Monitoring', { streaming, ...props });
}

function monitorDeliveryStream(stack: Stack, deliveryStream: firehose.IDeliveryStream): DataStreamingMonitoring {
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    contactRecords: StreamingDestination.deliveryStream(deliveryStream),
  });
  return new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
}

const KINESIS_ALARMS = ['WriteThrottled', 'WriteFailed', 'ConsumerLag', 'ReadThrottled', 'ReadFailed'];
const KEY_ALARMS = ['KeyAccessDenied', 'KeyDisabled', 'KeyInvalidState', 'KeyNotFound'];
const FIREHOSE_ALARMS = ['ContactsWithoutRecords', 'PutThrottled', 'DeliveryLate', 'DeliveryFailed'];

describe('alarms', () => {
  test('are created for each stream, with ids that contain the data type and the condition', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack) });

    expect(Object.keys(alarms(monitoring))).toEqual([
      ...[...FIREHOSE_ALARMS, ...KEY_ALARMS].map((id) => `ContactRecords/${id}`),
      ...['AgentEvents', 'VoiceAnalysisSegments', 'ChatAnalysisSegments'].flatMap((dataType) => KINESIS_ALARMS.map((id) => `${dataType}/${id}`)),
    ]);
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', monitoring.alarms.length);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('of a Kinesis data stream monitor throttled and failed calls, and consumer lag', () => {
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

    const {
      'AgentEvents/WriteThrottled': throttled, 'AgentEvents/ConsumerLag': late, 'AgentEvents/ReadThrottled': readThrottled, 'AgentEvents/ReadFailed': readFailed,
    } = alarms(monitoring);
    expect(throttled).toMatchObject({ ...common, MetricName: 'WriteProvisionedThroughputExceeded', Statistic: 'Sum', Threshold: 1 });
    expect(late).toMatchObject({
      ...common, MetricName: 'GetRecords.IteratorAgeMilliseconds', Statistic: 'Maximum', Threshold: Duration.hours(12).toMilliseconds(),
    });
    expect(readThrottled).toMatchObject({ ...common, MetricName: 'ReadProvisionedThroughputExceeded', Statistic: 'Sum', Threshold: 10 });
    expect(readFailed).toMatchObject({
      ...common, MetricName: 'GetRecords.Success', Statistic: 'Average', Period: 900, ComparisonOperator: 'LessThanThreshold', Threshold: 0.9,
    });
  });

  test('of a Kinesis data stream monitor the share of successful PutRecord and PutRecords calls', () => {
    const { 'AgentEvents/WriteFailed': failed } = alarms(monitorAgentEvents(newStack()));
    const share = failed.Metrics!.find(({ Expression }) => Expression)!.Expression!;

    expect(failed).toMatchObject({ ComparisonOperator: 'LessThanThreshold', Threshold: 0.99, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
    expect(inputsOf(failed)).toMatchObject({
      putRecord: { MetricName: 'PutRecord.Success', Stat: 'Sum', Period: 900 },
      putRecordCalls: { MetricName: 'PutRecord.Success', Stat: 'SampleCount', Period: 900 },
      putRecords: { MetricName: 'PutRecords.Success', Stat: 'Sum', Period: 900 },
      putRecordsCalls: { MetricName: 'PutRecords.Success', Stat: 'SampleCount', Period: 900 },
    });
    // Both APIs, only PutRecord, only PutRecords, each with failed calls, and no calls.
    expect(evaluateExpression(share, {
      putRecord: [8, 9, undefined, undefined],
      putRecordCalls: [10, 10, undefined, undefined],
      putRecords: [8, undefined, 5, undefined],
      putRecordsCalls: [10, undefined, 10, undefined],
    })).toEqual([0.8, 0.9, 0.5, undefined]);
  });

  test('of a delivery stream monitor throttled puts, late and failed deliveries, and KMS errors', () => {
    const stack = newStack();
    const deliveryStream = new firehose.DeliveryStream(stack, 'DeliveryStream', {
      destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')), encryption: firehose.StreamEncryption.customerManagedKey(),
    });
    const found = alarms(monitorDeliveryStream(stack, deliveryStream));
    const common = {
      Namespace: 'AWS/Firehose',
      Dimensions: [{ Name: 'DeliveryStreamName', Value: stack.resolve(deliveryStream.deliveryStreamName) as unknown }],
      TreatMissingData: 'notBreaching',
      EvaluationPeriods: 1,
    };
    const atLeastOne = { ...common, ComparisonOperator: 'GreaterThanOrEqualToThreshold', Statistic: 'Sum', Period: 300, Threshold: 1 };

    expect(Object.keys(found)).toEqual([...FIREHOSE_ALARMS, ...KEY_ALARMS].map((id) => `ContactRecords/${id}`));
    expect(found['ContactRecords/PutThrottled']).toMatchObject({ ...atLeastOne, MetricName: 'ThrottledRecords' });
    expect(found['ContactRecords/DeliveryLate']).toMatchObject({
      ...atLeastOne, MetricName: 'DeliveryToS3.DataFreshness', Statistic: 'Maximum', Threshold: 1800,
    });
    expect(found['ContactRecords/DeliveryFailed']).toMatchObject({
      ...common, MetricName: 'DeliveryToS3.Success', ComparisonOperator: 'LessThanThreshold', Statistic: 'Average', Period: 900, Threshold: 0.9,
    });
    for (const id of KEY_ALARMS) {
      expect(found[`ContactRecords/${id}`]).toMatchObject({ ...atLeastOne, MetricName: `KMS${id}` });
    }
    const causes = ['access is denied', 'the key is disabled', 'the state of the key does not allow it', 'the key does not exist'];
    for (const [index, id] of KEY_ALARMS.entries()) {
      expect(JSON.stringify(found[`ContactRecords/${id}`].AlarmDescription)).toContain(`: ${causes[index]}. Amazon Connect cannot put contact records into it`);
    }
    const graph = body(stack).widgets.find(({ properties: { title } }) => title === 'Throttled records, KMS errors');
    expect(graph?.properties.metrics?.map((metric) => metric.find((part) => typeof part === 'object')?.label)).toEqual([
      'Throttled records', 'KMS access denied', 'KMS key disabled', 'KMS key state invalid', 'KMS key not found',
    ]);
  });

  const s3Destination = { bucketArn: 'arn:aws:s3:::bucket', roleArn: 'arn:aws:iam::111122223333:role/firehose' };
  test.each<[string, boolean, (stack: Stack) => firehose.IDeliveryStream]>([
    ['the AWS owned key', false, (stack) => new firehose.DeliveryStream(stack, 'DeliveryStream', {
      destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')), encryption: firehose.StreamEncryption.awsOwnedKey(),
    })],
    ['no encryption', false, (stack) => new firehose.DeliveryStream(stack, 'DeliveryStream', {
      destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')), encryption: firehose.StreamEncryption.unencrypted(),
    })],
    ['no encryption in an L1', false, (stack) => firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Import',
      new firehose.CfnDeliveryStream(stack, 'Resource', { s3DestinationConfiguration: s3Destination }).attrArn)],
    ['the AWS owned key in an L1', false, (stack) => firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Import',
      new firehose.CfnDeliveryStream(stack, 'Resource', {
        s3DestinationConfiguration: s3Destination, deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      }).attrArn)],
    ['an encryption that is an unresolved token', true, (stack) => firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Import',
      new firehose.CfnDeliveryStream(stack, 'Resource', {
        s3DestinationConfiguration: s3Destination, deliveryStreamEncryptionConfigurationInput: Lazy.any({ produce: () => ({ keyType: 'AWS_OWNED_CMK' }) }),
      }).attrArn)],
    ['an unknown encryption, because it is imported', true, (stack) => firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Import', DELIVERY_STREAM_ARN)],
  ])('of a delivery stream monitor KMS errors only if it can have a customer managed key: %s', (_, canHaveKey, deliveryStream) => {
    const stack = newStack();
    const found = alarms(monitorDeliveryStream(stack, deliveryStream(stack)));

    expect(Object.keys(found)).toEqual([...FIREHOSE_ALARMS, ...canHaveKey ? KEY_ALARMS : []].map((id) => `ContactRecords/${id}`));
    const [, , throttled] = body(stack).widgets.filter(({ properties: { title } }) => title).map(({ properties: { title } }) => title);
    expect(throttled).toBe(canHaveKey ? 'Throttled records, KMS errors' : 'Throttled records');
    expect(metricsOf(stack).some(({ name }) => name.startsWith('KMS'))).toBe(canHaveKey);
  });

  test('perform all specified actions', () => {
    const stack = newStack();
    const topic = new sns.Topic(stack, 'OnCall');
    const other = new sns.Topic(stack, 'Other');
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: allDataTypes(stack),
      alarmActions: [new actions.SnsAction(topic), new actions.SnsAction(other)],
      noAgentEventsFor: Duration.hours(1),
    });

    const found = Object.values(alarms(monitoring));
    expect(found).toHaveLength(8 + 3 * 5 + 1);
    for (const { AlarmActions } of found) expect(AlarmActions).toEqual([{ Ref: logicalId(topic) }, { Ref: logicalId(other) }]);
  });

  test('have no actions by default, and accept OK actions', () => {
    const stack = newStack();
    const topic = new sns.Topic(stack, 'OnCall');
    const monitoring = monitorAgentEvents(stack);
    monitoring.alarms.pop(); // the property is a copy
    for (const alarm of monitoring.alarms) alarm.addOkAction(new actions.SnsAction(topic));

    expect(Object.values(alarms(monitoring)).map(({ AlarmActions }) => AlarmActions)).toEqual(KINESIS_ALARMS.map(() => undefined));
    Template.fromStack(stack).allResourcesProperties('AWS::CloudWatch::Alarm', { OKActions: [{ Ref: logicalId(topic) }] });
  });

  test('have distinct descriptions that contain the data type and the stream', () => {
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
      expect(description).toMatch(/^[A-Z].* .*[a-z)]\.$/); // whole sentences
      expect(String(description).length).toBeLessThanOrEqual(1024); // the limit of CloudWatch
      expect(name).toBeUndefined();
    }
    expect(new Set(found.map(([, { AlarmDescription }]) => AlarmDescription)).size).toBe(found.length);
  });
});

describe('consumer lag alarm', () => {
  test.each([
    ['the default retention period', {}, 12],
    ['a retention period of 7 days', { retentionPeriod: Duration.days(7) }, 84],
    ['a retention period of 25 hours', { retentionPeriod: Duration.hours(25) }, 12.5],
  ])('has half of the retention period as its threshold for a stream with %s', (_, props, hours) => {
    const { 'AgentEvents/ConsumerLag': late } = alarms(monitorAgentEvents(newStack(), props));

    expect(late.Threshold).toBe(hours * 3_600_000);
    expect(JSON.stringify(late.AlarmDescription)).toContain(`expire after ${hours * 2} hours, even if`);
  });

  test('has half of the default retention period, 24 hours, as its threshold for a stream without a retention period', () => {
    const stack = newStack();
    const stream = new kinesis.Stream(stack, 'Stream');
    (stream.node.defaultChild as kinesis.CfnStream).retentionPeriodHours = undefined;
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: StreamingDestination.kinesisStream(stream),
    });

    const { 'AgentEvents/ConsumerLag': late } = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));
    expect(late.Threshold).toBe(12 * 3_600_000);
    expect(JSON.stringify(late.AlarmDescription)).toContain('expire after 24 hours, even if');
  });

  test('has half of the retention period of an imported L1 stream of the app as its threshold', () => {
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
    ['a stream whose retention period is an unresolved token', (stack) => {
      const hours = new CfnParameter(stack, 'Hours', { type: 'Number' }).valueAsNumber;
      return new kinesis.Stream(stack, 'Stream', { retentionPeriod: Duration.hours(hours) });
    }],
  ])('has 12 hours as its threshold for %s, unless iteratorAge is specified', (_, stream) => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: StreamingDestination.kinesisStream(stream(stack)),
    });
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
    const withIteratorAge = new DataStreamingMonitoring(stack, 'WithIteratorAge', { streaming, iteratorAge: Duration.days(3) });

    const { 'AgentEvents/ConsumerLag': late } = alarms(monitoring);
    expect(late.Threshold).toBe(12 * 3_600_000);
    expect(JSON.stringify(late.AlarmDescription)).toContain('expire after 24 hours, unless the stream has a longer retention period, even if');
    expect(alarms(withIteratorAge)['AgentEvents/ConsumerLag'].Threshold).toBe(3 * 24 * 3_600_000);
  });

  test('rejects an iteratorAge that is not less than the retention period', () => {
    expect(alarms(monitorAgentEvents(newStack(), {}, { iteratorAge: Duration.minutes(24 * 60 - 1) }))['AgentEvents/ConsumerLag'].Threshold)
      .toBe((24 * 60 - 1) * 60_000);
    expect(() => monitorAgentEvents(newStack(), {}, { iteratorAge: Duration.hours(24) })).toThrow(
      'Stack/Monitoring/AgentEvents: iteratorAge must be less than the retention period of Stack/Streaming/AgentEvents/Stream, 24 hours, got 1 day; '
      + 'specify a shorter iteratorAge, or increase the retention period of the stream');
  });
});

describe('alarms on missing records', () => {
  test('are not created by default, and other alarms treat missing data as not breaching', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack) });

    for (const [path, alarm] of Object.entries(alarms(monitoring))) {
      expect(alarm.MetricName).not.toBe('IncomingRecords');
      expect(alarm.TreatMissingData).toBe(path.endsWith('ContactsWithoutRecords') ? 'ignore' : 'notBreaching');
    }
  });

  test('go off after the specified time without records, and treat missing data as breaching', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: allDataTypes(stack),
      noContactRecordsFor: Duration.hours(24),
      noAgentEventsFor: Duration.minutes(30),
      noVoiceAnalysisSegmentsFor: Duration.hours(60),
      noChatAnalysisSegmentsFor: Duration.seconds(120),
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

  test.each<[string, (stack: Stack) => Duration]>([
    ['noAgentEventsFor must be a whole number of hours if it is longer than 1 day, got 1530 minutes; specify a duration such as Duration.hours(26)',
      () => Duration.minutes(1530)],
    ['noAgentEventsFor must be a whole number of minutes, got 1.5 minutes; specify a duration such as Duration.minutes(2)', () => Duration.seconds(90)],
    ['noAgentEventsFor must be known at synthesis time, because it determines the period of an alarm, got an unresolved token; specify a duration such as '
      + 'Duration.hours(1)', (stack) => Duration.hours(new CfnParameter(stack, 'Hours', { type: 'Number' }).valueAsNumber)],
  ])('cannot have another length than the specified time: %s', (message, time) => {
    const stack = newStack();
    expect(() => monitorAgentEvents(stack, {}, { noAgentEventsFor: time(stack) })).toThrow(`Stack/Monitoring: ${message}`);
  });

  test('are rejected for a data type that is not streamed', () => {
    expect(() => monitorAgentEvents(newStack(), {}, { noChatAnalysisSegmentsFor: Duration.hours(1) }))
      .toThrow('Stack/Monitoring: noChatAnalysisSegmentsFor cannot be 1 hour, because Stack/Streaming does not stream chat analysis segments; remove '
        + 'noChatAnalysisSegmentsFor, or set chatAnalysisSegments of Stack/Streaming');
  });
});

describe('alarm on contacts without contact records', () => {
  function monitorContactRecords(
    stack: Stack, props: Partial<DataStreamingMonitoringProps> = {}, instance: connect.IInstanceRef = existingInstance(stack),
  ): DataStreamingMonitoring {
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance, contactRecords: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED }),
    });
    return new DataStreamingMonitoring(stack, 'Monitoring', { streaming, ...props });
  }

  test('compares the calls and chats of the instance with the records of the stream', () => {
    const stack = newStack();
    const { 'ContactRecords/ContactsWithoutRecords': alarm } = alarms(monitorContactRecords(stack));
    const contacts = (MetricName: string, group: string) => ({
      Namespace: 'AWS/Connect',
      MetricName,
      Dimensions: [{ Name: 'InstanceId', Value: INSTANCE_ID }, { Name: 'MetricGroup', Value: group }],
      Period: 900,
      Stat: 'Sum',
    });

    expect(alarm).toMatchObject({ ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: 4, Threshold: 1, TreatMissingData: 'ignore' });
    expect(alarm.Metrics).toContainEqual(expect.objectContaining({ Label: 'Contacts without records' }));
    expect(inputsOf(alarm)).toEqual({
      calls: contacts('CallsPerInterval', 'VoiceCalls'),
      chats: contacts('SuccessfulChatsPerInterval', 'Chats'),
      records: expect.objectContaining({ Namespace: 'AWS/Kinesis', MetricName: 'IncomingRecords', Period: 900, Stat: 'Sum' }) as unknown,
    });
    const values = evaluate(alarm, {
      calls: [undefined, 2, undefined, 2, undefined, undefined, 0, 500],
      chats: [undefined, 3, 3, undefined, undefined, undefined, 0, 500],
      records: [1, undefined, undefined, 0, undefined, 4, 4, 1],
    });
    expect(values.map((value) => value !== undefined && value >= 1)).toEqual([false, true, true, true, false, false, false, false]);
  });

  test('has no value in the fifth and each later period with contacts, but without records, so that it keeps its state', () => {
    const { 'ContactRecords/ContactsWithoutRecords': alarm } = alarms(monitorContactRecords(newStack()));
    const contacts = [0, 5, 5, 5, 5, 5, 5, 5, 5, 0, 5];

    expect(evaluate(alarm, { calls: contacts, chats: contacts.map(() => undefined), records: [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0] }))
      .toEqual([0, 5, 5, 5, 5, undefined, undefined, 5 - 1_000_000, 5, 0, 5]);
  });

  test('detects the loss of all records, and contacts of one channel, if FILL does not replace the values of an empty metric', () => {
    const { 'ContactRecords/ContactsWithoutRecords': alarm } = alarms(monitorContactRecords(newStack()));
    const empty = [undefined, undefined];
    const evaluateUnfilled = (series: Record<string, Series>) =>
      evaluate(alarm, { calls: empty, chats: empty, records: empty, ...series }, { fillsEmptySeries: false });

    expect(evaluateUnfilled({ calls: [0, 2] })).toEqual([0, 2]);
    expect(evaluateUnfilled({ chats: [undefined, 2] })).toEqual([0, 2]);
    expect(evaluateUnfilled({})).toEqual(empty);
  });

  test('uses the records of a delivery stream', () => {
    const stack = newStack();
    const { 'ContactRecords/ContactsWithoutRecords': alarm } = alarms(monitorDeliveryStream(stack, firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Delivery', DELIVERY_STREAM_ARN)));

    expect(inputsOf(alarm)).toMatchObject({
      records: { Namespace: 'AWS/Firehose', MetricName: 'IncomingRecords', Dimensions: [{ Name: 'DeliveryStreamName', Value: 'existing' }] },
    });
  });

  test.each<[string, (stack: Stack) => connect.IInstanceRef, unknown]>([
    ['the instance is defined by the app', newInstance, { 'Fn::Select': [1, { 'Fn::Split': ['/', { Ref: 'Instance' }] }] }],
    ['its ARN is an unresolved token', (stack) => existingInstance(stack, 'Import', new CfnParameter(stack, 'Arn').valueAsString), {
      'Fn::Select': [1, { 'Fn::Split': ['/', { Ref: 'Arn' }] }],
    }],
    ['its id is an unresolved token', (stack) => ConnectInstance.fromInstanceId(stack, 'Import', new CfnParameter(stack, 'Id').valueAsString), { Ref: 'Id' }],
  ])('knows the id of the instance if %s', (_, instance, id) => {
    const stack = newStack();
    const { 'ContactRecords/ContactsWithoutRecords': alarm } = alarms(monitorContactRecords(stack, {}, instance(stack)));

    expect(inputsOf(alarm)).toMatchObject({ calls: { Dimensions: [{ Name: 'InstanceId', Value: id }, { Name: 'MetricGroup', Value: 'VoiceCalls' }] } });
  });

  test('is not created without contact records, or if it is turned off', () => {
    expect(Object.keys(alarms(monitorAgentEvents(newStack())))).toEqual(KINESIS_ALARMS.map((id) => `AgentEvents/${id}`));
    expect(Object.keys(alarms(monitorContactRecords(newStack(), { contactsWithoutRecords: false })))).toEqual(KINESIS_ALARMS.map((id) => `ContactRecords/${id}`));
  });

  test('monitors a stream that contact records share with other data types once', () => {
    const stack = newStack();
    const destination = StreamingDestination.kinesisStream(new kinesis.Stream(stack, 'Shared'));
    const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), contactRecords: destination, agentEvents: destination });
    const found = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));

    expect(Object.keys(found).filter((path) => path.endsWith('ContactsWithoutRecords'))).toEqual(['ContactRecords/ContactsWithoutRecords']);
    expect(JSON.stringify(found['ContactRecords/ContactsWithoutRecords'].AlarmDescription)).toContain('no contact records and agent events');
  });

  test.each([[20, 300], [240, 3_600], [24 * 60, 21_600]])('divides a time of %d minutes into four periods', (minutes, period) => {
    const { 'ContactRecords/ContactsWithoutRecords': alarm } = alarms(monitorContactRecords(newStack(), { contactsWithoutRecordsFor: Duration.minutes(minutes) }));

    expect(inputsOf(alarm)).toMatchObject({ calls: { Period: period }, chats: { Period: period }, records: { Period: period } });
    expect(alarm.EvaluationPeriods).toBe(4);
  });

  test.each<[string, (stack: Stack) => Partial<DataStreamingMonitoringProps>]>([
    ['contactsWithoutRecordsFor must be between 20 minutes and 1 day, got 19 minutes; specify a duration such as Duration.hours(1)',
      () => ({ contactsWithoutRecordsFor: Duration.minutes(19) })],
    ['contactsWithoutRecordsFor must be between 20 minutes and 1 day, got 1 day 1 hour; specify a duration such as Duration.hours(1)',
      () => ({ contactsWithoutRecordsFor: Duration.hours(25) })],
    ['contactsWithoutRecordsFor must be a multiple of 4 minutes, got 30 minutes; specify a duration such as Duration.minutes(32)',
      () => ({ contactsWithoutRecordsFor: Duration.minutes(30) })],
    ['contactsWithoutRecordsFor must be known at synthesis time, because it determines the period of an alarm, got an unresolved token; specify a duration '
      + 'such as Duration.hours(1)', (stack) => ({ contactsWithoutRecordsFor: Duration.hours(new CfnParameter(stack, 'Hours', { type: 'Number' }).valueAsNumber) })],
    ['contactsWithoutRecordsFor cannot be 1 hour, because contactsWithoutRecords is false; remove one of the two props',
      () => ({ contactsWithoutRecordsFor: Duration.hours(1), contactsWithoutRecords: false })],
  ])('rejects a time that CloudWatch cannot evaluate: %s', (message, props) => {
    const stack = newStack();
    expect(() => monitorContactRecords(stack, props(stack))).toThrow(`Stack/Monitoring: ${message}`);
  });

  test('rejects a time if contact records are not streamed', () => {
    expect(() => monitorAgentEvents(newStack(), {}, { contactsWithoutRecordsFor: Duration.hours(1) }))
      .toThrow('Stack/Monitoring: contactsWithoutRecordsFor cannot be 1 hour, because Stack/Streaming does not stream contact records; remove '
        + 'contactsWithoutRecordsFor, or set contactRecords of Stack/Streaming');
  });
});

describe('thresholds', () => {
  test('can be specified for all alarms', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: allDataTypes(stack),
      throttledRecords: 100,
      writeSuccess: 0.5,
      throttledReads: 7,
      readSuccess: 0.6,
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
      'AgentEvents/WriteFailed': 0.5,
      'AgentEvents/ReadThrottled': 7,
      'AgentEvents/ReadFailed': 0.6,
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

  test('can be durations with a fraction of a second', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack), dataFreshness: Duration.millis(90_500) });
    expect(alarms(monitoring)['ContactRecords/DeliveryLate'].Threshold).toBe(90.5);
  });

  test('can be unresolved tokens', () => {
    const stack = newStack();
    const parameter = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: allDataTypes(stack),
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
    expect(JSON.stringify(found['ContactRecords/DeliveryLate'].AlarmDescription)).toContain('{"Ref":"Freshness"}," seconds for delivery');
  });

  test.each<[string, (value: number) => Partial<DataStreamingMonitoringProps>]>([
    ['iteratorAge must be in millis if it is an unresolved token, because CloudFormation cannot convert it, got hours; specify Duration.millis()',
      (value) => ({ iteratorAge: Duration.hours(value) })],
    ['dataFreshness must be in seconds if it is an unresolved token, because CloudFormation cannot convert it, got minutes; specify Duration.seconds()',
      (value) => ({ dataFreshness: Duration.minutes(value) })],
  ])('cannot be unresolved tokens in other units than those of the metrics: %s', (message, props) => {
    const stack = newStack();
    expect(() => monitorAgentEvents(stack, {}, props(new CfnParameter(stack, 'Value', { type: 'Number' }).valueAsNumber))).toThrow(`Stack/Monitoring: ${message}`);
  });

  test.each<[string, Partial<DataStreamingMonitoringProps>]>([
    ['throttledRecords must be a whole number of at least 1, got 0; specify a number such as 1', { throttledRecords: 0 }],
    ['throttledRecords must be a whole number of at least 1, got 1.5; specify a number such as 1', { throttledRecords: 1.5 }],
    ['kmsKeyErrors must be a whole number of at least 1, got -1; specify a number such as 1', { kmsKeyErrors: -1 }],
    ['evaluationPeriods must be a whole number of at least 1 and at most 96, got 0; specify a number such as 1', { evaluationPeriods: 0 }],
    ['evaluationPeriods must be a whole number of at least 1 and at most 96, got 97; specify a number such as 1', { evaluationPeriods: 97 }],
    ['deliverySuccess must be greater than 0 and at most 1, got 0; specify a share such as 0.9 for 90 %', { deliverySuccess: 0 }],
    ['deliverySuccess must be greater than 0 and at most 1, got 90; specify a share such as 0.9 for 90 %', { deliverySuccess: 90 }],
    ['writeSuccess must be greater than 0 and at most 1, got 0; specify a share such as 0.9 for 90 %', { writeSuccess: 0 }],
    ['readSuccess must be greater than 0 and at most 1, got 1.1; specify a share such as 0.9 for 90 %', { readSuccess: 1.1 }],
    ['throttledReads must be a whole number of at least 1, got 0.5; specify a number such as 1', { throttledReads: 0.5 }],
    ['iteratorAge must be between 1 minute and 365 days, got 0 seconds; specify a duration such as Duration.hours(1)', { iteratorAge: Duration.seconds(0) }],
    ['iteratorAge must be between 1 minute and 365 days, got 366 days; specify a duration such as Duration.hours(1)', { iteratorAge: Duration.days(366) }],
    ['dataFreshness must be between 1 minute and 1 day, got 59 seconds; specify a duration such as Duration.hours(1)', { dataFreshness: Duration.seconds(59) }],
    ['dataFreshness must be between 1 minute and 1 day, got 1 day 1 hour; specify a duration such as Duration.hours(1)', { dataFreshness: Duration.hours(25) }],
    ['noAgentEventsFor must be between 1 minute and 7 days, got 30 seconds; specify a duration such as Duration.hours(1)', { noAgentEventsFor: Duration.seconds(30) }],
    ['noAgentEventsFor must be between 1 minute and 7 days, got 8 days; specify a duration such as Duration.hours(1)', { noAgentEventsFor: Duration.days(8) }],
  ])('are rejected if they are out of range: %s', (message, props) => {
    expect(() => monitorAgentEvents(newStack(), {}, props)).toThrow(`Stack/Monitoring: ${message}`);
  });

  test.each<[string, Partial<DataStreamingMonitoringProps>]>([
    ['the lowest share, the lowest counts and the most periods', { evaluationPeriods: 96, deliverySuccess: 0.01, throttledRecords: 1, kmsKeyErrors: 1 }],
    ['the shortest durations', { iteratorAge: Duration.minutes(1), dataFreshness: Duration.minutes(1), noAgentEventsFor: Duration.minutes(1) }],
    ['the longest durations', { dataFreshness: Duration.days(1), noAgentEventsFor: Duration.days(7) }],
  ])('are accepted at the limits of their range: %s', (_, props) => {
    expect(monitorAgentEvents(newStack(), {}, props).alarms.length).toBeGreaterThan(0);
  });
});

test.each([['Region', { ...ENV, region: 'eu-west-1' }, ENV.region, 'eu-west-1'], ['account', { ...ENV, account: '444455556666' }, ENV.account, '444455556666']] as const)(
  'rejects a construct in another %s', (part, env, actual, expected) => {
    const app = new App();
    const [stack, other] = [new Stack(app, 'Stack', { env: ENV }), new Stack(app, 'Other', { env })];
    const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream() });
    expect(() => new DataStreamingMonitoring(other, 'Monitoring', { streaming }))
      .toThrow(`Other/Monitoring: streaming must be in the ${part} of the stack, ${expected}, got Stack/Streaming in ${actual}; use a stack in ${actual}`);
  });

test('rejects contactsWithoutRecords for a construct that does not stream contact records', () => {
  expect(() => monitorAgentEvents(newStack(), {}, { contactsWithoutRecords: true })).toThrow(
    'Stack/Monitoring: contactsWithoutRecords cannot be true, because Stack/Streaming does not stream contact records; remove contactsWithoutRecords, or set '
    + 'contactRecords of Stack/Streaming');
});

describe('values of the wrong type, which JavaScript does not prevent', () => {
  test('are rejected as an element of alarmActions', () => {
    const topic = new sns.Topic(newStack(), 'Topic');
    const [action, target] = [topic, new targets.SnsTopic(topic)].map((value) => value as unknown as cloudwatch.IAlarmAction);
    expect(() => monitorAgentEvents(newStack(), {}, { alarmActions: [action] }))
      .toThrow('Stack/Monitoring: alarmActions[0] must be a CloudWatch alarm action, got Stack/Topic; specify an action such as new SnsAction(topic)');
    expect(() => monitorAgentEvents(newStack(), {}, { alarmActions: [target] }))
      .toThrow('Stack/Monitoring: alarmActions[0] must be a CloudWatch alarm action, got SnsTopic; specify an action such as new SnsAction(topic)');
  });

  test.each<[unknown, string]>([[undefined, 'undefined'], [null, 'null'], ['Streaming', '"Streaming"'], [{}, '{}'], [new Stack(), 'Default']])(
    'are rejected as streaming: %p', (streaming, got) => {
      expect(() => new DataStreamingMonitoring(newStack(), 'Monitoring', { streaming: streaming as ConnectDataStreaming }))
        .toThrow(`Stack/Monitoring: streaming must be a ConnectDataStreaming, got ${got}; specify the construct that streams the data`);
    });

  test.each(['iteratorAge', 'dataFreshness', 'noAgentEventsFor', 'contactsWithoutRecordsFor'])('are rejected as %s', (prop) => {
    expect(() => monitorAgentEvents(newStack(), {}, { [prop]: 60 }))
      .toThrow(`Stack/Monitoring: ${prop} must be a Duration, got 60; specify a duration such as Duration.hours(1)`);
  });

  test('are not converted without a remainder', () => {
    expect(() => monitorAgentEvents(newStack(), {}, { noAgentEventsFor: Duration.millis(90_500) })).toThrow(
      'noAgentEventsFor must be a whole number of minutes, got 1.5083333333333333 minutes; specify a duration such as Duration.minutes(2)');
  });
});

describe('stream that several data types share', () => {
  test.each<[string, (stack: Stack) => [kinesis.IStream, kinesis.IStream]]>([
    ['the same construct', (stack) => {
      const stream = new kinesis.Stream(stack, 'Shared');
      return [stream, stream];
    }],
    ['two imports of the stream', (stack) => [
      kinesis.Stream.fromStreamArn(stack, 'One', STREAM_ARN), kinesis.Stream.fromStreamArn(stack, 'Other', STREAM_ARN),
    ]],
    ['a stream of the app, then its import', (stack) => {
      const stream = new kinesis.Stream(stack, 'Shared');
      return [stream, kinesis.Stream.fromStreamArn(stack, 'Import', stream.streamArn)];
    }],
    ['an import of a stream, then the stream of the app', (stack) => {
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
      ...KINESIS_ALARMS.map((id) => `AgentEvents/${id}`), ...KINESIS_ALARMS.map((id) => `VoiceAnalysisSegments/${id}`), 'VoiceAnalysisSegments/NoRecords',
    ]);
    expect(JSON.stringify(found['VoiceAnalysisSegments/WriteThrottled'].AlarmDescription)).toContain('voice analysis segments and chat analysis segments');
    expect(found['VoiceAnalysisSegments/NoRecords'].Period).toBe(4 * 3_600); // the shorter of the two durations
    expect(body(stack).widgets.filter(({ type }) => type === 'text')).toHaveLength(2);
  });

  test('has the retention period of the stream that the app defines, even if another data type uses an import', () => {
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

  test('has an alarm on missing records if the time is specified for only one data type', () => {
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
  test('provide the dimensions of the metrics', () => {
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

  test('can be imported by an unresolved token', () => {
    const stack = newStack();
    const arn = new CfnParameter(stack, 'Arn').valueAsString;
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Events', arn)),
    });
    const found = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));

    expect(found['AgentEvents/ConsumerLag'].Dimensions[0].Value).toEqual({ 'Fn::Select': [1, { 'Fn::Split': ['/', expect.anything() as unknown] }] });
  });
});

describe('destination of a delivery stream', () => {
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
  ])('determines the metrics of the delivery alarms: %s', (name, destination) => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: StreamingDestination.newDeliveryStream({ destination: { bind: () => destination as firehose.DestinationConfig } }),
    });
    const found = alarms(new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));

    expect(found['ContactRecords/DeliveryLate'].MetricName).toBe(`DeliveryTo${name}.DataFreshness`);
    expect(found['ContactRecords/DeliveryFailed'].MetricName).toBe(`DeliveryTo${name}.Success`);
    expect(undocumented(metricsOf(stack))).toEqual([]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('unknownDestination'));
  });

  test.each<[string, (resource: firehose.CfnDeliveryStream) => firehose.IDeliveryStream]>([
    ['ARN', (resource) => firehose.DeliveryStream.fromDeliveryStreamArn(resource.stack, 'Import', resource.attrArn)],
    ['name', (resource) => firehose.DeliveryStream.fromDeliveryStreamName(resource.stack, 'Import', resource.ref)],
  ])('is determined for an L1 delivery stream of the app that is imported by its %s', (_, imported) => {
    const stack = newStack();
    const found = alarms(monitorDeliveryStream(stack, imported(new firehose.CfnDeliveryStream(stack, 'Resource', {
      deliveryStreamType: 'DirectPut',
      splunkDestinationConfiguration: { hecEndpoint: 'https://example.com', hecEndpointType: 'Raw', s3Configuration },
    }))));

    expect(found['ContactRecords/DeliveryFailed'].MetricName).toBe('DeliveryToSplunk.Success');
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('is assumed to be Amazon S3 if AWS CDK cannot determine it, with a warning that can be acknowledged', () => {
    const stack = newStack();
    const found = alarms(monitorDeliveryStream(stack, firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Delivery', DELIVERY_STREAM_ARN)));
    expect(found['ContactRecords/DeliveryLate'].MetricName).toBe('DeliveryToS3.DataFreshness');
    Annotations.fromStack(stack).hasWarning('/Stack/Monitoring/ContactRecords',
      'AWS CDK cannot determine the destination of the delivery stream existing. The alarms on delivery use the metrics of Amazon S3, and never go off '
      + 'if it has another destination; acknowledge this warning if the destination is Amazon S3; otherwise create alarms on the metrics of its destination, such as '
      + 'deliveryStream.metric(\'DeliveryToSplunk.DataFreshness\')' + acknowledgment('unknownDestination'));

    const withoutDestination = newStack();
    monitorDeliveryStream(withoutDestination, firehose.DeliveryStream.fromDeliveryStreamArn(withoutDestination, 'Delivery',
      new firehose.CfnDeliveryStream(withoutDestination, 'Resource').attrArn));
    Annotations.fromStack(withoutDestination).hasWarning('/Stack/Monitoring/ContactRecords', Match.stringLikeRegexp('unknownDestination'));

    const acknowledged = newStack();
    const monitoring = monitorDeliveryStream(acknowledged, firehose.DeliveryStream.fromDeliveryStreamArn(acknowledged, 'Delivery', DELIVERY_STREAM_ARN));
    Validations.of(monitoring).acknowledge({ id: 'cdk-connect-data-streaming:unknownDestination', reason: 'the destination is Amazon S3' });
    Annotations.fromStack(acknowledged).hasNoWarning('*', Match.anyValue());
  });
});

describe('dashboard', () => {
  test('shows the alarms at the top and a row for each data type', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack) });

    expect(monitoring.dashboard.node.path).toBe('Stack/Monitoring/Dashboard');
    const { widgets } = body(stack);
    const [status, ...rows] = widgets;
    expect(status).toMatchObject({ type: 'alarm', width: 24, properties: { title: 'Amazon Connect data streaming: Stack/Streaming' } });
    expect(status.properties.alarms).toHaveLength(monitoring.alarms.length);
    expect(new Set(status.properties.alarms).size).toBe(monitoring.alarms.length);
    expect(rows.map(({ properties: { title, markdown } }) => title ?? markdown?.replace(/stream .*/, 'stream'))).toEqual([
      '### Contact records: Firehose delivery stream',
      'Contacts and records', 'Throttled records, KMS errors', 'Oldest undelivered record (s)', 'Delivery success',
      ...['Agent events', 'Voice analysis segments', 'Chat analysis segments'].flatMap((dataType) => [
        `### ${dataType}: Kinesis data stream`, 'Contacts and records', 'Writes', 'Consumer lag (ms)', 'Reads',
      ]),
    ]);
  });

  test('fills its 24 columns without overlapping widgets', () => {
    const stack = newStack();
    new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack) });

    const { widgets } = body(stack);
    const cells = widgets.flatMap(cellsOf);
    expect(new Set(cells).size).toBe(cells.length);
    const height = Math.max(...widgets.map((widget) => widget.y + widget.height));
    expect(cells).toHaveLength(24 * height);
    for (const widget of widgets) expect(widget.x + widget.width).toBeLessThanOrEqual(24);
  });

  test('shows the thresholds of the alarms in the graphs of their metrics', () => {
    const stack = newStack();
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', {
      streaming: allDataTypes(stack), throttledRecords: 5, noAgentEventsFor: Duration.hours(16),
    });

    const graphs = body(stack).widgets.filter(({ type }) => type === 'metric');
    const lines = graphs.map(({ properties }) => [
      properties.title, ...(properties.annotations?.horizontal ?? []).map(({ value, label, yAxis }) => [value, label, yAxis]),
    ]);
    expect(lines.slice(0, 8)).toEqual([
      ['Contacts and records'],
      ['Throttled records, KMS errors', [5, 'alarm at 5', 'left'], [1, 'KMS alarm at 1', 'left']],
      ['Oldest undelivered record (s)', [1_800, 'alarm at 30 minutes', 'left']],
      ['Delivery success', [0.9, 'alarm below 0.9', 'left']],
      ['Contacts and records', [1, 'alarm after 16 hours without', 'right']],
      ['Writes', [5, 'alarm at 5', 'left'], [0.99, 'alarm below 0.99', 'right']],
      ['Consumer lag (ms)', [43_200_000, 'alarm at 12 hours', 'left']],
      ['Reads', [10, 'alarm at 10', 'left'], [0.9, 'alarm below 0.9', 'right']],
    ]);
    for (const { properties: { title, yAxis } } of graphs) {
      expect(yAxis?.left).toEqual({ min: 0, showUnits: false, ...title === 'Delivery success' ? { max: 1 } : {} });
      if (title === 'Writes' || title === 'Reads') expect(yAxis?.right).toEqual({ min: 0, max: 1, showUnits: false });
    }
    const drawn = graphs.flatMap(metricsOfGraph).map(({ name }) => name);
    for (const { MetricName, Metrics = [] } of Object.values(alarms(monitoring))) {
      const names = [MetricName, ...Metrics.map(({ MetricStat }) => MetricStat?.Metric.MetricName)];
      for (const name of names) expect([undefined, ...drawn]).toContain(name);
    }
  });

  test('shows contacts beside the records of each data type, on a common axis for contact records', () => {
    const stack = newStack();
    new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack) });

    const graphs = body(stack).widgets.filter(({ properties }) => properties.title === 'Contacts and records');
    const lines = graphs.map(({ properties: { metrics = [] } }) => metrics.map(([, name, ...rest]) => {
      const { label, yAxis = 'left' } = rest.find((part) => typeof part === 'object') ?? {};
      return [name, label, yAxis];
    }));
    const contacts = [['CallsPerInterval', 'Calls', 'left'], ['SuccessfulChatsPerInterval', 'Chats', 'left']];
    expect(lines).toEqual([
      [...contacts, ['IncomingRecords', 'Records', 'left']],
      ...Array.from({ length: 3 }, () => [...contacts, ['IncomingRecords', 'Records', 'right']]),
    ]);
  });

  test('has room for all alarms in the status widget', () => {
    const stack = newStack();
    new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack) });

    const [{ height, properties }] = body(stack).widgets;
    expect(properties.alarms).toHaveLength(23);
    expect(height).toBe(2 + 4); // six alarms in a row
  });

  test('shows one line if two thresholds are equal', () => {
    const stack = newStack();
    new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack) });

    const graph = body(stack).widgets.find(({ properties }) => properties.title === 'Throttled records, KMS errors');
    expect(graph?.properties.annotations?.horizontal).toMatchObject([{ value: 1, label: 'alarm at 1' }]);
  });

  test('can be specified, and keeps its existing widgets', () => {
    const stack = newStack();
    const dashboard = new cloudwatch.Dashboard(stack, 'Existing');
    dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'Existing', width: 24, height: 2 }));
    const one = new DataStreamingMonitoring(stack, 'One', { streaming: allDataTypes(stack), dashboard });
    const other = new DataStreamingMonitoring(stack, 'Other', {
      streaming: new ConnectDataStreaming(stack, 'OtherStreaming', {
        instance: existingInstance(stack, 'OtherInstance', OTHER_INSTANCE_ARN), agentEvents: KINESIS,
      }),
      dashboard,
    });

    expect([one.dashboard, other.dashboard]).toEqual([dashboard, dashboard]);
    const { widgets } = body(stack);
    expect(widgets[0].properties.markdown).toBe('Existing');
    expect(widgets.filter(({ type }) => type === 'alarm').map(({ properties }) => properties.title)).toEqual([
      'Amazon Connect data streaming: Stack/Streaming', 'Amazon Connect data streaming: Stack/OtherStreaming',
    ]);
    const cells = widgets.flatMap(cellsOf);
    expect(new Set(cells).size).toBe(cells.length);
  });
});

describe('stack of the monitoring construct', () => {
  test('contains the alarms if the streams are in another stack', () => {
    const app = new App();
    const streams = new Stack(app, 'Streams', { env: ENV });
    const operations = new Stack(app, 'Operations', { env: ENV });
    const streaming = allDataTypes(streams);
    const monitoring = new DataStreamingMonitoring(operations, 'Monitoring', { streaming });

    Template.fromStack(streams).resourceCountIs('AWS::CloudWatch::Alarm', 0);
    Template.fromStack(operations).resourceCountIs('AWS::CloudWatch::Alarm', monitoring.alarms.length);
    expect(alarms(monitoring)['AgentEvents/ConsumerLag'].Dimensions).toEqual([
      { Name: 'StreamName', Value: { 'Fn::ImportValue': expect.stringContaining('StreamingAgentEventsStream') as unknown } },
    ]);
    expect(body(operations).widgets).toHaveLength(1 + 4 * 5);
    expect(operations.dependencies).toEqual([streams]);
  });

  test('cannot be in another Region than the streams', () => {
    const app = new App();
    const streams = new Stack(app, 'Streams', { env: ENV });
    const otherRegion = new Stack(app, 'OtherRegion', { env: { ...ENV, region: 'eu-west-1' } });
    const streaming = new ConnectDataStreaming(streams, 'Streaming', {
      instance: existingInstance(streams),
      agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(streams, 'Events', STREAM_ARN)),
    });

    expect(() => new DataStreamingMonitoring(otherRegion, 'Monitoring', { streaming })).toThrow(/region/i);
  });

  test('can contain several monitoring constructs for the same streams', () => {
    const stack = newStack();
    const streaming = allDataTypes(stack);
    const strict = new DataStreamingMonitoring(stack, 'Strict', { streaming });
    const lenient = new DataStreamingMonitoring(stack, 'Lenient', { streaming, throttledRecords: 1_000 });

    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Dashboard', 2);
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', strict.alarms.length + lenient.alarms.length);
  });
});

test('alarms and graphs use only metrics that AWS documents', () => {
  const stack = newStack();
  new DataStreamingMonitoring(stack, 'Monitoring', { streaming: allDataTypes(stack), noAgentEventsFor: Duration.hours(1) });

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
  const ofAlarms = Object.values(resources(stack, 'AWS::CloudWatch::Alarm')).flatMap((alarm) => {
    const { Metrics, ...single } = alarm.Properties as unknown as AlarmProperties;
    return (Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [single])
      .map(({ Namespace, MetricName, Dimensions }) => ({ namespace: Namespace, name: MetricName, dimensions: Dimensions.map(({ Name }) => Name) }));
  });
  return [...ofAlarms, ...body(stack).widgets.flatMap(metricsOfGraph)];
}

function metricsOfGraph({ properties: { metrics = [] } }: Widget): Metric[] {
  return metrics.filter(([namespace]) => typeof namespace === 'string').map(([namespace, name, ...rest]) => ({
    namespace: String(namespace),
    name: String(name),
    dimensions: rest.filter((part) => typeof part === 'string').filter((_, index) => index % 2 === 0),
  }));
}

/** The metrics that AWS documents, and their dimensions. */
const DOCUMENTED: Record<string, { readonly dimension: string; readonly names: string[] }> = {
  // https://docs.aws.amazon.com/connect/latest/adminguide/monitoring-cloudwatch.html
  'AWS/Connect': { dimension: 'InstanceId,MetricGroup', names: ['CallsPerInterval', 'SuccessfulChatsPerInterval'] },
  // https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
  'AWS/Kinesis': {
    dimension: 'StreamName',
    names: [
      'GetRecords.IteratorAgeMilliseconds', 'GetRecords.Success', 'IncomingRecords', 'PutRecord.Success', 'PutRecords.Success',
      'ReadProvisionedThroughputExceeded', 'WriteProvisionedThroughputExceeded',
    ],
  },
  // https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
  // https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-metric.html
  // https://github.com/awsdocs/amazon-kinesis-data-firehose-developer-guide (the previous guide contains the metrics of Elasticsearch)
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
