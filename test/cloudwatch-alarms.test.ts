import { type AlarmState, alarmOn, type MathAlarm, stateOf } from './cloudwatch/alarm';
import { evaluateExpression, type Series } from './cloudwatch/metric-math';

const _ = undefined; // a missing value

/** The examples of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
describe('evaluator of metric math', () => {
  const metric1 = [30, 20, 0, 0];
  const metric2 = [20, _, 20, _];
  const condition = [1, 1, 0, 0, _];
  const whenTrue = [30, _, 0, 0, 30];
  const whenFalse = [0, 0, 20, _, 20];

  test.each<[string, Series]>([
    ['metric1 < metric2', [0, 0, 1, 0]],
    ['metric1 >= 30', [1, 0, 0, 0]],
    ['metric1 > 15 AND metric2 > 15', [1, 0, 0, 0]],
    ['IF(condition, whenTrue, whenFalse)', [30, 0, 20, _, _]],
    ['IF(condition, 5, whenFalse)', [5, 5, 20, _, _]],
    ['IF(condition, whenTrue, 5)', [30, 0, 5, 5, _]],
    ['IF(metric1 < 25, 10, 2)', [2, 10, 10, 10]],
    ['IF(metric1 < 25, metric1)', [_, 20, 0, 0]],
  ])('returns the documented values of %s', (expression, values) => {
    expect(evaluateExpression(expression, { metric1, metric2, condition, whenTrue, whenFalse })).toEqual(values);
  });

  test.each<[string, Series]>([
    ['metric1 + metric2', [50, 20, 20, 0]], // missing values are treated as 0
    ['metric2 / metric1', [20 / 30, 0, _, _]], // a data point that would divide by zero is dropped
    ['metric1 - 2 * (3 + 4)', [16, 6, -14, -14]],
    ['FILL(metric2, 7)', [20, 7, 20, 7]],
    ['FILL(metric2, REPEAT)', [20, 20, 20, 20]],
    ['DIFF(metric1)', [_, -10, -20, 0]],
    ['metric1 - DIFF(metric1)', [30, 30, 20, 0]], // the preceding value
    ['metric1 == 0 || metric1 != 20 && metric1 <= 30', [1, 0, 1, 1]],
  ])('follows the documented rules for %s', (expression, values) => {
    expect(evaluateExpression(expression, { metric1, metric2 })).toEqual(values);
  });

  test('leaves an empty time series empty in FILL, if it is interpreted so', () => {
    const series = { metric2, empty: [_, _] };
    expect(evaluateExpression('FILL(empty, 0)', series)).toEqual([0, 0]);
    expect(evaluateExpression('FILL(empty, 0)', series, { fillsEmptySeries: false })).toEqual([_, _]);
    expect(evaluateExpression('FILL(metric2, 0)', series, { fillsEmptySeries: false })).toEqual([20, 0, 20, 0]);
  });

  test.each([
    ['SUM(metric1)', 'the function SUM is not supported in alarms'], // AWS advises against it in alarms
    ['metric3 + 1', 'there is no metric with the id metric3'],
    ['1 + 1', 'the result must be a time series'],
    ['(metric1', 'expected ")"'],
    ['metric1 metric2', 'unexpected "metric2"'],
    ['FILL(1, 2)', 'FILL requires a time series'],
    ['DIFF(1)', 'DIFF requires a time series'],
  ])('rejects %s', (expression, message) => {
    expect(() => evaluateExpression(expression, { metric1, metric2 })).toThrow(message);
  });
});

/** The tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: the evaluation range is five data points. */
describe('evaluator of alarms', () => {
  const X = 1;
  const current = 'INSUFFICIENT_DATA'; // the state to retain
  const state = (range: Series, required: number, treatMissingData: MathAlarm['TreatMissingData']): AlarmState => stateOf({
    ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: required, TreatMissingData: treatMissingData,
  }, range, current);

  test.each<[Series, number, AlarmState, AlarmState, AlarmState]>([
    [[0, _, X, _, X], 3, 'OK', 'OK', 'OK'],
    [[0, _, _, _, _], 3, 'OK', 'OK', 'OK'],
    [[_, _, _, _, _], 3, current, 'ALARM', 'OK'],
    [[0, X, X, _, X], 3, 'ALARM', 'ALARM', 'ALARM'],
    [[_, _, X, _, _], 3, current, 'ALARM', 'OK'],
    [[0, _, X, _, X], 2, 'ALARM', 'ALARM', 'ALARM'],
    [[0, 0, X, 0, X], 2, 'ALARM', 'ALARM', 'ALARM'],
    [[0, _, X, _, _], 2, 'OK', 'ALARM', 'OK'],
    [[_, _, _, _, 0], 2, 'OK', 'ALARM', 'OK'],
    [[_, _, _, X, _], 2, current, 'ALARM', 'OK'],
  ])('returns the documented state of %j with %d data points to alarm', (range, required, ignore, breaching, notBreaching) => {
    expect(state(range, required, 'ignore')).toBe(ignore);
    expect(state(range, required, 'breaching')).toBe(breaching);
    expect(state(range, required, 'notBreaching')).toBe(notBreaching);
  });

  const alarm: MathAlarm = {
    ComparisonOperator: 'LessThanThreshold',
    EvaluationPeriods: 1,
    Metrics: [
      { Id: 'filled', Expression: 'FILL(records, 0)' },
      { Id: 'records', MetricStat: { Metric: { Namespace: 'AWS/Kinesis', MetricName: 'IncomingRecords', Dimensions: [] }, Period: 300, Stat: 'Sum' } },
    ],
    Threshold: 1,
    TreatMissingData: 'notBreaching',
  };
  const values = Array.from({ length: 20 }, (_value, minute) => minute === 6 ? 1 : _);

  test.each<['sliding' | 'aligned', number, number[]]>([
    ['sliding', 0, [7, 8, 9, 10, 11]], // the periods that contain minute 6
    ['sliding', 3, [10, 11]], // the record is available three minutes later
    ['aligned', 0, [10, 11, 12, 13, 14]], // the period from minute 5 to 10
  ])('evaluates %s periods with a delay of %d minutes', (periods, delay, okAt) => {
    const at = alarmOn(alarm, { IncomingRecords: { values, delay } }, { periods, fillsEmptySeries: true });
    expect(Array.from({ length: 20 }, (_value, minute) => minute).filter((minute) => at(minute) === 'OK')).toEqual(okAt);
  });

  test('rejects metrics with different periods, as CloudWatch does', () => {
    const [filled, records] = alarm.Metrics;
    const other = { Id: 'calls', MetricStat: { ...records.MetricStat!, Period: 60 } };
    expect(() => alarmOn({ ...alarm, Metrics: [filled, records, other] }, { IncomingRecords: { values, delay: 0 } }, { periods: 'sliding', fillsEmptySeries: true }))
      .toThrow('each metric must have the same period');
  });
});
