import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmWithThreshold, alarmAtOrAbove, readableDuration } from './alarms';
import type { MonitoredStream } from './monitored-streams';
import { CONTACT_PERIODS } from './quiet-times';

/**
 * Creates an alarm that goes off when contacts start in each period, but the stream receives no records in any of them. A single
 * long contact starts in only one period. If each record arrives within three periods after the start of its contact, the alarm
 * cannot go off: the record of a contact of the first period arrives in one of the four.
 */
export function contactsWithoutRecordsAlarm(stream: MonitoredStream, name: string, records: (period: Duration) => IMetric): AlarmWithThreshold[] {
  const { scope, contacts, contactsWithoutRecordsFor: time } = stream;
  if (!time) return [];

  const period = Duration.seconds(time.toSeconds() / CONTACT_PERIODS);
  return [alarmAtOrAbove(scope, 'ContactsWithoutRecords', {
    metric: contactsWithoutRecords({ calls: contacts.calls(period), chats: contacts.chats(period), records: records(period) }, period),
    threshold: 1,
    label: `alarm after ${readableDuration(time)} without`,
    description: `Contacts have started in the Amazon Connect instance for ${readableDuration(time)}, but ${name} has received no ${stream.data}. `
      + 'Records are probably lost. Check that the instance still streams to it (aws connect list-instance-storage-configs), that the service-linked role '
      + 'of the instance has permission to put records into it, and, for a Kinesis data stream with a customer managed key, that the key policy or a '
      + 'grant allows kms:GenerateDataKey.',
    evaluationPeriods: CONTACT_PERIODS,
    treatMissingData: TreatMissingData.IGNORE,
  })];
}

/**
 * The number of contacts in a period without records, and a negative number in a period with records. There is no value if the
 * periods before were also without records, for longer than the alarm evaluates: then the state of the alarm does not change. An
 * alarm that has gone off remains in the ALARM state until a record arrives. A new alarm does not go off because of the contacts
 * before its deployment.
 *
 * Missing values are 0: FILL replaces them, and arithmetic operators treat them as 0 if FILL does not replace those of a metric that
 * has never had a value.
 */
function contactsWithoutRecords(metrics: Record<'calls' | 'chats' | 'records', IMetric>, period: Duration): MathExpression {
  const math = (expression: string, usingMetrics: Record<string, IMetric>) => new MathExpression({ expression, usingMetrics, period });
  const unrecorded = math('FILL(calls, 0) + FILL(chats, 0) - 1000000 * FILL(records, 0)', metrics);
  const silent: Record<string, IMetric> = { silent0: math('IF(unrecorded > 0, 1, 0)', { unrecorded }) };
  for (let ago = 1; ago <= CONTACT_PERIODS; ago++) { // whether an earlier period was silent: a value less its difference is the preceding value
    const later = `silent${ago - 1}`;
    silent[`silent${ago}`] = math(`${later} - DIFF(${later})`, { [later]: silent[later] });
  }
  return math(`IF(${Object.keys(silent).join(' + ')} <= ${CONTACT_PERIODS}, unrecorded)`, { unrecorded, ...silent })
    .with({ label: 'Contacts without records' });
}
