/**
 * A key for the streams of two instances: its policy contains a statement for each role.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_kms as kms, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, StreamingDestination } from '../src';

const app = newApp();
const stack = new Stack(app, 'ConnectSharedKey');

const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
const sales = newInstance(stack, 'Sales', 'cdk-connect-shared-key-sales');
const service = newInstance(stack, 'Service', 'cdk-connect-shared-key-service');
new ConnectDataStreaming(stack, 'SalesStreaming', {
  instance: sales,
  contactRecords: StreamingDestination.newKinesisStream(),
  agentEvents: StreamingDestination.newKinesisStream(),
  encryptionKey: key,
});
new ConnectDataStreaming(stack, 'ServiceStreaming', {
  instance: service,
  agentEvents: StreamingDestination.newKinesisStream(),
  encryptionKey: key,
});
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'SharedKey', { testCases: [stack] });
expectStorageConfigs(test, sales.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_STREAM', AGENT_EVENTS: 'KINESIS_STREAM' });
expectStorageConfigs(test, service.attrArn, { AGENT_EVENTS: 'KINESIS_STREAM' });
