/**
 * An existing instance with a specified role: the stack contains no lookup and no Lambda function.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from '../src';

const app = newApp();
const instances = new Stack(app, 'ConnectKnownRole');
const stack = new Stack(app, 'ConnectKnownRoleStreaming');

const existing = newInstance(instances, 'Instance', 'cdk-connect-known-role');
new ConnectDataStreaming(stack, 'Streaming', {
  instance: ConnectInstance.fromInstanceAttributes(stack, 'Instance', { instanceArn: existing.attrArn, serviceRoleArn: existing.attrServiceRole }),
  agentEvents: StreamingDestination.newKinesisStream(),
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'KnownRole', { testCases: [instances, stack] });
expectStorageConfigs(test, existing.attrArn, { AGENT_EVENTS: 'KINESIS_STREAM' });
