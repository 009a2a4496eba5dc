import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';

/** The number of periods that an alarm on silence evaluates. */
export const SILENT_PERIODS = 4;

/**
 * The number of expected records in a period in which none arrives, and a negative number in a period in which a record arrives.
 * There is no value if the periods before were also without records, for longer than the alarm evaluates: then the state of the
 * alarm does not change. An alarm that has gone off remains in the ALARM state until a record arrives. A new alarm does not go off
 * because of what was expected before its deployment.
 */
export function onsetOfSilence(expected: string, usingMetrics: Record<string, IMetric>, period: Duration): MathExpression {
  const unrecorded = math(`${expected} - 1000000 * FILL(records, 0)`, usingMetrics, period);
  const silent: Record<string, IMetric> = { silent0: math('IF(unrecorded > 0, 1, 0)', { unrecorded }, period) };
  for (let ago = 1; ago <= SILENT_PERIODS; ago++) { // whether an earlier period was silent: a value less its difference is the preceding value
    const later = `silent${ago - 1}`;
    silent[`silent${ago}`] = math(`${later} - DIFF(${later})`, { [later]: silent[later] }, period);
  }
  return math(`IF(${Object.keys(silent).join(' + ')} <= ${SILENT_PERIODS}, unrecorded)`, { unrecorded, ...silent }, period);
}

function math(expression: string, usingMetrics: Record<string, IMetric>, period: Duration): MathExpression {
  return new MathExpression({ expression, usingMetrics, period });
}
