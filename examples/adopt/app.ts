import { App } from 'aws-cdk-lib';
import { AdoptedStreaming } from './adopted-streaming';

const app = new App();

new AdoptedStreaming(app, 'AdoptedStreaming', { env: { account: '111122223333', region: 'us-east-1' } });
