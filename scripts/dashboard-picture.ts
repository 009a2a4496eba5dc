/**
 * `npx projen docs:dashboard`: draws the dashboard that `DataStreamingMonitoring` creates. Reads the dashboard body from a
 * synthesized template and draws each widget with its title, labels and thresholds. The values are invented: four hours of a
 * contact center, in the last of which Amazon Connect cannot put contact records.
 */
import { mkdirSync, writeFileSync } from 'fs';
import { dirname } from 'path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template as SynthesizedTemplate } from 'aws-cdk-lib/assertions';
import { PATH_METADATA_ENABLE_CONTEXT } from 'aws-cdk-lib/cx-api';
import { ConnectDataStreaming, ConnectInstance, DataStreamingMonitoring, StreamingDestination } from '../src';
import type { Template } from '../src/template/template';
import { type Annotation, dashboardBody, type MetricOptions, type Widget } from '../test/template/dashboard-body';

const COLUMN = 46;
const ROW = 28;
const GAP = 4;
const MARGIN = 12;
const COLORS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#9467bd', '#8c564b']; // the colors of CloudWatch, except red, which marks thresholds
const RED = '#d13212';
const DARK = '#16191f';
const GRAY = '#545b64';

const POINTS = 48; // of five minutes
const OUTAGE = 36; // the first point without contact records

const [, , file] = process.argv;
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, picture(synthesize()));

function synthesize(): Widget[] {
  const stack = new Stack(new App({ context: { [PATH_METADATA_ENABLE_CONTEXT]: true } }), 'ContactCenterData');
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: ConnectInstance.fromInstanceArn(stack, 'Instance', 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111'),
    contactRecords: StreamingDestination.newDeliveryStream({ deliveryStreamName: 'contact-records' }),
    agentEvents: StreamingDestination.newKinesisStream({ streamName: 'agent-events' }),
    voiceAnalysisSegments: StreamingDestination.newKinesisStream({ streamName: 'voice-segments', retentionPeriod: Duration.days(7) }),
    chatAnalysisSegments: StreamingDestination.newKinesisStream({ streamName: 'chat-segments' }),
  });
  new DataStreamingMonitoring(stack, 'Monitoring', { streaming, noAgentEventsFor: Duration.hours(16) });

  const template = SynthesizedTemplate.fromStack(stack).toJSON() as Template;
  const [dashboard] = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  return dashboardBody(template, dashboard).widgets;
}

function picture(widgets: Widget[]): string {
  const width = Math.max(...widgets.map((widget) => widget.x + widget.width)) * COLUMN + 2 * MARGIN;
  const height = Math.max(...widgets.map((widget) => widget.y + widget.height)) * ROW + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif">`,
    '<title>The dashboard: the state of all alarms, and a row of graphs for each stream, with invented values</title>',
    `<rect width="${width}" height="${height}" fill="#f2f3f3"/>`,
    ...widgets.flatMap(drawWidget),
    '</svg>',
    '',
  ].join('\n');
}

