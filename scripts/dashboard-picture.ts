/**
 * `npx projen docs:dashboard`: draws the layout of the dashboard that `DataStreamingMonitoring` creates. Reads the dashboard body
 * from a synthesized template and draws each widget with its title, metrics and thresholds, without data.
 */
import { mkdirSync, writeFileSync } from 'fs';
import { dirname } from 'path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template as SynthesizedTemplate } from 'aws-cdk-lib/assertions';
import { PATH_METADATA_ENABLE_CONTEXT } from 'aws-cdk-lib/cx-api';
import { ConnectDataStreaming, ConnectInstance, DataStreamingMonitoring, StreamingDestination } from '../src';
import { type Annotation, dashboardBody, type MetricOptions, type Widget } from '../test/template/dashboard-body';
import type { Template } from '../test/template/template';

const COLUMN = 46;
const ROW = 28;
const GAP = 4;
const MARGIN = 12;
const COLORS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#9467bd', '#8c564b']; // the colors of CloudWatch, except red, which marks thresholds

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
    '<title>The layout of the dashboard: titles, metrics and alarm thresholds, without data</title>',
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
    case 'text': return heading(box, widget.properties.markdown!);
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

function heading({ x, y, height }: Box, markdown: string): string[] {
  return [text(x + 2, y + height - 6, 16, '#16191f', markdown.replace(/^#+ /, ''), 'bold')];
}

function frame({ x, y, width, height }: Box, title: string): string[] {
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="#ffffff" stroke="#d5dbdb"/>`,
    text(x + 10, y + 18, 11.5, '#16191f', title, 'bold'),
  ];
}

/** A tile for each alarm, labeled with the last parts of its construct path. */
function alarms({ x, y, width }: Box, paths: string[]): string[] {
  const columns = 6;
  const tile = (width - 20) / columns;
  return paths.flatMap((path, index) => {
    const left = x + 10 + (index % columns) * tile;
    const top = y + 26 + Math.floor(index / columns) * 26;
    const name = path.split('/').slice(-3, -1).join('/');
    return [
      `<rect x="${left.toFixed(1)}" y="${top}" width="${(tile - GAP).toFixed(1)}" height="22" rx="3" fill="#eaf6ed" stroke="#1d8102" stroke-opacity="0.4"/>`,
      text(left + 6, top + 14, 9.5, '#16191f', name),
    ];
  });
}

/** A graph without data: grid lines, thresholds and legend. */
function graph({ x, y, width, height }: Box, { properties: { metrics = [], annotations } }: Widget): string[] {
  const [left, right, top, bottom] = [x + 12, x + width - 12, y + 32, y + height - 12 - metrics.length * 13];
  const grid = [0, 1, 2, 3].map((line) => bottom - line * (bottom - top) / 3)
    .map((level) => `<line x1="${left}" x2="${right}" y1="${level.toFixed(1)}" y2="${level.toFixed(1)}" stroke="#eaeded"/>`);
  const lines = (annotations?.horizontal ?? []).flatMap(({ label }: Annotation, index) => {
    const level = top + (bottom - top) / 3 + index * 14;
    return [
      `<line x1="${left}" x2="${right}" y1="${level.toFixed(1)}" y2="${level.toFixed(1)}" stroke="#d13212" stroke-width="1.5" stroke-dasharray="5 3"/>`,
      text(left + 4, level - 4, 10, '#d13212', label),
    ];
  });
  const legend = metrics.flatMap((metric, index) => {
    const level = y + height - 10 - (metrics.length - 1 - index) * 13;
    return [
      `<rect x="${left}" y="${level - 8}" width="8" height="8" fill="${COLORS[index % COLORS.length]}"/>`,
      text(left + 13, level, 9.5, '#545b64', legendOf(metric)),
    ];
  });
  return [...grid, ...lines, ...legend];
}

function legendOf([, name, ...rest]: Array<string | MetricOptions>): string {
  const { stat = 'Average', period = 300 } = (rest.find((part) => typeof part === 'object') ?? {}) as MetricOptions;
  return `${String(name)}, ${stat}, ${period / 60} min`;
}

function text(x: number, y: number, size: number, color: string, content: string, weight = 'normal'): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" font-weight="${weight}" fill="${color}">${escaped}</text>`;
}
