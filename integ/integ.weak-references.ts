/**
 * Weak references between stacks: the stack of the associations reads the outputs of the stack of the key and the instance.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_kms as kms, RemovalPolicies, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, StreamingDestination } from '../src';

const app = newApp({ '@aws-cdk/core:defaultCrossStackReferences': 'weak' });
const foundation = new Stack(app, 'ConnectWeakReferencesFoundation');
const stack = new Stack(app, 'ConnectWeakReferences');

const instance = newInstance(foundation, 'Instance', 'cdk-connect-weak-references');
new ConnectDataStreaming(stack, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newKinesisStream(),
  agentEvents: StreamingDestination.newKinesisStream(),
  encryptionKey: new kms.Key(foundation, 'Key', { enableKeyRotation: true }),
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);
Validations.of(stack).acknowledge({ id: 'cdk-connect-data-streaming:weakReference', reason: 'The app is deleted after the test.' });

const test = new IntegTest(app, 'WeakReferences', { testCases: [foundation, stack] });
expectStorageConfigs(test, instance.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_STREAM', AGENT_EVENTS: 'KINESIS_STREAM' });
