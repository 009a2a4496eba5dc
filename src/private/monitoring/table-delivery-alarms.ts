import { Duration, Tokenization } from 'aws-cdk-lib';
import { MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmAtOrAbove, capitalize, MAXIMUM, readableDuration, type StreamMonitoring, SUM } from './alarms';
import { graph } from './dashboard';
import { deliveryAlarms } from './delivery-alarms';
import { onsetOfSilence, SILENT_PERIODS } from './onset-of-silence';
import type { Thresholds } from './thresholds';
import type { TableDelivery } from '../common/table-deliveries';

const NOT_READ_FOR = Duration.hours(1);

/**
 * Monitors a delivery stream that reads a Kinesis data stream.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
 */
export function monitorTableDelivery(scope: Construct, delivery: TableDelivery, thresholds: Thresholds): StreamMonitoring {
  const { dataType: { label: data }, source, deliveryStream: stream } = delivery;
  const { dataFreshness, throttledReads, evaluationPeriods } = thresholds;
  const name = `the Firehose delivery stream ${stream.deliveryStreamName}`;
  const retention = `Records expire when the retention period of the Kinesis data stream ${source.streamName} ends. Check the error log, the role and the `
    + 'destination of the delivery stream.';
  const access = 'Check that the role of the delivery stream has permission to read the stream and to decrypt with its KMS key, and that the key is enabled.';
  const written = (period: Duration) => source.metricIncomingRecords({ ...SUM, period });
  const read = (period: Duration) => stream.metric('DataReadFromKinesisStream.Records', { statistic: Stats.SUM, period });
  const behind = new MathExpression({ // in seconds, as dataFreshness
    expression: 'behind / 1000',
    usingMetrics: { behind: stream.metric('KinesisMillisBehindLatest', MAXIMUM) },
    period: MAXIMUM.period,
  });
  const throttledGetRecords = stream.metric('ThrottledGetRecords', SUM);

  const period = Duration.minutes(NOT_READ_FOR.toMinutes() / SILENT_PERIODS);
  const notRead = alarmAtOrAbove(scope, 'NotRead', {
    metric: onsetOfSilence('FILL(written, 0)', { written: written(period), records: read(period) }, period).with({ label: 'Records that are not read' }),
    threshold: 1,
    description: `${capitalize(data)} have been put into the Kinesis data stream ${source.streamName} for ${readableDuration(NOT_READ_FOR)}, but ${name} has `
      + `read none of them. Records expire when the retention period of the stream ends. ${access}`,
    evaluationPeriods: SILENT_PERIODS,
    treatMissingData: TreatMissingData.IGNORE,
  });
  const late = alarmAtOrAbove(scope, 'ReadLate', {
    metric: behind,
    threshold: dataFreshness.toSeconds({ integral: false }),
    label: `alarm at ${readableDuration(dataFreshness)}`,
    description: `${capitalize(name)} is ${readableDuration(dataFreshness)} behind: ${data} wait in the Kinesis data stream ${source.streamName}. Records `
      + `expire when the retention period of the stream ends. ${access}`,
    evaluationPeriods,
  });
  const throttled = alarmAtOrAbove(scope, 'ReadThrottled', {
    metric: throttledGetRecords,
    threshold: throttledReads,
    label: `alarm at ${Tokenization.stringifyNumber(throttledReads)}`,
    description: `${capitalize(name)} is throttled when it reads ${data}, and falls behind: the consumers of the Kinesis data stream ${source.streamName} `
      + 'exceed its read capacity. Use enhanced fan-out for other consumers, or increase the number of shards.',
    evaluationPeriods,
  });
  const destination = deliveryAlarms(scope, { stream, name, data, destination: 'S3', retention }, thresholds);

  return {
    title: `### ${capitalize(data)}: Firehose delivery stream ${stream.deliveryStreamName} of a table`,
    alarms: [notRead, late, throttled, ...destination.alarms].map(({ alarm }) => alarm),
    graphs: [
      graph('Records', { left: { 'Put into the Kinesis data stream': written(SUM.period), 'Read by Firehose': read(SUM.period) }, leftAlarms: [] }),
      graph('Reads', {
        left: { 'Time behind (s)': behind },
        leftAlarms: [late],
        right: { 'Throttled reads': throttledGetRecords },
        rightAlarms: [throttled],
      }),
      ...destination.graphs,
    ],
  };
}
