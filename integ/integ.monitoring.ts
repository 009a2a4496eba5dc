/**
 * Alarms and a dashboard in another stack than the streams: a delivery stream, a new stream, and a stream that two data types
 * share.
 */
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_cloudwatch_actions as actions, aws_kinesis as kinesis, aws_sns as sns, Duration, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, DataStreamingMonitoring, StreamingDestination } from '../src';

const app = newApp();
const streams = new Stack(app, 'ConnectMonitoringStreams');
const operations = new Stack(app, 'ConnectMonitoringOperations');

const instance = newInstance(streams, 'Instance', 'cdk-connect-monitoring');
const segments = StreamingDestination.kinesisStream(new kinesis.Stream(streams, 'Segments', {
  streamMode: kinesis.StreamMode.ON_DEMAND, retentionPeriod: Duration.days(7),
}));
const streaming = new ConnectDataStreaming(streams, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newDeliveryStream(),
  agentEvents: StreamingDestination.newKinesisStream(),
  voiceAnalysisSegments: segments,
  chatAnalysisSegments: segments,
});
const monitoring = new DataStreamingMonitoring(operations, 'Monitoring', {
  streaming,
  alarmActions: [new actions.SnsAction(new sns.Topic(operations, 'OnCall'))],
  noAgentEventsFor: Duration.hours(16),
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'Monitoring', { testCases: [streams, operations] });
expectStorageConfigs(test, instance.attrArn, {
  CONTACT_TRACE_RECORDS: 'KINESIS_FIREHOSE',
  AGENT_EVENTS: 'KINESIS_STREAM',
  REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS: 'KINESIS_STREAM',
  REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS: 'KINESIS_STREAM',
});
for (const { alarmName } of monitoring.alarms) { // CloudWatch returns several alarms in an order of its own
  test.assertions
    .awsApiCall('cloudwatch', 'describeAlarms', { AlarmNames: [alarmName] })
    .expect(ExpectedResult.objectLike({ MetricAlarms: [{ AlarmName: alarmName }] }));
}
