import { Duration, Token, Tokenization } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { AVERAGE, alarmAtOrAbove, alarmBelow, capitalize, MAXIMUM, noRecordsAlarm, readableDuration, type StreamMonitoring, SUM } from './alarms';
import { contactsWithoutRecordsAlarm } from './contacts-without-records';
import { contactsAndRecords, graph } from './dashboard';
import type { MonitoredStream } from './monitored-streams';
import type { Thresholds } from './thresholds';
import { errorAt } from '../common/errors';
import { streamResource } from '../common/kinesis-streams';

/** @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export function monitorKinesisStream(monitored: MonitoredStream, stream: IStream, thresholds: Thresholds): StreamMonitoring {
  const { scope, data } = monitored;
  const { throttledRecords, writeSuccess, throttledReads, readSuccess, evaluationPeriods } = thresholds;
  const name = `the Kinesis data stream ${stream.streamName}`;
  const { age, retention } = consumerLag(monitored, stream, thresholds);
  const records = (period: Duration) => stream.metricIncomingRecords({ ...SUM, period });
  const throttledWrites = stream.metricWriteProvisionedThroughputExceeded(SUM);
  const successfulWrites = writeSuccessShare(stream);
  const iteratorAge = stream.metricGetRecordsIteratorAgeMilliseconds(MAXIMUM);
  const throttledGetRecords = stream.metricReadProvisionedThroughputExceeded(SUM);
  const successfulReads = stream.metricGetRecordsSuccess(AVERAGE);

  const without = contactsWithoutRecordsAlarm(monitored, name, records);
  const throttled = alarmAtOrAbove(scope, 'WriteThrottled', {
    metric: throttledWrites,
    threshold: throttledRecords,
    label: `alarm at ${Tokenization.stringifyNumber(throttledRecords)}`,
    description: `${capitalize(name)} rejects ${data} of Amazon Connect, because its write capacity is exceeded. Records can be lost. Increase the number `
      + 'of shards, or switch to on-demand capacity. If the capacity is sufficient, turn on shard-level metrics to find a shard that receives too many records.',
    evaluationPeriods,
  });
  const failed = alarmBelow(scope, 'WriteFailed', {
    metric: successfulWrites,
    threshold: writeSuccess,
    label: `alarm below ${Tokenization.stringifyNumber(writeSuccess)}`,
    description: `Calls that put ${data} into ${name} fail (PutRecord.Success, PutRecords.Success). Records can be lost. Check that the KMS key of the `
      + 'stream is enabled, that the key policy or a grant allows the service-linked role of the instance to call kms:GenerateDataKey, and that the '
      + 'stream is active and not throttled.',
    evaluationPeriods,
  });
  const late = alarmAtOrAbove(scope, 'ConsumerLag', {
    metric: iteratorAge,
    threshold: age.toMilliseconds(),
    label: `alarm at ${readableDuration(age)}`,
    description: `A consumer of the ${data} in ${name} is ${readableDuration(age)} behind. Records expire after ${retention}, even if the consumer has not `
      + 'read them. Check the consumer for errors and throttling. To gain time, increase the retention period of the stream.',
    evaluationPeriods,
  });
  const readThrottled = alarmAtOrAbove(scope, 'ReadThrottled', {
    metric: throttledGetRecords,
    threshold: throttledReads,
    label: `alarm at ${Tokenization.stringifyNumber(throttledReads)}`,
    description: `Consumers of the ${data} in ${name} are throttled: they exceed the read capacity of the stream, and fall behind. Reduce the number `
      + 'of consumers or their GetRecords calls, use enhanced fan-out, or increase the number of shards.',
    evaluationPeriods,
  });
  const readFailed = alarmBelow(scope, 'ReadFailed', {
    metric: successfulReads,
    threshold: readSuccess,
    label: `alarm below ${Tokenization.stringifyNumber(readSuccess)}`,
    description: `GetRecords calls of the consumers of the ${data} in ${name} fail. The consumers fall behind. Check that their roles have permission to `
      + 'read the stream and to decrypt with its KMS key, and that the key is enabled.',
    evaluationPeriods,
  });
  const none = noRecordsAlarm(monitored, name, records);

  const what = capitalize(data);
  return {
    title: `### ${what}: Kinesis data stream ${stream.streamName}`,
    alarms: [...without, throttled, failed, late, readThrottled, readFailed, ...none].map(({ alarm }) => alarm),
    graphs: [
      contactsAndRecords(monitored, records(SUM.period), none),
      graph('Writes', {
        left: { 'Throttled records': throttledWrites },
        leftAlarms: [throttled],
        right: { 'Share of successful writes': successfulWrites },
        rightAlarms: [failed],
        rightMax: 1,
      }),
      graph('Consumer lag (ms)', { left: { 'Age of the last record read': iteratorAge }, leftAlarms: [late] }),
      graph('Reads', {
        left: { 'Throttled reads': throttledGetRecords },
        leftAlarms: [readThrottled],
        right: { 'Share of successful reads': successfulReads },
        rightAlarms: [readFailed],
        rightMax: 1,
      }),
    ],
  };
}

/** The share of successful calls. There is no value without calls: CloudWatch drops a data point if it would divide by zero. */
function writeSuccessShare(stream: IStream): MathExpression {
  const put = (metricName: string, statistic: string) => stream.metric(metricName, { ...AVERAGE, statistic });
  return new MathExpression({
    expression: '(FILL(putRecord, 0) + FILL(putRecords, 0)) / (FILL(putRecordCalls, 0) + FILL(putRecordsCalls, 0))',
    usingMetrics: {
      putRecord: put('PutRecord.Success', Stats.SUM),
      putRecords: put('PutRecords.Success', Stats.SUM),
      putRecordCalls: put('PutRecord.Success', Stats.SAMPLE_COUNT),
      putRecordsCalls: put('PutRecords.Success', Stats.SAMPLE_COUNT),
    },
    period: AVERAGE.period,
  });
}

/** The threshold for the age of unread records, and when records expire. */
function consumerLag({ scope }: MonitoredStream, stream: IStream, { iteratorAge }: Thresholds): { age: Duration; retention: string } {
  const hours = retentionHours(stream);
  if (iteratorAge && hours !== undefined && !iteratorAge.isUnresolved() && iteratorAge.toHours({ integral: false }) >= hours) {
    throw errorAt(scope, `iteratorAge must be less than the retention period of ${stream.node.path}, ${hours} hours, got ${iteratorAge.toHumanString()}`,
      'specify a shorter iteratorAge, or increase the retention period of the stream');
  }
  return {
    age: iteratorAge ?? Duration.minutes((hours ?? 24) * 60 / 2),
    retention: `${hours ?? 24} hours${hours === undefined ? ', unless the stream has a longer retention period' : ''}`,
  };
}

/** The retention period of a stream that the app defines, if it is known. */
function retentionHours(stream: IStream): number | undefined {
  const resource = streamResource(stream);
  if (!resource) return undefined;

  const { retentionPeriodHours = 24 } = resource;
  return Token.isUnresolved(retentionPeriodHours) ? undefined : retentionPeriodHours;
}
