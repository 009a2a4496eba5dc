import {
  type Alarm, AlarmStatusWidget, GraphWidget, type HorizontalAnnotation, type IMetric, type IWidget, type MathExpression, type Metric, TextWidget,
  TextWidgetBackground,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SUM } from './alarms';
import type { MonitoredStream } from './monitored-streams';

/** The width of a dashboard, in grid units. */
const DASHBOARD_WIDTH = 24;

/** The number of alarms that fit into a row of the status widget. */
const ALARMS_PER_ROW = 6;

type Alarms = ReadonlyArray<{ readonly threshold: HorizontalAnnotation }>;

/** The metrics of a graph, by the labels of their lines. */
type Metrics = Readonly<Record<string, Metric | MathExpression>>;

/** The lines of a graph on each of its axes, with the thresholds of alarms. */
interface Lines {
  readonly left: Metrics;
  readonly leftAlarms: Alarms;
  /** Shares from 0 to 1, or numbers of another order of magnitude. */
  readonly right?: Metrics;
  readonly rightAlarms?: Alarms;
  /** The highest values of the axes. */
  readonly leftMax?: number;
  readonly rightMax?: number;
}

/** Creates the widget that shows the state of all alarms. */
export function alarmStatus(title: string, alarms: Alarm[]): IWidget {
  return new AlarmStatusWidget({ title, alarms, width: DASHBOARD_WIDTH, height: 2 + Math.ceil(alarms.length / ALARMS_PER_ROW) });
}

/** Creates one of the four graphs in a row, with the thresholds of alarms as lines. */
export function graph(title: string, { left, leftAlarms, right, rightAlarms = [], leftMax, rightMax }: Lines): IWidget {
  return new GraphWidget({
    title,
    left: labeled(left),
    right: right && labeled(right),
    leftAnnotations: leftAlarms.map(({ threshold }) => threshold),
    rightAnnotations: rightAlarms.map(({ threshold }) => threshold),
    leftYAxis: { min: 0, max: leftMax, showUnits: false },
    rightYAxis: right && { min: 0, max: rightMax, showUnits: false },
    width: DASHBOARD_WIDTH / 4,
    height: 6,
  });
}

/** Creates the graph of contacts beside records. A gap between contacts and contact records shows a loss, so these have a common axis. */
export function contactsAndRecords({ contacts, hasContactRecords }: MonitoredStream, records: Metric, alarms: Alarms): IWidget {
  const started = { Calls: contacts.calls(SUM.period), Chats: contacts.chats(SUM.period) };
  return graph('Contacts and records', hasContactRecords
    ? { left: { ...started, Records: records }, leftAlarms: alarms }
    : { left: started, leftAlarms: [], right: { Records: records }, rightAlarms: alarms });
}

/** Creates the heading of a row. */
export function heading(markdown: string): IWidget {
  return new TextWidget({ markdown, width: DASHBOARD_WIDTH, height: 1, background: TextWidgetBackground.TRANSPARENT });
}

function labeled(metrics: Metrics): IMetric[] {
  return Object.entries(metrics).map(([label, metric]) => metric.with({ label }));
}
