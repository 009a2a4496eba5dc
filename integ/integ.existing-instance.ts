/**
 * An existing instance, whose role is looked up at deployment. A stack defines the instance, and another stack imports it by its
 * ARN, which is an unresolved token.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from '../src';

const app = newApp();
const instances = new Stack(app, 'ConnectExistingInstance');
const stack = new Stack(app, 'ConnectExistingInstanceStreaming');

const existing = newInstance(instances, 'Instance', 'cdk-connect-existing-instance');
const instance = ConnectInstance.fromInstanceArn(stack, 'Instance', existing.attrArn);
new ConnectDataStreaming(stack, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newKinesisStream(),
});
new ConnectDataStreaming(stack, 'MoreStreaming', {
  instance,
  agentEvents: StreamingDestination.newKinesisStream(),
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'ExistingInstance', { testCases: [instances, stack] });
expectStorageConfigs(test, existing.attrArn, {
  CONTACT_TRACE_RECORDS: 'KINESIS_STREAM',
  AGENT_EVENTS: 'KINESIS_STREAM',
});
