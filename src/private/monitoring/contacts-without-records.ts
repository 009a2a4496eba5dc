import { Duration } from 'aws-cdk-lib';
import { type IMetric, type MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmWithThreshold, alarmAtOrAbove, readableDuration } from './alarms';
import type { MonitoredStream } from './monitored-streams';
import { onsetOfSilence, SILENT_PERIODS } from './onset-of-silence';

/**
 * Creates an alarm that goes off when contacts start in each period, but the stream receives no records in any of them. A single
 * long contact starts in only one period. If each record arrives within three periods after the start of its contact, the alarm
 * cannot go off: the record of a contact of the first period arrives in one of the four.
 */
export function contactsWithoutRecordsAlarm(stream: MonitoredStream, name: string, records: (period: Duration) => IMetric): AlarmWithThreshold[] {
  const { scope, contacts, contactsWithoutRecordsFor: time } = stream;
  if (!time) return [];

  const period = Duration.seconds(time.toSeconds() / SILENT_PERIODS);
  return [alarmAtOrAbove(scope, 'ContactsWithoutRecords', {
    metric: contactsWithoutRecords({ calls: contacts.calls(period), chats: contacts.chats(period), records: records(period) }, period),
    threshold: 1,
    description: `Contacts have started in the Amazon Connect instance for ${readableDuration(time)}, but ${name} has received no ${stream.data}. `
      + 'Records are probably lost. Check that the instance still streams to it (aws connect list-instance-storage-configs), that the service-linked role '
      + 'of the instance has permission to put records into it, and, for a Kinesis data stream with a customer managed key, that the key policy or a '
      + 'grant allows kms:GenerateDataKey.',
    evaluationPeriods: SILENT_PERIODS,
    treatMissingData: TreatMissingData.IGNORE,
  })];
}

/**
 * Missing values are 0: FILL replaces them, and arithmetic operators treat them as 0 if FILL does not replace those of a metric that
 * has never had a value.
 */
function contactsWithoutRecords(metrics: Record<'calls' | 'chats' | 'records', IMetric>, period: Duration): MathExpression {
  return onsetOfSilence('FILL(calls, 0) + FILL(chats, 0)', metrics, period).with({ label: 'Contacts without records' });
}
