import {
  App, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_kinesis as kinesis, aws_kms as kms, aws_sns as sns, Duration,
  NestedStack, Stack, Validations,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { alarms, body, evaluate, inputsOf } from './cloudwatch/monitoring';
import { acknowledgment, ENV, instanceWithRole, newStack, resources, STREAM_ARN } from './support';
import {
  AgentEventsTable, ChatAnalysisSegmentsTable, ConnectDataStreaming, ContactRecordsTable, DataStreamingMonitoring, type DataStreamingMonitoringProps,
  StreamingDestination, VoiceAnalysisSegmentsTable,
} from '../src';

const NEW = StreamingDestination.newKinesisStream();
const TABLE_ALARMS = ['NotRead', 'ReadLate', 'ReadThrottled', 'DeliveryLate', 'DeliveryFailed'];
const TABLES = [ContactRecordsTable, AgentEventsTable, VoiceAnalysisSegmentsTable, ChatAnalysisSegmentsTable];

function streamAll(stack: Stack): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    contactRecords: NEW,
    agentEvents: NEW,
    voiceAnalysisSegments: NEW,
    chatAnalysisSegments: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED }),
  });
}

function addTables(scope: Construct, streaming: ConnectDataStreaming, tables = TABLES): void {
  tables.forEach((Table) => new Table(scope, Table.name, { streaming }));
}

/** Monitors agent events and their table. */
function monitorTable(
  stack: Stack, props: Partial<DataStreamingMonitoringProps> = {},
): { monitoring: DataStreamingMonitoring; table: AgentEventsTable } {
  const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: NEW });
  const table = new AgentEventsTable(stack, 'Table', { streaming });
  return { monitoring: new DataStreamingMonitoring(stack, 'Monitoring', { streaming, ...props }), table };
}

function tableAlarms(monitoring: DataStreamingMonitoring): string[] {
  return Object.keys(alarms(monitoring)).filter((path) => path.includes('Table'));
}

