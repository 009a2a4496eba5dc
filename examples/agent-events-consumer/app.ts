import { App } from 'aws-cdk-lib';
import { AgentEventsConsumer } from './agent-events-consumer';

const app = new App();

const instanceArn: unknown = app.node.tryGetContext('instanceArn');
if (typeof instanceArn !== 'string') {
  throw new Error('specify the instance: cdk synth --context instanceArn=arn:aws:connect:<region>:<account>:instance/<id>');
}
const [, , , region, account] = instanceArn.split(':');

const language = app.node.tryGetContext('language') === 'python' ? 'python' : 'javascript';

new AgentEventsConsumer(app, 'AgentEventsConsumer', { instanceArn, language, env: { account, region } });
