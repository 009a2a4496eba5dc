import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { errorAt } from '../common/errors';

/** The thresholds of the alarms. */
export interface Thresholds {
  readonly throttledRecords: number;
  readonly writeSuccess: number;
  readonly iteratorAge?: Duration;
  readonly throttledReads: number;
  readonly readSuccess: number;
  readonly dataFreshness: Duration;
  readonly deliverySuccess: number;
  readonly kmsKeyErrors: number;
  readonly evaluationPeriods: number;
}

/** Validates the specified thresholds, and adds the defaults. */
export function resolveThresholds(scope: Construct, specified: Partial<Thresholds>): Thresholds {
  const {
    throttledRecords = 1, writeSuccess = 0.99, iteratorAge, throttledReads = 10, readSuccess = 0.9, dataFreshness = Duration.minutes(30),
    deliverySuccess = 0.9, kmsKeyErrors = 1, evaluationPeriods = 1,
  } = specified;
  validateCount(scope, 'throttledRecords', throttledRecords);
  validateCount(scope, 'throttledReads', throttledReads);
  validateCount(scope, 'kmsKeyErrors', kmsKeyErrors);
  validateCount(scope, 'evaluationPeriods', evaluationPeriods, 96); // an alarm with a period of 15 minutes evaluates one day at most
  validateShare(scope, 'writeSuccess', writeSuccess);
  validateShare(scope, 'readSuccess', readSuccess);
  validateShare(scope, 'deliverySuccess', deliverySuccess);
  if (iteratorAge) validateAge(scope, 'iteratorAge', iteratorAge, 'millis', Duration.days(365)); // the longest retention period
  validateAge(scope, 'dataFreshness', dataFreshness, 'seconds', Duration.days(1)); // Firehose discards older records
  return {
    throttledRecords, writeSuccess, iteratorAge, throttledReads, readSuccess, dataFreshness, deliverySuccess, kmsKeyErrors, evaluationPeriods,
  };
}

/** Throws unless the duration is in the range. */
export function validateDuration(scope: Construct, prop: string, duration: Duration, shortest: Duration, longest: Duration): void {
  const seconds = duration.toSeconds({ integral: false });
  if (!(seconds >= shortest.toSeconds() && seconds <= longest.toSeconds())) {
    throw errorAt(scope, `${prop} must be between ${shortest.toHumanString()} and ${longest.toHumanString()}, got ${duration.toHumanString()}`,
      'specify a duration such as Duration.hours(1)');
  }
}

/** Throws unless the age is in the range or, if it is an unresolved token, in the unit of the metric: CloudFormation cannot convert it. */
function validateAge(scope: Construct, prop: string, age: Duration, unit: 'millis' | 'seconds', longest: Duration): void {
  if (!age.isUnresolved()) {
    validateDuration(scope, prop, age, Duration.minutes(1), longest);
  } else if (age.unitLabel() !== unit) {
    throw errorAt(scope, `${prop} must be in ${unit} if it is an unresolved token, because CloudFormation cannot convert it, got ${age.unitLabel()}`,
      `specify Duration.${unit}()`);
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
