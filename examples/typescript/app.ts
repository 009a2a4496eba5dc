import { App, Arn, ArnFormat } from 'aws-cdk-lib';
import { ContactCenterData } from './contact-center-data';

const app = new App();
const instanceArn = context('instanceArn');
const { account, region } = Arn.split(instanceArn, ArnFormat.SLASH_RESOURCE_NAME);

new ContactCenterData(app, 'ContactCenterData', {
  instanceArn,
  agentEventsStreamArn: context('agentEventsStreamArn'),
  agentEventsKeyArn: context('agentEventsKeyArn'),
  env: { account, region },
});

function context(key: string): string {
  const value: unknown = app.node.tryGetContext(key);
  if (typeof value !== 'string') throw new Error(`missing context value: cdk synth --context ${key}=<ARN>`);
  return value;
}
