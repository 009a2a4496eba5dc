/**
 * Several existing instances, whose roles are looked up at deployment. One key encrypts the streams of all instances.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_kms as kms, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from '../src';

const app = newApp();
const instances = new Stack(app, 'ConnectSeveralInstances');
const stack = new Stack(app, 'ConnectSeveralInstancesStreaming');

const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
const instanceArns = ['Sales', 'Service', 'Support'].map((name) => {
  const { attrArn } = newInstance(instances, name, `cdk-connect-several-${name.toLowerCase()}`); // eslint-disable-line cdk/no-variable-construct-id -- the names are literals
  new ConnectDataStreaming(stack, `${name}Streaming`, {
    instance: ConnectInstance.fromInstanceArn(stack, name, attrArn), // eslint-disable-line cdk/no-variable-construct-id -- the names are literals
    contactRecords: StreamingDestination.newDeliveryStream(),
    agentEvents: StreamingDestination.newKinesisStream(),
    encryptionKey,
  });
  return attrArn;
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'SeveralInstances', { testCases: [instances, stack] });
for (const instanceArn of instanceArns) {
  expectStorageConfigs(test, instanceArn, { CONTACT_TRACE_RECORDS: 'KINESIS_FIREHOSE', AGENT_EVENTS: 'KINESIS_STREAM' });
}
