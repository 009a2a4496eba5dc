/**
 * Nested stacks: the construct in a nested stack with the instance and the key in the parent stack, and a nested stack that
 * contains everything.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_kms as kms, NestedStack, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, StreamingDestination } from '../src';

const app = newApp();
const stack = new Stack(app, 'ConnectNestedStacks');
const nested = new NestedStack(stack, 'Nested');
const selfContained = new NestedStack(stack, 'SelfContained');

const instance = newInstance(stack, 'Instance', 'cdk-connect-nested-stacks');
const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
new ConnectDataStreaming(nested, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newKinesisStream(),
  agentEvents: StreamingDestination.newKinesisStream(),
  encryptionKey: key,
});

const nestedInstance = newInstance(selfContained, 'Instance', 'cdk-connect-self-contained');
new ConnectDataStreaming(selfContained, 'Streaming', {
  instance: nestedInstance,
  agentEvents: StreamingDestination.newKinesisStream(),
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'NestedStacks', { testCases: [stack] });
expectStorageConfigs(test, instance.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_STREAM', AGENT_EVENTS: 'KINESIS_STREAM' });
expectStorageConfigs(test, nestedInstance.attrArn, { AGENT_EVENTS: 'KINESIS_STREAM' });
