import { Duration } from 'aws-cdk-lib';
import { Alarm, type AlarmProps, Color, ComparisonOperator, type HorizontalAnnotation, type IMetric, type IWidget, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MonitoredStream } from './monitored-streams';

export const SUM = { statistic: Stats.SUM, period: Duration.minutes(5) };
export const MAXIMUM = { statistic: Stats.MAXIMUM, period: Duration.minutes(5) };
/** Five minutes can contain a single attempt, or none. */
export const AVERAGE = { statistic: Stats.AVERAGE, period: Duration.minutes(15) };

/** The alarms of a stream, and its row on the dashboard. */
export type StreamMonitoring = {
  readonly title: string;
  readonly alarms: Alarm[];
  readonly graphs: IWidget[];
};

/** An alarm, and the line that shows its threshold in a graph. */
export type AlarmWithThreshold = {
  readonly alarm: Alarm;
  readonly threshold: HorizontalAnnotation;
};

type ThresholdAlarmProps = Pick<AlarmProps, 'metric' | 'threshold' | 'evaluationPeriods' | 'treatMissingData'> & {
  /** The label of the threshold, if a graph shows it. */
  readonly label?: string;
  /** The consequence for the data, and what to do first. */
  readonly description: string;
};

/** Creates an alarm that goes off when the metric reaches the threshold. By default, missing data is treated as not breaching. */
export function alarmAtOrAbove(scope: Construct, id: string, props: ThresholdAlarmProps): AlarmWithThreshold {
  return newAlarm(scope, id, props, ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD);
}

/** Creates an alarm that goes off when the metric falls below the threshold. By default, missing data is treated as not breaching. */
export function alarmBelow(scope: Construct, id: string, props: ThresholdAlarmProps): AlarmWithThreshold {
  return newAlarm(scope, id, props, ComparisonOperator.LESS_THAN_THRESHOLD);
}

/** Creates an alarm that goes off when the stream receives no records for the specified time, if any. Missing data is treated as breaching. */
export function noRecordsAlarm(stream: MonitoredStream, name: string, records: (period: Duration) => IMetric): AlarmWithThreshold[] {
  if (!stream.noRecordsFor) return [];

  const minutes = stream.noRecordsFor.toMinutes();
  const period = Duration.minutes(minutes > 24 * 60 ? 60 : minutes); // the longest period is one day
  const time = readableDuration(stream.noRecordsFor);
  return [alarmBelow(stream.scope, 'NoRecords', {
    metric: records(period),
    threshold: 1,
    label: `alarm after ${time} without`,
    description: `${capitalize(name)} has received no ${stream.data} for ${time}. First check whether there are contacts and logged-in agents. If `
      + 'there are, check that the instance still streams to it (aws connect list-instance-storage-configs), and that the service-linked role of the '
      + 'instance has permission to use the stream and its KMS key.',
    evaluationPeriods: minutes / period.toMinutes(),
    treatMissingData: TreatMissingData.BREACHING,
  })];
}

function newAlarm(scope: Construct, id: string, props: ThresholdAlarmProps, comparisonOperator: ComparisonOperator): AlarmWithThreshold {
  const { metric, threshold, label, description: alarmDescription, evaluationPeriods, treatMissingData = TreatMissingData.NOT_BREACHING } = props;
  return {
    alarm: new Alarm(scope, id, { metric, threshold, alarmDescription, evaluationPeriods, comparisonOperator, treatMissingData }),
    threshold: { value: threshold, label, color: Color.RED },
  };
}

/** Formats a duration for descriptions and labels. */
export function readableDuration(duration: Duration): string {
  return duration.isUnresolved() ? duration.formatTokenToNumber() : duration.toHumanString();
}

/** Capitalizes the first letter, for titles and sentences. */
export function capitalize(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