describe('alarms of tables', () => {
  test('are created for the delivery stream of each table, with ids that contain the data type and the condition', () => {
    const stack = newStack();
    const streaming = streamAll(stack);
    addTables(stack, streaming);
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming });

    expect(tableAlarms(monitoring)).toEqual(['ContactRecordsTable', 'AgentEventsTable', 'VoiceAnalysisSegmentsTable', 'ChatAnalysisSegmentsTable']
      .flatMap((id) => TABLE_ALARMS.map((alarm) => `${id}/${alarm}`)));
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', monitoring.alarms.length);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('do not depend on whether the tables are created before or after the monitoring, and in which order', () => {
    const template = (create: (stack: Stack, streaming: ConnectDataStreaming, monitor: () => void) => void) => {
      const stack = newStack();
      const streaming = streamAll(stack);
      const onCall = new sns.Topic(stack, 'OnCall');
      const monitor = () => new DataStreamingMonitoring(stack, 'Monitoring', { streaming, alarmActions: [new actions.SnsAction(onCall)] });
      create(stack, streaming, monitor);
      return Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string }> };
    };
    const before = template((stack, streaming, monitor) => { addTables(stack, streaming); monitor(); });
    const after = template((stack, streaming, monitor) => { monitor(); addTables(stack, streaming); });
    const reversed = template((stack, streaming, monitor) => { monitor(); addTables(stack, streaming, [...TABLES].reverse()); });
    const withoutDashboard = ({ Resources }: typeof before) => Object.fromEntries(
      Object.entries(Resources).filter(([, { Type }]) => Type !== 'AWS::CloudWatch::Dashboard'),
    );

    expect(after).toEqual(before);
    expect(withoutDashboard(reversed)).toEqual(withoutDashboard(before)); // the rows of the dashboard are in the order of the tables
  });

  test('do not change the alarms of the streams', () => {
    const found = (withTable: boolean) => {
      const stack = newStack();
      const streaming = streamAll(stack);
      if (withTable) addTables(stack, streaming);
      new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
      return resources(stack, 'AWS::CloudWatch::Alarm');
    };
    const without = found(false);

    expect(Object.keys(without)).toHaveLength(4 * 5 + 1);
    expect(found(true)).toMatchObject(without);
  });

  test('monitor reads from the Kinesis data stream, and deliveries to Amazon S3', () => {
    const stack = newStack();
    const { monitoring, table } = monitorTable(stack);
    const dimensions = [{ Name: 'DeliveryStreamName', Value: stack.resolve(table.deliveryStream!.deliveryStreamName) as unknown }];
    const common = { TreatMissingData: 'notBreaching', EvaluationPeriods: 1 };
    const ofTable = { ...common, Namespace: 'AWS/Firehose', Dimensions: dimensions };
    const found = alarms(monitoring);

    expect(found['AgentEventsTable/ReadLate']).toMatchObject({ ...common, ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold: 1800 });
    expect(inputsOf(found['AgentEventsTable/ReadLate'])).toEqual({
      behind: { Namespace: 'AWS/Firehose', Dimensions: dimensions, MetricName: 'KinesisMillisBehindLatest', Stat: 'Maximum', Period: 300 },
    });
    expect(evaluate(found['AgentEventsTable/ReadLate'], { behind: [0, 1_800_000, undefined] })).toEqual([0, 1800, undefined]);
    expect(found['AgentEventsTable/ReadThrottled']).toMatchObject({
      ...ofTable, MetricName: 'ThrottledGetRecords', Statistic: 'Sum', Period: 300, ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold: 10,
    });
    expect(found['AgentEventsTable/DeliveryLate']).toMatchObject({
      ...ofTable, MetricName: 'DeliveryToS3.DataFreshness', Statistic: 'Maximum', Period: 300, Threshold: 1800,
    });
    expect(found['AgentEventsTable/DeliveryFailed']).toMatchObject({
      ...ofTable, MetricName: 'DeliveryToS3.Success', Statistic: 'Average', Period: 900, ComparisonOperator: 'LessThanThreshold', Threshold: 0.9,
    });
  });

  test('go off if Firehose reads none of the records for an hour, but not because of records before the delivery stream was created', () => {
    const stack = newStack();
    const { monitoring, table } = monitorTable(stack);
    const { 'AgentEventsTable/NotRead': alarm } = alarms(monitoring);
    const stream = monitoring.node.scope!.node.findChild('Streaming') as ConnectDataStreaming;
    const metric = { Stat: 'Sum', Period: 900 };

    expect(alarm).toMatchObject({ EvaluationPeriods: 4, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'ignore' });
    expect(alarm.Metrics).toContainEqual(expect.objectContaining({ Label: 'Records that are not read' }));
    expect(inputsOf(alarm)).toEqual({
      written: {
        ...metric,
        Namespace: 'AWS/Kinesis',
        MetricName: 'IncomingRecords',
        Dimensions: [{ Name: 'StreamName', Value: stack.resolve(stream.agentEventsStream!.streamName) as unknown }],
      },
      records: {
        ...metric,
        Namespace: 'AWS/Firehose',
        MetricName: 'DataReadFromKinesisStream.Records',
        Dimensions: [{ Name: 'DeliveryStreamName', Value: stack.resolve(table.deliveryStream!.deliveryStreamName) as unknown }],
      },
    });
    expect(evaluate(alarm, { written: [0, 5, 5, 5, 5, 5, 5], records: [undefined, 5, undefined, 0, 0, 0, 0] }))
      .toEqual([0, 5 - 5_000_000, 5, 5, 5, 5, undefined]);
    expect(evaluate(alarm, { written: [5, 5, 5, 5, 5, 5], records: Array.from({ length: 6 }, () => undefined) })[5]).toBeUndefined();
  });

  test('have the specified thresholds, actions and evaluation periods', () => {
    const stack = newStack();
    const topic = new sns.Topic(stack, 'OnCall');
    const { monitoring } = monitorTable(stack, {
      alarmActions: [new actions.SnsAction(topic)],
      dataFreshness: Duration.millis(90_500),
      throttledReads: 3,
      deliverySuccess: 0.5,
      evaluationPeriods: 2,
    });
    const found = alarms(monitoring);
    const thresholds = tableAlarms(monitoring).map((path) => [path, found[path].Threshold, found[path].EvaluationPeriods]);

    expect(thresholds).toEqual([
      ['NotRead', 1, 4], ['ReadLate', 90.5, 2], ['ReadThrottled', 3, 2], ['DeliveryLate', 90.5, 2], ['DeliveryFailed', 0.5, 2],
    ].map(([id, ...expected]) => [`AgentEventsTable/${id}`, ...expected]));
    for (const path of tableAlarms(monitoring)) expect(found[path].AlarmActions).toHaveLength(1);
  });

  test('have distinct descriptions that contain the data type and the delivery stream', () => {
    const stack = newStack();
    const { monitoring, table } = monitorTable(stack);
    const found = alarms(monitoring);
    const descriptions = tableAlarms(monitoring).map((path) => JSON.stringify(found[path].AlarmDescription));

    for (const description of descriptions) {
      expect(description).toMatch(/agent events/i);
      expect(description).toMatch(/^{"Fn::Join":\["",\["[A-Z].*[a-z]\."\]\]}$/); // whole sentences
      expect(description).toContain(JSON.stringify(stack.resolve(table.deliveryStream!.deliveryStreamName)));
      expect(description.length).toBeLessThanOrEqual(1024);
    }
    expect(new Set(descriptions).size).toBe(TABLE_ALARMS.length);
  });

  test('are created for each of several tables of a data type', () => {
    const stack = newStack();
    const { monitoring } = monitorTable(stack);
    const streaming = stack.node.findChild('Streaming') as ConnectDataStreaming;
    new AgentEventsTable(stack, 'Another', { streaming, tableName: 'another' });

    expect(new Set(tableAlarms(monitoring).map((path) => path.split('/')[0])).size).toBe(2);
  });

  test('are not created for a table of the bucket of a delivery stream, which is monitored already, or for a removed table', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), contactRecords: StreamingDestination.newDeliveryStream(), agentEvents: NEW,
    });
    new ContactRecordsTable(stack, 'ContactRecordsTable', { streaming });
    new AgentEventsTable(stack, 'Removed', { streaming });
    stack.node.tryRemoveChild('Removed');
    const removed = new DataStreamingMonitoring(stack, 'RemovedMonitoring', { streaming });
    stack.node.tryRemoveChild('RemovedMonitoring');
    const monitoring = new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
    new AgentEventsTable(stack, 'AgentEventsTable', { streaming });

    expect(tableAlarms(monitoring)).toEqual(TABLE_ALARMS.map((id) => `AgentEventsTable/${id}`));
    expect(removed.alarms.some(({ node }) => node.path.includes('Table'))).toBe(false);
  });
});

