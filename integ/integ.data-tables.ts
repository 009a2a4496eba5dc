/**
 * A table for each data type, all in one database: each delivers the records of a Kinesis data stream to a bucket. The tables and
 * the monitoring are in another stack than the streams and their key.
 */
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_glue as glue, aws_iam as iam, aws_kinesis as kinesis, Duration, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import {
  AgentEventsTable, ChatAnalysisSegmentsTable, ConnectDataStreaming, ContactRecordsTable, DataStreamingMonitoring, StreamingDestination,
  VoiceAnalysisSegmentsTable,
} from '../src';

const app = newApp();
const streams = new Stack(app, 'ConnectDataTablesStreams');
const tables = new Stack(app, 'ConnectDataTables');

const instance = newInstance(streams, 'Instance', 'cdk-connect-data-tables');
const streaming = new ConnectDataStreaming(streams, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newKinesisStream(),
  agentEvents: StreamingDestination.newKinesisStream(),
  voiceAnalysisSegments: StreamingDestination.newKinesisStream(),
  chatAnalysisSegments: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED }),
});
const database = new glue.CfnDatabase(tables, 'Database', { catalogId: tables.account, databaseInput: { name: 'cdk_connect_data_tables' } });
const props = { streaming, database, firstDay: '2026-01-01' };
const all = [
  new ContactRecordsTable(tables, 'ContactRecords', props),
  new AgentEventsTable(tables, 'AgentEvents', props),
  new VoiceAnalysisSegmentsTable(tables, 'VoiceAnalysisSegments', props),
  new ChatAnalysisSegmentsTable(tables, 'ChatAnalysisSegments', { ...props, tableName: 'chats' }),
];
const analyst = new iam.Role(tables, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
for (const table of all) {
  table.grantRead(analyst);
  table.bucket!.addLifecycleRule({ expiration: Duration.days(90) });
}
const monitoring = new DataStreamingMonitoring(tables, 'Monitoring', { streaming });
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'DataTables', { testCases: [streams, tables] });
expectStorageConfigs(test, instance.attrArn, {
  CONTACT_TRACE_RECORDS: 'KINESIS_STREAM',
  AGENT_EVENTS: 'KINESIS_STREAM',
  REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS: 'KINESIS_STREAM',
  REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS: 'KINESIS_STREAM',
});
for (const { databaseName, tableName, deliveryStream } of all) {
  test.assertions
    .awsApiCall('glue', 'getTable', { DatabaseName: databaseName, Name: tableName })
    .expect(ExpectedResult.objectLike({ Table: { TableType: 'EXTERNAL_TABLE' } }));
  test.assertions
    .awsApiCall('firehose', 'describeDeliveryStream', { DeliveryStreamName: deliveryStream!.deliveryStreamName })
    .expect(ExpectedResult.objectLike({ DeliveryStreamDescription: { DeliveryStreamType: 'KinesisStreamAsSource' } }));
}
for (const { alarmName } of monitoring.alarms) {
  test.assertions
    .awsApiCall('cloudwatch', 'describeAlarms', { AlarmNames: [alarmName] })
    .expect(ExpectedResult.objectLike({ MetricAlarms: [{ AlarmName: alarmName }] }));
}
