/**
 * New streams for all data types of a new instance.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_iam as iam, aws_kinesis as kinesis, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, StreamingDestination } from '../src';

const app = newApp();
const stack = new Stack(app, 'ConnectNewStreams');

const instance = newInstance(stack, 'Instance', 'cdk-connect-new-streams');
const streaming = new ConnectDataStreaming(stack, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newKinesisStream(),
  agentEvents: StreamingDestination.newKinesisStream({ shardCount: 1 }),
  voiceAnalysisSegments: StreamingDestination.newKinesisStream(),
  chatAnalysisSegments: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED }),
});
streaming.grantRead(new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'NewStreams', { testCases: [stack] });
expectStorageConfigs(test, instance.attrArn, {
  CONTACT_TRACE_RECORDS: 'KINESIS_STREAM',
  AGENT_EVENTS: 'KINESIS_STREAM',
  REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS: 'KINESIS_STREAM',
  REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS: 'KINESIS_STREAM',
});
