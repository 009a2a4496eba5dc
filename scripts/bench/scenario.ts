import { App, aws_connect as connect, Stack } from 'aws-cdk-lib';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const INSTANCES_TO_A_STACK = 20;

/** What the app knows of its instances, and whose the keys are. */
export type Variant = 'look-up' | 'known role' | 'instance of the app' | 'grant';

/** Streams contact records and agent events of one instance. */
export type Streaming = (stack: Stack, number: number) => void;

/** An app with so many instances, 20 to a stack. */
export function newApp(instances: number, streaming: Streaming): App {
  const app = new App({ analyticsReporting: false });
  for (let first = 1; first <= instances; first += INSTANCES_TO_A_STACK) {
    const stack = new Stack(app, `ContactCentres${first}`, { env: { account: ACCOUNT, region: REGION } });
    for (let number = first; number < first + INSTANCES_TO_A_STACK && number <= instances; number++) streaming(stack, number);
  }
  return app;
}

export const instanceArn = (number: number) => `arn:aws:connect:${REGION}:${ACCOUNT}:instance/${uuid(number)}`;
export const keyArn = (number: number) => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${uuid(number)}`;
export const streamArn = (number: number, name: string) => `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${name}-${number}`;
export const roleArn = (number: number) =>
  `arn:aws:iam::${ACCOUNT}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_${uuid(number).slice(-12)}`;

export function newInstance(stack: Stack, number: number): connect.CfnInstance {
  return new connect.CfnInstance(stack, `Instance${number}`, {
    identityManagementType: 'CONNECT_MANAGED',
    attributes: { inboundCalls: true, outboundCalls: true },
    instanceAlias: `contact-centre-${number}`,
  });
}

function uuid(number: number): string {
  return `aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
}
