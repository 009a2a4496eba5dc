import { Tokenization } from 'aws-cdk-lib';
import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Construct } from 'constructs';
import { AVERAGE, alarmAtOrAbove, alarmBelow, type AlarmWithThreshold, MAXIMUM, readableDuration } from './alarms';
import { graph } from './dashboard';
import type { Thresholds } from './thresholds';

/** A delivery stream, as metrics and descriptions refer to it. */
interface Delivery {
  readonly stream: IDeliveryStream;
  /** The name in the middle of a sentence. */
  readonly name: string;
  readonly data: string;
  /** The destination, as the names of metrics contain it. */
  readonly destination: string;
  /** What happens to records that are not delivered, and what to do first. */
  readonly retention: string;
}

/** Creates the alarms on late and failed deliveries to the destination, and their graphs. */
export function deliveryAlarms(
  scope: Construct, { stream, name, data, destination, retention }: Delivery, { dataFreshness, deliverySuccess, evaluationPeriods }: Thresholds,
): { alarms: AlarmWithThreshold[]; graphs: IWidget[] } {
  const freshness = stream.metric(`DeliveryTo${destination}.DataFreshness`, MAXIMUM);
  const successfulDeliveries = stream.metric(`DeliveryTo${destination}.Success`, AVERAGE);

  const late = alarmAtOrAbove(scope, 'DeliveryLate', {
    metric: freshness,
    threshold: dataFreshness.toSeconds({ integral: false }),
    label: `alarm at ${readableDuration(dataFreshness)}`,
    description: `The oldest of the ${data} in ${name} has waited ${readableDuration(dataFreshness)} for delivery. ${retention}`,
    evaluationPeriods,
  });
  const failed = alarmBelow(scope, 'DeliveryFailed', {
    metric: successfulDeliveries,
    threshold: deliverySuccess,
    label: `alarm below ${Tokenization.stringifyNumber(deliverySuccess)}`,
    description: `Too many attempts of ${name} to deliver ${data} fail. Firehose retries, so records are not lost yet. ${retention}`,
    evaluationPeriods,
  });
  return {
    alarms: [late, failed],
    graphs: [
      graph('Oldest undelivered record (s)', { left: { 'Age of the oldest record': freshness }, leftAlarms: [late] }),
      graph('Delivery success', { left: { 'Share of successful deliveries': successfulDeliveries }, leftAlarms: [failed], leftMax: 1 }),
    ],
  };
}
