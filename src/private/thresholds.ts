import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DataStreamingMonitoringProps } from '../data-streaming-monitoring';

/** What the alarms put up with. */
export interface Thresholds {
  readonly throttledRecords: number;
  readonly iteratorAge?: Duration;
  readonly dataFreshness: Duration;
  readonly deliverySuccess: number;
  readonly kmsKeyErrors: number;
  readonly evaluationPeriods: number;
}

/** The given thresholds, and defaults for the others. */
export function thresholds(scope: Construct, props: DataStreamingMonitoringProps): Thresholds {
  const {
    throttledRecords = 1, iteratorAge, dataFreshness = Duration.minutes(30), deliverySuccess = 0.9, kmsKeyErrors = 1, evaluationPeriods = 1,
  } = props;
  requireCount(scope, 'throttledRecords', throttledRecords);
  requireCount(scope, 'kmsKeyErrors', kmsKeyErrors);
  requireCount(scope, 'evaluationPeriods', evaluationPeriods, 96); // an alarm looks back a day at most
  requireShare(scope, 'deliverySuccess', deliverySuccess);
  if (iteratorAge && !iteratorAge.isUnresolved()) requireTime(scope, 'iteratorAge', iteratorAge, Duration.days(365)); // the longest retention
  if (!dataFreshness.isUnresolved()) requireTime(scope, 'dataFreshness', dataFreshness, Duration.days(1)); // Firehose keeps nothing longer
  return { throttledRecords, iteratorAge, dataFreshness, deliverySuccess, kmsKeyErrors, evaluationPeriods };
}

/** Throws unless the time is from a minute to the longest. */
export function requireTime(scope: Construct, prop: string, time: Duration, longest: Duration): void {
  const minutes = time.toMinutes({ integral: false });
  if (!(minutes >= 1 && minutes <= longest.toMinutes())) {
    throw new Error(`${scope.node.path}: ${prop} is ${time.toHumanString()}; pass from 1 minute to ${longest.toHumanString()}`);
  }
}

function requireCount(scope: Construct, prop: string, value: number, most?: number): void {
  if (Token.isUnresolved(value) || (Number.isInteger(value) && value >= 1 && value <= (most ?? value))) return;

  throw new Error(`${scope.node.path}: ${prop} is ${value}; pass a whole number from 1${most ? ` to ${most}` : ''}`);
}

function requireShare(scope: Construct, prop: string, value: number): void {
  if (Token.isUnresolved(value) || (value > 0 && value <= 1)) return;

  throw new Error(`${scope.node.path}: ${prop} is ${value}; pass a share, more than 0 and at most 1`);
}
