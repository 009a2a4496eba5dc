import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmWithThreshold, alarmAtOrAbove, readableDuration } from './alarms';
import type { MonitoredStream } from './monitored-streams';
import { CONTACT_PERIODS } from './quiet-times';

/**
 * The number of contacts in a period without records, and a negative number in a period with records. Missing values are 0: FILL
 * replaces them, and arithmetic operators treat them as 0 if FILL does not replace those of a metric that has never had a value.
 */
const CONTACTS_WITHOUT_RECORDS = 'FILL(calls, 0) + FILL(chats, 0) - 1000000 * FILL(records, 0)';

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
    metric: new MathExpression({
      expression: CONTACTS_WITHOUT_RECORDS,
      usingMetrics: { calls: contacts.calls(period), chats: contacts.chats(period), records: records(period) },
      label: 'Contacts without records',
      period,
    }),
    threshold: 1,
    label: `alarm after ${readableDuration(time)} without`,
    description: `Contacts have started in the Amazon Connect instance for ${readableDuration(time)}, but ${name} has received no ${stream.data}. `
      + 'Records are probably lost. Check that the instance still streams to it (aws connect list-instance-storage-configs), that the service-linked role '
      + 'of the instance has permission to put records into it, and, for a Kinesis data stream with a customer managed key, that the key policy or a '
      + 'grant allows kms:GenerateDataKey.',
    evaluationPeriods: CONTACT_PERIODS,
  })];
}
