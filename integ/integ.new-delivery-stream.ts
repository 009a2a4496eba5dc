/**
 * A new delivery stream with a bucket for the contact records of a new instance.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, StreamingDestination } from '../src';

const app = newApp();
const stack = new Stack(app, 'ConnectNewDeliveryStream');

const instance = newInstance(stack, 'Instance', 'cdk-connect-new-delivery-stream');
new ConnectDataStreaming(stack, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newDeliveryStream(),
});
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'NewDeliveryStream', { testCases: [stack] });
expectStorageConfigs(test, instance.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_FIREHOSE' });