describe('dashboard', () => {
  test('has the state of the alarms and a row of graphs for each table, below the streams', () => {
    const stack = newStack();
    const { monitoring } = monitorTable(stack);
    const { widgets } = body(stack);
    const position = widgets.findIndex(({ properties: { markdown } }) => markdown?.includes(' of a table'));
    const [title, status, ...graphs] = widgets.slice(position);

    expect(title.properties.markdown).toMatch(/^### Agent events: Firehose delivery stream /);
    expect(status.properties.title).toBe('Table: Stack/Table');
    expect(status.properties.alarms).toHaveLength(TABLE_ALARMS.length);
    expect(graphs.map(({ properties }) => properties.title)).toEqual(['Records', 'Reads', 'Oldest undelivered record (s)', 'Delivery success']);
    expect(graphs.map(({ properties: { metrics = [] } }) => metrics.flatMap((metric) => metric.find((part) => typeof part === 'object')?.label ?? []))).toEqual([
      ['Put into the Kinesis data stream', 'Read by Firehose'], ['Time behind (s)', 'Throttled reads'], ['Age of the oldest record'], ['Share of successful deliveries'],
    ]);
    expect(graphs.map(({ properties }) => properties.annotations?.horizontal?.map(({ label, yAxis }) => [label, yAxis]) ?? [])).toEqual([
      [], [['alarm at 30 minutes', 'left'], ['alarm at 10', 'right']], [['alarm at 30 minutes', 'left']], [['alarm below 0.9', 'left']],
    ]);
    expect(widgets[0].properties.alarms).toHaveLength(monitoring.alarms.length - TABLE_ALARMS.length);
  });

  test('can be specified', () => {
    const stack = newStack();
    const dashboard = new cloudwatch.Dashboard(stack, 'Dashboard');
    monitorTable(stack, { dashboard });

    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    expect(JSON.stringify(body(stack))).toContain('Table: Stack/Table');
  });
});

describe('tables in another stack', () => {
  const warning = 'cannot monitor the delivery stream of Tables/Table, because its stack, Tables, ';
  const wayOut = '; define this construct in the stack of the table or in a stack of its own, or acknowledge this warning'
    + acknowledgment('unmonitoredTable');

  function streamAgentEvents(): { app: App; streams: Stack; streaming: ConnectDataStreaming } {
    const app = new App();
    const streams = new Stack(app, 'Streams', { env: ENV });
    return { app, streams, streaming: new ConnectDataStreaming(streams, 'Streaming', { instance: instanceWithRole(streams), agentEvents: NEW }) };
  }

  test.each(['before', 'after'])('are monitored from the stack of the table and from a stack of its own, if they are created %s it', (order) => {
    const { app, streaming } = streamAgentEvents();
    const tables = new Stack(app, 'Tables', { env: ENV });
    const operations = new Stack(app, 'Operations', { env: ENV });
    const addTable = () => new AgentEventsTable(tables, 'Table', { streaming });
    if (order === 'before') addTable();
    const constructs = [tables, operations].map((stack) => new DataStreamingMonitoring(stack, 'Monitoring', { streaming }));
    if (order === 'after') addTable();

    for (const monitoring of constructs) expect(tableAlarms(monitoring)).toEqual(TABLE_ALARMS.map((id) => `AgentEventsTable/${id}`));
    expect(() => app.synth()).not.toThrow();
  });

  test('are monitored from the parent of a nested stack', () => {
    const { app, streams, streaming } = streamAgentEvents();
    new AgentEventsTable(new NestedStack(streams, 'Nested'), 'Table', { streaming });
    const monitoring = new DataStreamingMonitoring(streams, 'Monitoring', { streaming });

    expect(tableAlarms(monitoring)).toHaveLength(TABLE_ALARMS.length);
    expect(() => app.synth()).not.toThrow();
  });

  test('are not monitored from the stack of the streams, which would be a dependency cycle, and a warning is added', () => {
    const { app, streams, streaming } = streamAgentEvents();
    const tables = new Stack(app, 'Tables', { env: ENV });
    const monitoring = new DataStreamingMonitoring(streams, 'Monitoring', { streaming });
    new AgentEventsTable(tables, 'Table', { streaming });

    expect(tableAlarms(monitoring)).toEqual([]);
    Annotations.fromStack(streams).hasWarning('/Streams/Monitoring', `${warning}depends on the stack of this construct${wayOut}`);
    expect(() => app.synth()).not.toThrow();
    Validations.of(monitoring).acknowledge({ id: 'cdk-connect-data-streaming:unmonitoredTable', reason: 'The tables have alarms of their own.' });
    Annotations.fromStack(streams).hasNoWarning('*', Match.stringLikeRegexp('unmonitoredTable'));
  });

  test('are not monitored from the stack of the streams if the key of the streams is in a third stack', () => {
    const app = new App();
    const [keys, streams, tables] = ['Keys', 'Streams', 'Tables'].map((id) => new Stack(app, id, { env: ENV }));
    const streaming = new ConnectDataStreaming(streams, 'Streaming', {
      instance: instanceWithRole(streams), agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: new kms.Key(keys, 'Key') }),
    });
    new AgentEventsTable(tables, 'Table', { streaming });
    const monitoring = new DataStreamingMonitoring(streams, 'Monitoring', { streaming });

    expect(tableAlarms(monitoring)).toEqual([]);
    expect(() => app.synth()).not.toThrow();
  });

  test('are not monitored from another account, and a warning is added', () => {
    const app = new App();
    const streams = new Stack(app, 'Streams', { env: ENV });
    const streaming = new ConnectDataStreaming(streams, 'Streaming', {
      instance: instanceWithRole(streams), agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(streams, 'Stream', STREAM_ARN)),
    });
    new AgentEventsTable(new Stack(app, 'Tables', { env: { ...ENV, account: '999988887777' } }), 'Table', { streaming });
    const monitoring = new DataStreamingMonitoring(streams, 'Monitoring', { streaming });

    expect(tableAlarms(monitoring)).toEqual([]);
    Annotations.fromStack(streams).hasWarning('/Streams/Monitoring', `${warning}is in another account${wayOut}`);
  });
});
