import { App } from 'aws-cdk-lib';
import { RegionalStreaming } from './regional-streaming';

const app = new App();

const account = '111122223333';
const instanceId = 'aaaaaaaa-bbbb-cccc-dddd-111111111111'; // the instance and its replica have the same ID

new RegionalStreaming(app, 'StreamingEast', { instanceId, env: { account, region: 'us-east-1' } });
new RegionalStreaming(app, 'StreamingWest', { instanceId, env: { account, region: 'us-west-2' } });