function drawWidget(widget: Widget): string[] {
  const box = {
    x: widget.x * COLUMN + MARGIN,
    y: widget.y * ROW + MARGIN,
    width: widget.width * COLUMN - GAP,
    height: widget.height * ROW - GAP,
  };
  switch (widget.type) {
    case 'text': return [text(box.x + 2, box.y + box.height - 6, 16, DARK, widget.properties.markdown!.replace(/^#+ /, ''), { bold: true, room: box.width })];
    case 'alarm': return [...frame(box, widget.properties.title!), ...alarms(box, widget.properties.alarms!)];
    case 'metric': return [...frame(box, widget.properties.title!), ...graph(box, widget)];
    default: throw new Error(`cannot draw a widget of type ${widget.type}`);
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function frame({ x, y, width, height }: Box, title: string): string[] {
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="#ffffff" stroke="#d5dbdb"/>`,
    text(x + 10, y + 18, 11.5, DARK, title, { bold: true, room: width - 20 }),
  ];
}

/** A tile for each alarm, with the last parts of its construct path. */
function alarms({ x, y, width, height }: Box, paths: string[]): string[] {
  const columns = 6;
  const tile = { width: (width - 20) / columns, height: 32 };
  if (26 + Math.ceil(paths.length / columns) * tile.height > height) throw new Error(`the widget has no space for ${paths.length} alarms`);
  return paths.flatMap((path, index) => {
    const left = x + 10 + (index % columns) * tile.width;
    const top = y + 26 + Math.floor(index / columns) * tile.height;
    const [dataType, alarm] = path.split('/').slice(-3, -1);
    const color = alarm === 'ContactsWithoutRecords' ? RED : '#1d8102';
    const room = tile.width - GAP - 12;
    return [
      `<rect x="${left.toFixed(1)}" y="${top}" width="${(tile.width - GAP).toFixed(1)}" height="${tile.height - GAP}" rx="3" fill="${color}" fill-opacity="0.1" stroke="${color}" stroke-opacity="0.5"/>`,
      text(left + 6, top + 12, 10, DARK, alarm, { room }),
      text(left + 6, top + 23, 8.5, GRAY, dataType, { room }),
    ];
  });
}

/** A line of a graph. */
interface Line {
  readonly label: string;
  readonly axis: 'left' | 'right';
  readonly values: number[];
  readonly color: string;
}

function graph(box: Box, { properties: { metrics = [], annotations, yAxis } }: Widget): string[] {
  const lines = metrics.filter((metric) => optionsOf(metric).visible !== false).map((metric, index): Line => {
    const { label, yAxis: axis = 'left' } = optionsOf(metric);
    if (!label) throw new Error('each line must have a label');
    return { label, axis, values: invent(label, metric), color: COLORS[index] };
  });
  const thresholds = annotations?.horizontal ?? [];
  const plot = { x: box.x + 34, y: box.y + 32, width: box.width - 34 - (lines.some(({ axis }) => axis === 'right') ? 34 : 10), height: box.height - 40 - 12 * legendRows(box, lines) };
  const highest = (axis: 'left' | 'right') => yAxis?.[axis]?.max ?? (yAxis?.right?.max ? 2 : 1.25) * Math.max( // space for the labels of two thresholds
    ...lines.filter((line) => line.axis === axis).flatMap(({ values }) => values),
    ...thresholds.filter((one) => (one.yAxis ?? 'left') === axis).map(({ value }) => value),
  );
  const level = (axis: 'left' | 'right', value: number) => plot.y + plot.height * (1 - value / highest(axis));
  return [
    ...[0, 0.5, 1].map((share) => plot.y + plot.height * share)
      .map((at) => `<line x1="${plot.x}" x2="${plot.x + plot.width}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" stroke="#eaeded"/>`),
    ...(['left', 'right'] as const).filter((axis) => lines.some((line) => line.axis === axis)).flatMap((axis) => [0, 0.5, 1].map((share) =>
      text(axis === 'left' ? plot.x - 4 : plot.x + plot.width + 4, plot.y + plot.height * (1 - share) + 3, 8.5, GRAY, short(highest(axis) * share), {
        room: 30, anchor: axis === 'left' ? 'end' : 'start',
      }))),
    ...lines.map(({ values, axis, color }) => `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${values
      .map((value, index) => `${(plot.x + plot.width * index / (POINTS - 1)).toFixed(1)},${level(axis, value).toFixed(1)}`).join(' ')}"/>`),
    ...thresholds.flatMap(({ value, label, yAxis: axis = 'left' }: Annotation) => {
      const at = level(axis, value);
      return [
        `<line x1="${plot.x}" x2="${plot.x + plot.width}" y1="${at.toFixed(1)}" y2="${at.toFixed(1)}" stroke="${RED}" stroke-width="1.5" stroke-dasharray="5 3"/>`,
        text(axis === 'left' ? plot.x + 4 : plot.x + plot.width - 4, label.includes('below') ? at + 11 : at - 4, 9.5, RED, label, { room: plot.width - 8, anchor: axis === 'left' ? 'start' : 'end' }),
      ];
    }),
    ...legend(box, lines),
  ];
}

/** The labels of the lines, at the bottom of the graph. */
function legend(box: Box, lines: Line[]): string[] {
  const rows = legendRows(box, lines);
  return placed(box, lines).flatMap(({ line: { label, color }, left, row }) => {
    const level = box.y + box.height - 6 - (rows - 1 - row) * 12;
    return [
      `<rect x="${left.toFixed(1)}" y="${level - 7}" width="8" height="8" fill="${color}"/>`,
      text(left + 11, level, 9, GRAY, label, { room: box.x + box.width - left - 11 }),
    ];
  });
}

function legendRows(box: Box, lines: Line[]): number {
  return Math.max(...placed(box, lines).map(({ row }) => row)) + 1;
}

/** Places the labels one after another, and in the next row if there is no space left. */
function placed({ x, width }: Box, lines: Line[]): Array<{ readonly line: Line; readonly left: number; readonly row: number }> {
  let [left, row] = [x + 12, 0];
  return lines.map((line) => {
    const needed = 11 + widthOf(line.label, 9) + 10;
    if (left + needed > x + width) [left, row] = [x + 12, row + 1];
    left += needed;
    return { line, left: left - needed, row };
  });
}

function optionsOf(metric: Array<string | MetricOptions>): MetricOptions {
  return (metric.find((part) => typeof part === 'object') ?? {}) as MetricOptions;
}

/** Invents the values of a line, from its label and its stream. */
function invent(label: string, metric: Array<string | MetricOptions>): number[] {
  return Array.from({ length: POINTS }, (_, index) => {
    const noise = (label.length * 1_009 + index * 7_919) ** 2 % 257; // 0 to 256
    const load = 1 + Math.sin(index / 9) / 4;
    switch (label) {
      case 'Calls': return Math.round(40 * load + noise / 16);
      case 'Chats': return Math.round(15 * load + noise / 32);
      case 'Records': return records(metric, index) * (load + noise / 2_000);
      case 'Age of the last record read': return 200 + noise * 4;
      case 'Age of the oldest record': return index >= OUTAGE ? 0 : 60 + index * 97 % 300;
      default: return label.startsWith('Share') ? 1 : 0;
    }
  });
}

function records(metric: Array<string | MetricOptions>, index: number): number {
  if (metric.includes('contact-records')) return index >= OUTAGE ? 0 : 58;
  if (metric.includes('agent-events')) return 420;
  return metric.includes('voice-segments') ? 900 : 160;
}

/** A number in a few characters, for an axis. */
function short(value: number): string {
  if (value >= 1_000_000) return `${Math.round(value / 1_000_000)}M`;
  if (value >= 1_000) return `${Math.round(value / 100) / 10}k`;
  return String(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10);
}

interface TextOptions {
  /** The width that the text must fit into. */
  readonly room: number;
  readonly anchor?: 'start' | 'end';
  readonly bold?: boolean;
}

function text(x: number, y: number, size: number, color: string, content: string, { room, anchor = 'start', bold = false }: TextOptions): string {
  if (widthOf(content, size, bold) > room) throw new Error(`"${content}" does not fit into ${Math.round(room)} pixels`);
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const attributes = `${anchor === 'end' ? ' text-anchor="end"' : ''}${bold ? ' font-weight="bold"' : ''}`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}"${attributes} fill="${color}">${escaped}</text>`;
}

/** The width of a text, rounded up: few characters of Helvetica and Arial are wider than 0.6 of the font size on average. */
function widthOf(content: string, size: number, bold = false): number {
  return content.length * size * (bold ? 0.62 : 0.57);
}
