/**
 * Evaluates alarms on metrics by the rules that AWS documents:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
import { type Interpretation, parseExpressions, type Series } from './metric-math';

/** The properties of an `AWS::CloudWatch::Alarm` on a metric math expression. */
export interface MathAlarm {
  readonly ComparisonOperator: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly DatapointsToAlarm?: number;
  readonly EvaluationPeriods: number;
  readonly Metrics: Array<{
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: {
        readonly Dimensions: Array<{ readonly Name: string; readonly Value: unknown }>;
        readonly MetricName: string;
        readonly Namespace: string;
      };
      readonly Period: number;
      readonly Stat: string;
    };
    readonly ReturnData?: boolean;
  }>;
  readonly Threshold: number;
  readonly TreatMissingData: 'breaching' | 'notBreaching' | 'ignore';
}

/** A metric: the sum of its values in each minute, and after how many minutes a value is available. */
export interface MinuteMetric {
  readonly values: Series;
  readonly delay: number;
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The data points that CloudWatch retrieves in addition to the evaluation periods. AWS documents two for three periods. */
const EXTRA_DATA_POINTS = 2;

/**
 * Determines the state of an alarm from the data points in its evaluation range and from its current state. If enough data points
 * exist, the most recent ones decide. Otherwise missing data points complete the number of evaluation periods.
 */
export function stateOf(alarm: Omit<MathAlarm, 'Metrics'>, range: Series, current: AlarmState): AlarmState {
  const { EvaluationPeriods: periods, DatapointsToAlarm: required = periods, Threshold: threshold } = alarm;
  const existing = range.filter((point) => point !== undefined).slice(-periods);
  const breaching = existing.filter((point) => alarm.ComparisonOperator === 'LessThanThreshold' ? point < threshold : point >= threshold).length;
  const filled = alarm.TreatMissingData === 'breaching' ? periods - existing.length : 0;
  if (breaching + filled >= required) return 'ALARM';
  const isIgnored = alarm.TreatMissingData === 'ignore' && existing.length < periods && breaching === existing.length;
  return isIgnored ? current : 'OK';
}

/** How CloudWatch evaluates an alarm. */
export interface Evaluation extends Interpretation {
  /**
   * `sliding` periods end at the minute of the evaluation: AWS documents that an alarm with a period of five minutes evaluates
   * minutes 1 to 5, then minutes 2 to 6. `aligned` periods start at multiples of the period.
   */
  readonly periods: 'sliding' | 'aligned';
}

/** Returns a function that evaluates an alarm at a minute. The alarm remembers its state for the next minute. */
export function alarmOn(alarm: MathAlarm, metrics: Readonly<Record<string, MinuteMetric>>, evaluation: Evaluation): (minute: number) => AlarmState {
  let state: AlarmState = 'INSUFFICIENT_DATA';
  const sums = Object.fromEntries(Object.entries(metrics).map(([name, { values, delay }]) => [name, { delay, ...cumulate(values) }]));
  const texts = Object.fromEntries(alarm.Metrics.flatMap(({ Id, Expression }) => Expression ? [[Id, Expression]] : []));
  const expression = parseExpressions(texts, alarm.Metrics.find(({ Expression, ReturnData }) => Expression && ReturnData !== false)!.Id, evaluation);
  const inputs = alarm.Metrics.flatMap(({ Id, MetricStat }) => MetricStat ? [{ id: Id, ...MetricStat }] : []);
  const [{ Period: seconds }] = inputs;
  if (inputs.some(({ Period, Stat }) => Period !== seconds || Stat !== 'Sum')) throw new Error('each metric must have the same period and the statistic Sum');
  const period = seconds / 60;

  return (minute) => {
    const end = evaluation.periods === 'sliding' ? minute : Math.floor(minute / period) * period;
    const starts = Array.from({ length: alarm.EvaluationPeriods + EXTRA_DATA_POINTS }, (_, index) => end - (index + 1) * period).reverse();
    const series: Record<string, Series> = {};
    for (const { id, Metric: { MetricName } } of inputs) {
      const { delay, total, count } = sums[MetricName];
      const bound = (at: number) => Math.max(0, Math.min(at, minute - delay, total.length - 1));
      series[id] = starts.map((start) => {
        const from = bound(start);
        const to = bound(start + period);
        return count[to] > count[from] ? total[to] - total[from] : undefined;
      });
    }
    const range = expression(series);
    if (typeof range === 'number') throw new Error('the expression must result in a time series');
    state = stateOf(alarm, range, state);
    return state;
  };
}

/** The sum and the number of the values before each minute. */
function cumulate(values: Series): { total: number[]; count: number[] } {
  const total = [0];
  const count = [0];
  for (const value of values) {
    total.push(total[total.length - 1] + (value ?? 0));
    count.push(count[count.length - 1] + (value === undefined ? 0 : 1));
  }
  return { total, count };
}
