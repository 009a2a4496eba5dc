import { renderString, singleQuoted } from './render';
import type { Template, TemplateResource } from '../../src/template/template';

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
    readonly yAxis?: { readonly [axis in 'left' | 'right']?: { readonly max?: number } };
    readonly annotations?: { readonly horizontal: Annotation[] };
  };
}

export interface MetricOptions {
  readonly stat?: string;
  readonly period?: number;
  readonly label?: string;
  readonly yAxis?: 'left' | 'right';
  readonly id?: string;
  readonly expression?: string;
  readonly visible?: boolean;
}

export interface Annotation {
  readonly value: number;
  readonly label: string;
  readonly yAxis?: 'left' | 'right';
}

/** Reads the body of a dashboard. References are rendered as the names of the resources. */
export function dashboardBody(template: Template, dashboard: TemplateResource): DashboardBody {
  return JSON.parse(renderString(dashboard.Properties!.DashboardBody, (intrinsic, reference) => {
    if (!reference) return singleQuoted(intrinsic);
    const { Properties = {}, Metadata = {} } = template.Resources[reference.logicalId] ?? {};
    return String(Properties.Name ?? Properties.DeliveryStreamName ?? Metadata['aws:cdk:path'] ?? reference.logicalId);
  })) as DashboardBody;
}
