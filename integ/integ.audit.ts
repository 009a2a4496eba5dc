/** EventBridge rules in another stack than the streams: on the keys, a stream, a delivery stream and the instance. */
import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { aws_events_targets as targets, aws_sns as sns, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, DataStreamingAudit, StreamingDestination } from '../src';

const app = newApp();
const streams = new Stack(app, 'ConnectAuditStreams');
const security = new Stack(app, 'ConnectAuditSecurity');

const instance = newInstance(streams, 'Instance', 'cdk-connect-audit');
const streaming = new ConnectDataStreaming(streams, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newDeliveryStream(),
  agentEvents: StreamingDestination.newKinesisStream(),
});
const audit = new DataStreamingAudit(security, 'Audit', {
  streaming,
  targets: [new targets.SnsTopic(new sns.Topic(security, 'Topic'))],
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'Audit', { testCases: [streams, security] });
expectStorageConfigs(test, instance.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_FIREHOSE', AGENT_EVENTS: 'KINESIS_STREAM' });
for (const { ruleName } of audit.rules) {
  test.assertions
    .awsApiCall('eventbridge', 'describeRule', { Name: ruleName })
    .expect(ExpectedResult.objectLike({ State: Match.stringLikeRegexp('^ENABLED') }));
}
