/**
 * An existing instance, whose role is looked up at synthesis. The context contains the result of the lookup.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { ContextProvider, Fn, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ContextProvider as Provider } from 'aws-cdk-lib/cloud-assembly-schema';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from '../src';

const env = { // integ-runner sets the first variables for snapshots, and the others for deployments
  account: process.env.CDK_INTEG_ACCOUNT ?? process.env.CDK_DEFAULT_ACCOUNT,
  region: process.env.CDK_INTEG_REGION ?? process.env.CDK_DEFAULT_REGION,
};
const instanceArn = `arn:aws:connect:${env.region}:${env.account}:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111`;

const app = newApp();
const instances = new Stack(app, 'ConnectLookedUpInstance', { env });
const stack = new Stack(app, 'ConnectLookedUpInstanceStreaming', { env });

// The instance of this test has no ARN before its deployment. The context and the association refer to its attributes instead.
const existing = newInstance(instances, 'Instance', 'cdk-connect-looked-up-instance');
const { key } = ContextProvider.getKey(stack, {
  provider: Provider.CC_API_PROVIDER,
  props: { typeName: 'AWS::Connect::Instance', exactIdentifier: instanceArn, propertiesToReturn: ['Arn', 'ServiceRole'] },
});
const serviceRole = `arn:aws:iam::${env.account}:role/${Fn.select(1, Fn.split(':role/', existing.attrServiceRole))}`;
stack.node.setContext(key, [{ Arn: instanceArn, ServiceRole: serviceRole }]);

const { agentEventsAssociation } = new ConnectDataStreaming(stack, 'Streaming', {
  instance: ConnectInstance.fromLookup(stack, 'Instance', { instanceArn }),
  agentEvents: StreamingDestination.newKinesisStream(),
});
agentEventsAssociation!.instanceArn = existing.attrArn;
RemovalPolicies.of(app).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'LookedUpInstance', {
  testCases: [instances, stack],
  assertionStack: new Stack(app, 'ConnectLookedUpInstanceAssertions', { env }), // references of other stacks need the same environment
});
expectStorageConfigs(test, existing.attrArn, { AGENT_EVENTS: 'KINESIS_STREAM' });
