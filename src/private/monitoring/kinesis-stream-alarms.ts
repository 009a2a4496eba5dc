import { Duration, Token, Tokenization } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { alarmAtOrAbove, capitalize, MAXIMUM, noRecordsAlarm, readableDuration, type StreamMonitoring, SUM } from './alarms';
import { graph } from './dashboard';
import type { MonitoredStream } from './monitored-streams';
import type { Thresholds } from './thresholds';
import { errorAt } from '../common/errors';
import { streamResource } from '../common/kinesis-streams';

/** @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export function monitorKinesisStream(monitored: MonitoredStream, stream: IStream, thresholds: Thresholds): StreamMonitoring {
  const { scope, data } = monitored;
  const { throttledRecords, evaluationPeriods } = thresholds;
  const name = `the Kinesis data stream ${stream.streamName}`;
  const { age, retention } = consumerLag(monitored, stream, thresholds);

  const throttled = alarmAtOrAbove(scope, 'WriteThrottled', {
    metric: stream.metricWriteProvisionedThroughputExceeded(SUM),
    threshold: throttledRecords,
    label: `alarm at ${Tokenization.stringifyNumber(throttledRecords)}`,
    description: `Amazon Connect puts ${data} into ${name} faster than the stream takes them: records are refused, and may be lost. First give the `
      + 'stream more shards, or on-demand capacity. If it has enough, one shard gets too much: turn on its shard-level metrics to see which.',
    evaluationPeriods,
  });
  const late = alarmAtOrAbove(scope, 'ConsumerLag', {
    metric: stream.metricGetRecordsIteratorAgeMilliseconds(MAXIMUM),
    threshold: age.toMilliseconds(),
    label: `alarm at ${readableDuration(age)}`,
    description: `A consumer of the ${data} in ${name} is ${readableDuration(age)} behind. Records expire after ${retention}: what it has not read by `
      + 'then is lost to it. First look for errors and throttling of the consumer. Raising the retention period of the stream gains time.',
    evaluationPeriods,
  });
  const none = noRecordsAlarm(monitored, name, (period) => stream.metricIncomingRecords({ ...SUM, period }));

  const what = capitalize(data);
  return {
    title: `### ${what}: Kinesis data stream ${stream.streamName}`,
    alarms: [throttled, late, ...none].map(({ alarm }) => alarm),
    graphs: [
      graph(`${what}: incoming`, [stream.metricIncomingRecords(SUM)], none),
      graph(`${what}: throttled`, [stream.metricWriteProvisionedThroughputExceeded(SUM)], [throttled]),
      graph(`${what}: consumer lag (ms)`, [stream.metricGetRecordsIteratorAgeMilliseconds(MAXIMUM)], [late]),
      graph(`${what}: read`, [stream.metricGetRecords(SUM)], []),
    ],
  };
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
    retention: `${hours ?? 24} hours${hours === undefined ? ', unless the stream was given a longer retention period' : ''}`,
  };
}

/** The retention period of a stream that the app defines, if it is known. */
function retentionHours(stream: IStream): number | undefined {
  const resource = streamResource(stream);
  if (!resource) return undefined;

  const { retentionPeriodHours = 24 } = resource;
  return Token.isUnresolved(retentionPeriodHours) ? undefined : retentionPeriodHours;
}
