/**
 * An imported key, which another stack defines: a grant allows Amazon Connect to use it.
 */
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_kms as kms, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from '../src';

const app = newApp();
const owner = new Stack(app, 'ConnectGrantKeyOwner');
const stack = new Stack(app, 'ConnectGrant');

const key = new kms.Key(owner, 'Key', { enableKeyRotation: true });
const existing = newInstance(owner, 'Instance', 'cdk-connect-grant');

new ConnectDataStreaming(stack, 'Streaming', {
  instance: ConnectInstance.fromInstanceArn(stack, 'Instance', existing.attrArn),
  contactRecords: StreamingDestination.newKinesisStream(),
  agentEvents: StreamingDestination.newKinesisStream(),
  encryptionKey: kms.Key.fromKeyArn(stack, 'Key', key.keyArn),
});
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'Grant', { testCases: [owner, stack] });
expectStorageConfigs(test, existing.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_STREAM', AGENT_EVENTS: 'KINESIS_STREAM' });
test.assertions
  .awsApiCall('kms', 'listGrants', { KeyId: key.keyArn, GranteePrincipal: existing.attrServiceRole })
  .expect(ExpectedResult.objectLike({ Grants: [{ Operations: ['GenerateDataKey'] }] }));
