import type { Template, TemplateResource } from './template';

/** The parts of the body of a CloudWatch dashboard that the scripts and tests read. */
export interface DashboardBody {
  readonly widgets: Widget[];
}

export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: string[];
    readonly metrics?: Array<Array<string | MetricOptions>>;
    readonly yAxis?: { readonly left: object };
    readonly annotations?: { readonly horizontal: Annotation[] };
  };
}

export interface MetricOptions {
  readonly stat?: string;
  readonly period?: number;
}

export interface Annotation {
  readonly value: number;
  readonly label: string;
}

/** The body of a dashboard, with the names of what it refers to. */
export function dashboardBody(template: Template, dashboard: TemplateResource): DashboardBody {
  const { DashboardBody: body } = dashboard.Properties as { DashboardBody: string | { 'Fn::Join': [string, unknown[]] } };
  const parts = typeof body === 'string' ? [body] : body['Fn::Join'][1];
  return JSON.parse(parts.map((part) => typeof part === 'string' ? part : nameOf(template, part)).join('')) as DashboardBody;
}

/** The name of what an intrinsic function refers to; of something else than a resource here, the function itself. */
function nameOf(template: Template, intrinsic: unknown): string {
  const { 'Ref': ref, 'Fn::GetAtt': getAtt } = intrinsic as { 'Ref'?: string; 'Fn::GetAtt'?: [string, string] };
  const id = getAtt?.[0] ?? ref;
  const { Properties = {}, Metadata = {} } = template.Resources[String(id)] ?? {};
  const name = Properties.Name ?? Properties.DeliveryStreamName ?? Metadata['aws:cdk:path'] ?? id;
  return String(name ?? JSON.stringify(intrinsic).replaceAll('"', '\''));
}
