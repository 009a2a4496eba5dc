import { App, aws_connect as connect, Stack } from 'aws-cdk-lib';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const INSTANCES_PER_STACK = 20;

/** How the app specifies its instances and streams. The page describes each variant. */
export type Variant = 'lookup at deployment' | 'known role' | 'new instance' | 'imported key';

/** Adds the streaming of contact records and agent events of one instance to the stack. */
export type AddStreaming = (stack: Stack, number: number) => void;

/** An app with the specified number of instances, 20 in each stack. */
export function newApp(instances: number, addStreaming: AddStreaming): App {
  const app = new App({ analyticsReporting: false });
  for (let first = 1; first <= instances; first += INSTANCES_PER_STACK) {
    const stack = new Stack(app, `ContactCenters${first}`, { env: { account: ACCOUNT, region: REGION } });
    for (let number = first; number < first + INSTANCES_PER_STACK && number <= instances; number++) addStreaming(stack, number);
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
    instanceAlias: `contact-center-${number}`,
  });
}

function uuid(number: number): string {
  return `aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
}
