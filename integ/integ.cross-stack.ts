/**
 * A key in another stack than the associations. The key policy contains a statement for the instance in the stack of the key.
 * For the instance in another stack, a grant is created in the stack of the association.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_kinesis as kinesis, aws_kms as kms, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, StreamingDestination } from '../src';

const app = newApp();
const foundation = new Stack(app, 'ConnectCrossStackFoundation');
const known = new Stack(app, 'ConnectCrossStackKnown');
const unknown = new Stack(app, 'ConnectCrossStackUnknown');

const key = new kms.Key(foundation, 'Key', { enableKeyRotation: true });
const stream = new kinesis.Stream(foundation, 'Stream', { encryptionKey: key, streamMode: kinesis.StreamMode.ON_DEMAND });
const foundationInstance = newInstance(foundation, 'Instance', 'cdk-connect-cross-stack-known');
new ConnectDataStreaming(known, 'Streaming', {
  instance: foundationInstance,
  agentEvents: StreamingDestination.kinesisStream(stream),
});

const ownInstance = newInstance(unknown, 'Instance', 'cdk-connect-cross-stack-unknown');
new ConnectDataStreaming(unknown, 'Streaming', {
  instance: ownInstance,
  agentEvents: StreamingDestination.newKinesisStream(),
  encryptionKey: key,
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'CrossStacks', { testCases: [foundation, known, unknown] });
expectStorageConfigs(test, foundationInstance.attrArn, { AGENT_EVENTS: 'KINESIS_STREAM' });
expectStorageConfigs(test, ownInstance.attrArn, { AGENT_EVENTS: 'KINESIS_STREAM' });
