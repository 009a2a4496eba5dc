import { Duration } from 'aws-cdk-lib';
import {
  Alarm, type AlarmProps, Color, ComparisonOperator, GraphWidget, type HorizontalAnnotation, type IMetric, type IWidget, Stats, TextWidget,
  TextWidgetBackground, TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { DataFlow } from './data-flow';

/** The columns of a dashboard. */
export const WIDTH = 24;

/** How a metric is seen, by alarms and graphs. Functions, so that loading the library does not load CloudWatch. */
export const sum = () => ({ statistic: Stats.SUM, period: Duration.minutes(5) });
export const maximum = () => ({ statistic: Stats.MAXIMUM, period: Duration.minutes(5) });

/** How a stream is watched: by its alarms, and by a row of graphs. */
export type StreamWatch = {
  readonly title: string;
  readonly alarms: Alarm[];
  readonly graphs: IWidget[];
};

/** An alarm, and the line that shows its threshold in a graph. */
export type Limit = {
  readonly alarm: Alarm;
  readonly line: HorizontalAnnotation;
};

type LimitProps = Pick<AlarmProps, 'metric' | 'threshold' | 'evaluationPeriods'> & {
  /** The threshold as a person says it. */
  readonly label: string;
  /** What it means when the alarm goes off, and what to do first. */
  readonly description: string;
};

/** An alarm when the metric reaches the threshold. Where nothing happens at night, there is no data and no incident. */
export function atLeast(scope: Construct, id: string, props: LimitProps): Limit {
  return limit(scope, id, props, ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, TreatMissingData.NOT_BREACHING);
}

/** An alarm when the metric falls below the threshold. */
export function lessThan(scope: Construct, id: string, props: LimitProps): Limit {
  return limit(scope, id, props, ComparisonOperator.LESS_THAN_THRESHOLD, TreatMissingData.NOT_BREACHING);
}

/** An alarm when no records come for the time that the data flow may be without, if it says so: no data is no records. */
export function noRecords(flow: DataFlow, stream: string, metric: (period: Duration) => IMetric): Limit[] {
  if (!flow.noRecordsFor) return [];

  const minutes = Math.ceil(flow.noRecordsFor.toMinutes({ integral: false }));
  const period = Duration.minutes(minutes > 24 * 60 ? 60 : minutes); // a period is a day at most
  const time = spoken(flow.noRecordsFor);
  return [limit(flow.scope, 'NoRecords', {
    metric: metric(period),
    threshold: 1,
    label: `alarm after ${time} without`,
    description: `Amazon Connect has put no ${flow.data} into ${stream} for ${time}. First see whether there are contacts at all. If there are, see `
      + 'whether the instance still streams to it (aws connect list-instance-storage-configs), and whether the service-linked role of the instance '
      + 'may use the stream and its KMS key.',
    evaluationPeriods: Math.ceil(minutes / period.toMinutes()),
  }, ComparisonOperator.LESS_THAN_THRESHOLD, TreatMissingData.BREACHING)];
}

function limit(scope: Construct, id: string, props: LimitProps, comparisonOperator: ComparisonOperator, treatMissingData: TreatMissingData): Limit {
  const { metric, threshold, label, description: alarmDescription, evaluationPeriods } = props;
  return {
    alarm: new Alarm(scope, id, { metric, threshold, alarmDescription, evaluationPeriods, comparisonOperator, treatMissingData }),
    line: { value: threshold, label, color: Color.RED },
  };
}

/** One of the four graphs of a row. */
export function graph(title: string, left: IMetric[], limits: Limit[], highest?: number): IWidget {
  return new GraphWidget({
    title,
    left,
    leftAnnotations: limits.map(({ line }) => line),
    leftYAxis: { min: 0, max: highest, showUnits: false },
    width: WIDTH / 4,
    height: 6,
  });
}

/** The line above a row. */
export function heading(markdown: string): IWidget {
  return new TextWidget({ markdown, width: WIDTH, height: 1, background: TextWidgetBackground.TRANSPARENT });
}

/** A time as a person says it. */
export function spoken(time: Duration): string {
  return time.isUnresolved() ? time.formatTokenToNumber() : time.toHumanString();
}

/** The first letter as a title has it. */
export function capitalised(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
