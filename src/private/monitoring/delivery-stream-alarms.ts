import { type Duration, Tokenization } from 'aws-cdk-lib';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { alarmAtOrAbove, capitalize, noRecordsAlarm, type StreamMonitoring, SUM } from './alarms';
import { contactsWithoutRecordsAlarm } from './contacts-without-records';
import { contactsAndRecords, graph } from './dashboard';
import { deliveryAlarms } from './delivery-alarms';
import { destinationOf } from './delivery-stream-destination';
import { hasNoCustomerManagedKey } from './delivery-stream-encryption';
import type { MonitoredStream } from './monitored-streams';
import type { Thresholds } from './thresholds';
import { deliveryStreamResource } from '../common/delivery-streams';
import { addWarning } from '../common/errors';
import { format } from '../common/formatting';

/** The types of KMS errors of Firehose: id, label in graphs, cause, and what to do first. */
const KEY_ERRORS: Array<[string, string, string, string]> = [
  ['KeyAccessDenied', 'KMS access denied', 'access is denied', 'Check that the key policy allows IAM policies of the account, and that the grant of Firehose exists.'],
  ['KeyDisabled', 'KMS key disabled', 'the key is disabled', 'Enable the key.'],
  ['KeyInvalidState', 'KMS key state invalid', 'the state of the key does not allow it', 'If the deletion of the key is pending, cancel the deletion.'],
  ['KeyNotFound', 'KMS key not found', 'the key does not exist', 'Specify another key for the delivery stream.'],
];

/** @see https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html */
export function monitorDeliveryStream(monitored: MonitoredStream, stream: IDeliveryStream, thresholds: Thresholds): StreamMonitoring {
  const { scope, data } = monitored;
  const { throttledRecords, kmsKeyErrors, evaluationPeriods } = thresholds;
  const name = `the Firehose delivery stream ${stream.deliveryStreamName}`;
  const resource = deliveryStreamResource(stream);
  const destination = resource && destinationOf(resource) || assumeS3(monitored, stream);
  const retention = 'Firehose retains records for up to 24 hours, and discards records that it has not delivered by then. Check the error log, the role '
    + 'and the destination of the delivery stream.';
  const records = (period: Duration) => stream.metricIncomingRecords({ ...SUM, period });
  const throttledPuts = stream.metric('ThrottledRecords', SUM);
  const keyErrors = resource && hasNoCustomerManagedKey(resource) ? [] : KEY_ERRORS;

  const without = contactsWithoutRecordsAlarm(monitored, name, records);
  const throttled = alarmAtOrAbove(scope, 'PutThrottled', {
    metric: throttledPuts,
    threshold: throttledRecords,
    label: `alarm at ${Tokenization.stringifyNumber(throttledRecords)}`,
    description: `${capitalize(name)} rejects ${data} of Amazon Connect, because a quota is exceeded. Records can be lost. Compare the incoming `
      + 'records and bytes with the limits in the metrics of the delivery stream, and request a quota increase.',
    evaluationPeriods,
  });
  const delivery = deliveryAlarms(scope, { stream, name, data, destination, retention }, thresholds);
  const keyErrorMetrics = Object.fromEntries(keyErrors.map(([id, label]) => [label, stream.metric(`KMS${id}`, SUM)]));
  const locked = keyErrors.map(([id, label, cause, remedy]) => alarmAtOrAbove(scope, id, {
    metric: keyErrorMetrics[label],
    threshold: kmsKeyErrors,
    label: `KMS alarm at ${Tokenization.stringifyNumber(kmsKeyErrors)}`,
    description: `Firehose cannot use the KMS key of ${name}: ${cause}. Amazon Connect cannot put ${data} into it, and Firehose discards the records `
      + `that wait there after 24 hours. ${remedy}`,
    evaluationPeriods,
  }));
  const none = noRecordsAlarm(monitored, name, records);

  return {
    title: `### ${capitalize(data)}: Firehose delivery stream ${stream.deliveryStreamName}`,
    alarms: [...without, throttled, ...delivery.alarms, ...locked, ...none].map(({ alarm }) => alarm),
    graphs: [
      contactsAndRecords(monitored, records(SUM.period), none),
      graph(locked.length > 0 ? 'Throttled records, KMS errors' : 'Throttled records', {
        left: { 'Throttled records': throttledPuts, ...keyErrorMetrics },
        leftAlarms: kmsKeyErrors === throttledRecords ? [throttled] : [throttled, ...locked.slice(0, 1)],
      }),
      ...delivery.graphs,
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
