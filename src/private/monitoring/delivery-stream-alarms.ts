import { Duration, Tokenization } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { alarmAtOrAbove, alarmBelow, capitalize, MAXIMUM, noRecordsAlarm, readableDuration, type StreamMonitoring, SUM } from './alarms';
import { graph } from './dashboard';
import { destinationOf } from './delivery-stream-destination';
import type { MonitoredStream } from './monitored-streams';
import type { Thresholds } from './thresholds';
import { addWarning } from '../common/errors';
import { format } from '../common/formatting';

const AVERAGE = { statistic: Stats.AVERAGE, period: Duration.minutes(15) }; // five minutes may contain a single delivery attempt, or none

/** The types of KMS errors of Firehose: id, cause, and what to do first. */
const KEY_ERRORS: Array<[string, string, string]> = [
  ['KeyAccessDenied', 'access to it is denied', 'See whether the key policy still leaves access to IAM, and whether the grant of Firehose is there.'],
  ['KeyDisabled', 'it is disabled', 'Enable the key.'],
  ['KeyInvalidState', 'its state does not allow it', 'If the deletion of the key is pending, cancel it.'],
  ['KeyNotFound', 'it does not exist', 'Give the delivery stream another key.'],
];

/** @see https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html */
export function monitorDeliveryStream(monitored: MonitoredStream, stream: IDeliveryStream, thresholds: Thresholds): StreamMonitoring {
  const { scope, data } = monitored;
  const { throttledRecords, dataFreshness, deliverySuccess, kmsKeyErrors, evaluationPeriods } = thresholds;
  const name = `the Firehose delivery stream ${stream.deliveryStreamName}`;
  const destination = `DeliveryTo${destinationOf(stream) ?? assumeS3(monitored, stream)}`;
  const firstLook = 'First look at the error log of the delivery stream, then at its role and at the destination.';

  const throttled = alarmAtOrAbove(scope, 'PutThrottled', {
    metric: stream.metric('ThrottledRecords', SUM),
    threshold: throttledRecords,
    label: `alarm at ${Tokenization.stringifyNumber(throttledRecords)}`,
    description: `Amazon Connect puts ${data} into ${name} faster than its quota allows: records are refused, and may be lost. First compare the `
      + 'incoming records and bytes with the limits in its metrics, and ask AWS to raise the one that is reached.',
    evaluationPeriods,
  });
  const late = alarmAtOrAbove(scope, 'DeliveryLate', {
    metric: stream.metric(`${destination}.DataFreshness`, MAXIMUM),
    threshold: dataFreshness.toSeconds({ integral: false }),
    label: `alarm at ${readableDuration(dataFreshness)}`,
    description: `The oldest of the ${data} in ${name} has waited ${readableDuration(dataFreshness)} to be delivered. Firehose keeps records for 24 `
      + `hours at most: what is not delivered by then is lost. ${firstLook}`,
    evaluationPeriods,
  });
  const failed = alarmBelow(scope, 'DeliveryFailed', {
    metric: stream.metric(`${destination}.Success`, AVERAGE),
    threshold: deliverySuccess,
    label: `alarm below ${Tokenization.stringifyNumber(deliverySuccess)}`,
    description: `Too many attempts of ${name} to deliver ${data} fail. Firehose tries again, so nothing need be lost yet, but it keeps records for `
      + `24 hours at most. ${firstLook}`,
    evaluationPeriods,
  });
  const keyErrors = KEY_ERRORS.map(([id, cause, remedy]) => ({ id, cause, remedy, metric: stream.metric(`KMS${id}`, SUM) }));
  const locked = keyErrors.map(({ id, cause, remedy, metric }) => alarmAtOrAbove(scope, id, {
    metric,
    threshold: kmsKeyErrors,
    label: `KMS error alarm at ${Tokenization.stringifyNumber(kmsKeyErrors)}`,
    description: `Firehose can't use the KMS key of ${name}: ${cause}. Amazon Connect can't put ${data} there, and those that wait there are lost `
      + `after 24 hours. ${remedy}`,
    evaluationPeriods,
  }));
  const none = noRecordsAlarm(monitored, name, (period) => stream.metricIncomingRecords({ ...SUM, period }));

  const what = capitalize(data);
  return {
    title: `### ${what}: Firehose delivery stream ${stream.deliveryStreamName}`,
    alarms: [throttled, late, failed, ...locked, ...none].map(({ alarm }) => alarm),
    graphs: [
      graph(`${what}: incoming`, [stream.metricIncomingRecords(SUM)], none),
      graph(`${what}: throttled, KMS errors`, [stream.metric('ThrottledRecords', SUM), ...keyErrors.map(({ metric }) => metric)],
        kmsKeyErrors === throttledRecords ? [throttled] : [throttled, locked[0]]),
      graph(`${what}: oldest undelivered (s)`, [stream.metric(`${destination}.DataFreshness`, MAXIMUM)], [late]),
      graph(`${what}: delivery success`, [stream.metric(`${destination}.Success`, AVERAGE)], [failed], 1),
    ],
  };
}

function assumeS3({ scope }: MonitoredStream, stream: IDeliveryStream): string {
  addWarning(scope, 'unknownDestination',
    `AWS CDK cannot determine the destination of the delivery stream ${format(scope, stream.deliveryStreamName)}. The alarms on delivery use the metrics `
    + 'of Amazon S3, and never go off if it has another destination',
    'acknowledge this warning if the destination is Amazon S3; otherwise create alarms on the metrics of its destination, such as '
    + 'deliveryStream.metric(\'DeliveryToSplunk.DataFreshness\')');
  return 'S3';
}
