import { Duration, Token, Tokenization } from 'aws-cdk-lib';
import { CfnStream, type IStream } from 'aws-cdk-lib/aws-kinesis';
import type { DataFlow } from './data-flow';
import { referencesIn } from './references';
import type { Thresholds } from './thresholds';
import { atLeast, capitalised, graph, maximum, noRecords, spoken, type StreamWatch, sum } from './watch';

/** @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export function watchKinesisStream(flow: DataFlow, stream: IStream, thresholds: Thresholds): StreamWatch {
  const { scope, data } = flow;
  const { throttledRecords, evaluationPeriods } = thresholds;
  const name = `the Kinesis data stream ${stream.streamName}`;
  const { age, retention } = consumerLag(flow, stream, thresholds);

  const throttled = atLeast(scope, 'WriteThrottled', {
    metric: stream.metricWriteProvisionedThroughputExceeded(sum()),
    threshold: throttledRecords,
    label: `alarm at ${Tokenization.stringifyNumber(throttledRecords)}`,
    description: `Amazon Connect puts ${data} into ${name} faster than the stream takes them: records are refused, and may be lost. First give the `
      + 'stream more shards, or on-demand capacity. If it has enough, one shard gets too much: turn on its shard-level metrics to see which.',
    evaluationPeriods,
  });
  const late = atLeast(scope, 'ConsumerLag', {
    metric: stream.metricGetRecordsIteratorAgeMilliseconds(maximum()),
    threshold: age.toMilliseconds(),
    label: `alarm at ${spoken(age)}`,
    description: `A consumer of the ${data} in ${name} is ${spoken(age)} behind. Records expire after ${retention}: what it has not read by `
      + 'then is lost to it. First look for errors and throttling of the consumer. Raising the retention period of the stream gains time.',
    evaluationPeriods,
  });
  const none = noRecords(flow, name, (period) => stream.metricIncomingRecords({ ...sum(), period }));

  const what = capitalised(data);
  return {
    title: `### ${what}: Kinesis data stream ${stream.streamName}`,
    alarms: [throttled, late, ...none].map(({ alarm }) => alarm),
    graphs: [
      graph(`${what}: incoming`, [stream.metricIncomingRecords(sum())], none),
      graph(`${what}: throttled`, [stream.metricWriteProvisionedThroughputExceeded(sum())], [throttled]),
      graph(`${what}: consumer lag (ms)`, [stream.metricGetRecordsIteratorAgeMilliseconds(maximum())], [late]),
      graph(`${what}: read`, [stream.metricGetRecords(sum())], []),
    ],
  };
}

/** How old a record may get unread, and when it expires. */
function consumerLag({ scope }: DataFlow, stream: IStream, { iteratorAge }: Thresholds): { age: Duration; retention: string } {
  const hours = retentionHours(stream);
  if (iteratorAge && hours !== undefined && !iteratorAge.isUnresolved() && iteratorAge.toHours({ integral: false }) >= hours) {
    throw new Error(`${scope.node.path}: iteratorAge is ${iteratorAge.toHumanString()}, but ${stream.node.path} retains records for ${hours} hours `
      + 'only; pass less, or give the stream a longer retention period');
  }
  return {
    age: iteratorAge ?? Duration.minutes((hours ?? 24) * 60 / 2),
    retention: `${hours ?? 24} hours${hours === undefined ? ', unless the stream was given a longer retention period' : ''}`,
  };
}

/** The retention period of a stream of the app, where it is known. */
function retentionHours(stream: IStream): number | undefined {
  const resource = referencesIn(stream, stream.streamArn).map(({ target }) => target).find(CfnStream.isCfnStream);
  if (!resource) return undefined;

  const { retentionPeriodHours = 24 } = resource;
  return Token.isUnresolved(retentionPeriodHours) ? undefined : retentionPeriodHours;
}
