import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SILENT_PERIODS } from './onset-of-silence';
import { validateDuration } from './thresholds';
import { CONTACT_RECORDS, DATA_TYPES, type DataType } from '../common/data-types';
import { errorAt } from '../common/errors';
import { isStreamed, type Streams } from '../common/streams';

/** The times without records after which alarms go off. */
export type QuietTimes = { readonly [prop in DataType['noRecordsProp']]?: Duration } & {
  /** Counts only if contacts start. */
  readonly contactsWithoutRecordsFor?: Duration;
};

interface SpecifiedTimes extends QuietTimes {
  readonly contactsWithoutRecords?: boolean;
}

/** Validates the specified times, and adds the default. */
export function resolveQuietTimes(scope: Construct, streams: Streams, specified: SpecifiedTimes): QuietTimes {
  for (const dataType of DATA_TYPES) {
    const time = specified[dataType.noRecordsProp];
    if (time) validateNoRecordsFor(scope, streams, dataType, time);
  }
  return { ...specified, contactsWithoutRecordsFor: resolveContactsWithoutRecordsFor(scope, streams, specified) };
}

function validateNoRecordsFor(scope: Construct, streams: Streams, dataType: DataType, time: Duration): void {
  const { noRecordsProp } = dataType;
  validateKnown(scope, noRecordsProp, time);
  validateDuration(scope, noRecordsProp, time, Duration.minutes(1), Duration.days(7)); // an alarm evaluates seven days at most
  validateMultiple(scope, noRecordsProp, time, 1);
  if (time.toMinutes() > 24 * 60 && time.toMinutes() % 60 !== 0) {
    throw errorAt(scope, `${noRecordsProp} must be a whole number of hours if it is longer than 1 day, got ${time.toMinutes()} minutes`,
      `specify a duration such as Duration.hours(${Math.ceil(time.toHours({ integral: false }))})`);
  }
  validateStreamed(scope, streams, dataType, noRecordsProp, time.toHumanString());
}

function resolveContactsWithoutRecordsFor(
  scope: Construct, streams: Streams, { contactsWithoutRecords: isSpecified, contactsWithoutRecordsFor: specified }: SpecifiedTimes,
): Duration | undefined {
  const prop = 'contactsWithoutRecordsFor';
  const contactsWithoutRecords = isSpecified ?? true;
  if (isSpecified) validateStreamed(scope, streams, CONTACT_RECORDS, 'contactsWithoutRecords', 'true');
  if (specified) {
    validateKnown(scope, prop, specified);
    // The longest evaluation range that CloudWatch evaluates every minute is a day. In periods shorter than five minutes, late metrics look like missing records.
    validateDuration(scope, prop, specified, Duration.minutes(5 * SILENT_PERIODS), Duration.days(1));
    validateMultiple(scope, prop, specified, SILENT_PERIODS);
    validateStreamed(scope, streams, CONTACT_RECORDS, prop, specified.toHumanString());
    if (!contactsWithoutRecords) {
      throw errorAt(scope, `${prop} cannot be ${specified.toHumanString()}, because contactsWithoutRecords is false`, 'remove one of the two props');
    }
  }
  return contactsWithoutRecords && isStreamed(streams, CONTACT_RECORDS) ? specified ?? Duration.hours(1) : undefined;
}

function validateKnown(scope: Construct, prop: string, time: Duration): void {
  if (!time.isUnresolved()) return;

  throw errorAt(scope, `${prop} must be known at synthesis time, because it determines the period of an alarm, got an unresolved token`,
    'specify a duration such as Duration.hours(1)');
}

function validateMultiple(scope: Construct, prop: string, time: Duration, minutes: number): void {
  if (time.toSeconds({ integral: false }) % (60 * minutes) === 0) return;

  const specified = time.toMinutes({ integral: false });
  throw errorAt(scope, `${prop} must be a ${minutes === 1 ? 'whole number of' : `multiple of ${minutes}`} minutes, got ${specified} minutes`,
    `specify a duration such as Duration.minutes(${Math.ceil(specified / minutes) * minutes})`);
}

function validateStreamed(scope: Construct, streams: Streams, dataType: DataType, prop: string, value: string): void {
  if (isStreamed(streams, dataType)) return;

  const { label, prop: destination } = dataType;
  throw errorAt(scope, `${prop} cannot be ${value}, because ${streams.node.path} does not stream ${label}`,
    `remove ${prop}, or set ${destination} of ${streams.node.path}`);
}
