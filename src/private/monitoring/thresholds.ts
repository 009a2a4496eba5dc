import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { errorAt } from '../common/errors';

/** The thresholds of the alarms. */
export interface Thresholds {
  readonly throttledRecords: number;
  readonly iteratorAge?: Duration;
  readonly dataFreshness: Duration;
  readonly deliverySuccess: number;
  readonly kmsKeyErrors: number;
  readonly evaluationPeriods: number;
}

/** Validates the specified thresholds, and adds the defaults. */
export function resolveThresholds(scope: Construct, specified: Partial<Thresholds>): Thresholds {
  const {
    throttledRecords = 1, iteratorAge, dataFreshness = Duration.minutes(30), deliverySuccess = 0.9, kmsKeyErrors = 1, evaluationPeriods = 1,
  } = specified;
  validateCount(scope, 'throttledRecords', throttledRecords);
  validateCount(scope, 'kmsKeyErrors', kmsKeyErrors);
  validateCount(scope, 'evaluationPeriods', evaluationPeriods, 96); // an alarm with a period of 15 minutes evaluates one day at most
  validateShare(scope, 'deliverySuccess', deliverySuccess);
  if (iteratorAge && !iteratorAge.isUnresolved()) validateDuration(scope, 'iteratorAge', iteratorAge, Duration.days(365)); // the longest retention period
  if (!dataFreshness.isUnresolved()) validateDuration(scope, 'dataFreshness', dataFreshness, Duration.days(1)); // Firehose discards older records
  return { throttledRecords, iteratorAge, dataFreshness, deliverySuccess, kmsKeyErrors, evaluationPeriods };
}

/** Throws unless the duration is between one minute and the longest duration. */
export function validateDuration(scope: Construct, prop: string, duration: Duration, longest: Duration): void {
  const minutes = duration.toMinutes({ integral: false });
  if (!(minutes >= 1 && minutes <= longest.toMinutes())) {
    throw errorAt(scope, `${prop} must be between 1 minute and ${longest.toHumanString()}, got ${duration.toHumanString()}`,
      'specify a duration such as Duration.minutes(30)');
  }
}

function validateCount(scope: Construct, prop: string, value: number, max?: number): void {
  if (Token.isUnresolved(value) || (Number.isInteger(value) && value >= 1 && value <= (max ?? value))) return;

  throw errorAt(scope, `${prop} must be a whole number of at least 1${max ? ` and at most ${max}` : ''}, got ${value}`, 'specify a number such as 1');
}

function validateShare(scope: Construct, prop: string, value: number): void {
  if (Token.isUnresolved(value) || (value > 0 && value <= 1)) return;

  throw errorAt(scope, `${prop} must be greater than 0 and at most 1, got ${value}`, 'specify a share such as 0.9 for 90 %');
}
