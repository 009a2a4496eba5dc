/**
 * The alarms and the dashboard of a monitoring construct, as in its template.
 */
import { type aws_cloudwatch as cloudwatch, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { MathAlarm } from './alarm';
import { type Interpretation, parseExpressions, type Series } from './metric-math';
import type { DataStreamingMonitoring } from '../../src';
import type { Template as SynthesizedTemplate } from '../../src/template/template';
import { resources, theOnly } from '../support';
import { type DashboardBody, dashboardBody } from '../template/dashboard-body';

export interface AlarmProperties {
  readonly AlarmDescription: unknown;
  readonly AlarmName?: string;
  readonly AlarmActions?: unknown[];
  readonly ComparisonOperator: string;
  readonly Dimensions: Array<{ readonly Name: string; readonly Value: unknown }>;
  readonly EvaluationPeriods: number;
  readonly MetricName: string;
  readonly Metrics?: MathAlarm['Metrics'];
  readonly Namespace: string;
  readonly Period: number;
  readonly Statistic: string;
  readonly Threshold: unknown;
  readonly TreatMissingData: string;
}

/** Returns the alarms by their construct paths, relative to the monitoring construct. */
export function alarms(monitoring: DataStreamingMonitoring): Record<string, AlarmProperties> {
  const stack = Stack.of(monitoring);
  const inTemplate = resources(stack, 'AWS::CloudWatch::Alarm');
  return Object.fromEntries(monitoring.alarms.map((alarm) => [
    alarm.node.path.slice(monitoring.node.path.length + 1),
    inTemplate[stack.getLogicalId(alarm.node.defaultChild as cloudwatch.CfnAlarm)].Properties as unknown as AlarmProperties,
  ]));
}

/** Returns the metrics of an alarm on a metric math expression by their ids. */
export function inputsOf({ Metrics = [] }: AlarmProperties): Record<string, unknown> {
  return Object.fromEntries(Metrics.flatMap(({ Id, MetricStat }) => {
    if (!MetricStat) return [];
    const { Metric: metric, ...statistic } = MetricStat;
    return [[Id, { ...metric, ...statistic }]];
  }));
}

/** Evaluates the metric math expression of an alarm. */
export function evaluate({ Metrics = [] }: AlarmProperties, series: Record<string, Series>, interpretation?: Interpretation): Series {
  const texts = Object.fromEntries(Metrics.flatMap(({ Id, Expression }) => Expression ? [[Id, Expression]] : []));
  return parseExpressions(texts, Metrics.find(({ ReturnData }) => ReturnData)!.Id, interpretation)(series) as Series;
}

export function body(stack: Stack): DashboardBody {
  const template = Template.fromStack(stack).toJSON() as SynthesizedTemplate;
  const [id] = theOnly(resources(stack, 'AWS::CloudWatch::Dashboard'));
  return dashboardBody(template, template.Resources[id]);
}
