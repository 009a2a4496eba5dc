/**
 * `npx projen docs:costs`: multiplies the resources of apps with default values by their prices, and writes the tables of
 * docs/costs.md. With `--check`, fails if the page differs.
 */
import { type Table, writeTables } from './page-tables';
import type { Template } from '../src/template/template';
import { type DEFAULT_APPS, synthesizeDefault } from '../test/documentation/default-apps';
import { ALL_FIELDS as AGENT_EVENT } from '../test/samples/agent-events';
import { CHAT_SEGMENTS, VOICE_SEGMENTS } from '../test/samples/analysis-segments';
import { ALL_FIELDS as CONTACT_RECORD } from '../test/samples/contact-records';

const QUOTED = 'a public document that quotes the price list of 2026-08-03';
const UNDATED = 'public documents without a date';
/** Prices in US dollars for US East (N. Virginia). When you change a price, also change its source. */
const PRICES = {
  streamHour: { of: 'on-demand Kinesis data stream', dollars: 0.04, unit: 'hour', source: 'a published bill of September 2026, for US West (Oregon)' },
  streamWrite: { of: 'data written to an on-demand Kinesis data stream, rounded up to 1 KB for each record', dollars: 0.08, unit: 'GB', source: UNDATED },
  streamRead: { of: 'data read from an on-demand Kinesis data stream', dollars: 0.04, unit: 'GB', source: UNDATED },
  firehose: { of: 'data ingested by Firehose, rounded up to 5 KB for each record', dollars: 0.029, unit: 'GB', source: UNDATED },
  key: { of: 'customer managed key; rotations add to it', dollars: 1, unit: 'month', source: QUOTED },
  keyRequests: { of: 'requests to AWS KMS; the first 20,000 a month are free', dollars: 0.03, unit: '10,000 requests', source: 'a public guide of June 2026' },
  alarmMetric: { of: 'metric of an alarm', dollars: 0.1, unit: 'month', source: UNDATED },
  dashboard: { of: 'dashboard', dollars: 3, unit: 'month', source: 'a public document of April 2022' },
  storage: { of: 'storage in Amazon S3 Standard', dollars: 0.023, unit: 'GB and month', source: QUOTED },
  logs: { of: 'ingested logs, such as delivery errors; the first 5 GB a month are free', dollars: 0.5, unit: 'GB', source: QUOTED },
};

const HOURS_A_MONTH = 730;

const APPS: Partial<Record<keyof typeof DEFAULT_APPS, string>> = {
  contactRecordsOnly: 'contact records to a new delivery stream',
  quickStart: 'quick start: contact records to a new delivery stream, agent events to a new Kinesis data stream',
  allDataTypes: 'all four data types to new Kinesis data streams',
  withMonitoring: 'quick start with `DataStreamingMonitoring`',
  withAudit: 'quick start with `DataStreamingAudit`',
  withTables: 'quick start with `ContactRecordsTable` and `AgentEventsTable`',
};

const RECORDS = {
  'contact records': CONTACT_RECORD,
  'agent events': AGENT_EVENT,
  'contact analysis segments of voice contacts': VOICE_SEGMENTS,
  'contact analysis segments of chat contacts': CHAT_SEGMENTS,
};

writeTables('costs.md', { 'costs: prices': prices, 'costs: month': month, 'costs: records': records }, 'npx projen docs:costs');

function prices(): Table {
  return [
    ['price of', 'US dollars', 'source'],
    ...Object.values(PRICES).map(({ of, dollars, unit, source }) => [of, `${dollars < 0.1 ? dollars : dollars.toFixed(2)} per ${unit}`, source]),
  ];
}

/** What an app costs if no data is streamed. */
function month(): Table {
  return [
    ['app', 'Kinesis data streams', 'keys', 'metrics of alarms', 'dashboards', 'US dollars a month'],
    ...Object.entries(APPS).map(([name, label]) => {
      const template = synthesizeDefault(name as keyof typeof DEFAULT_APPS);
      const [streams, keys, dashboards] = ['AWS::Kinesis::Stream', 'AWS::KMS::Key', 'AWS::CloudWatch::Dashboard'].map((type) => resources(template, type).length);
      const metrics = resources(template, 'AWS::CloudWatch::Alarm').map(metricsOf).reduce((sum, count) => sum + count, 0);
      const cost = streams * HOURS_A_MONTH * PRICES.streamHour.dollars + keys * PRICES.key.dollars
        + metrics * PRICES.alarmMetric.dollars + dashboards * PRICES.dashboard.dollars;
      return [label, ...[streams, keys, metrics, dashboards].map(String), cost.toFixed(2)];
    }),
  ];
}

/** What a million records with all documented fields cost. */
function records(): Table {
  const cost = (bytes: number, step: number, dollars: number) => ((1_000_000 * Math.ceil(bytes / step) * step / 1024 ** 3) * dollars).toFixed(2);
  return [
    ['record', 'bytes', 'write to a Kinesis data stream', 'read once', 'Firehose'],
    ...Object.entries(RECORDS).map(([label, record]) => {
      const bytes = Buffer.byteLength(JSON.stringify(record));
      return [
        label, bytes.toLocaleString('en-US'),
        cost(bytes, 1024, PRICES.streamWrite.dollars), cost(bytes, 1, PRICES.streamRead.dollars), cost(bytes, 5 * 1024, PRICES.firehose.dollars),
      ];
    }),
  ];
}

function resources({ Resources }: Template, type: string): Array<Record<string, unknown>> {
  return Object.values(Resources).filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties);
}

/** The number of metrics that CloudWatch charges for: those that the alarm reads, without the expressions. */
function metricsOf({ Metrics }: Record<string, unknown>): number {
  return Metrics ? (Metrics as object[]).filter((metric) => 'MetricStat' in metric).length : 1;
}
