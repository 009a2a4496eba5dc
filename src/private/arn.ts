import { Stack, Token } from 'aws-cdk-lib';
import type { IEnvironmentAware } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import { differ } from './differ';
import { printable } from './printable';

/** What an ARN has to look like, and how to say so. */
interface ArnForm {
  readonly noun: string;
  readonly pattern: RegExp;
  readonly example: string;
}

export const INSTANCE_ARN: ArnForm = {
  noun: 'an Amazon Connect instance',
  pattern: /^arn:[^:]+:connect:[^:]+:[^:]+:instance\/[^/:\s]+$/,
  example: 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111',
};

export const ROLE_ARN: ArnForm = {
  noun: 'an IAM role',
  pattern: /^arn:[^:]+:iam::[^:]+:role\/[^:\s]+$/,
  example: 'arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_suffix',
};

export const KINESIS_STREAM_ARN: ArnForm = {
  noun: 'a Kinesis data stream',
  pattern: /^arn:[^:]+:kinesis:[^:]+:[^:]+:stream\/[^/:\s]+$/,
  example: 'arn:aws:kinesis:us-east-1:111122223333:stream/name',
};

export const DELIVERY_STREAM_ARN: ArnForm = {
  noun: 'a Firehose delivery stream',
  pattern: /^arn:[^:]+:firehose:[^:]+:[^:]+:deliverystream\/[^/:\s]+$/,
  example: 'arn:aws:firehose:us-east-1:111122223333:deliverystream/name',
};

/** Throws unless the ARN has the form. Of a token only what is known is checked. */
export function requireArn(path: string, form: ArnForm, arn: string): void {
  const known = arn.startsWith('arn:') || !Token.isUnresolved(arn);
  if (known && !form.pattern.test(arn)) {
    throw new Error(`${path}: "${arn}" is not the ARN of ${form.noun}; it looks like ${form.example}`);
  }
}

/** Throws if the role of an instance is in another account than the instance. */
export function requireSameAccount(path: string, instanceArn: string, roleArn: string): void {
  const [instance, role] = [instanceArn, roleArn].map((arn) => partsOf(arn)[4]);
  if (instance && role && differ(instance, role)) {
    throw new Error(`${path}: the role "${roleArn}" is in account ${role}, but the instance is in ${instance}; pass the ServiceRole that `
      + '`aws connect describe-instance` shows for this instance');
  }
}

/** Throws unless the ARN of the resource has the form, and is in the account and Region of the stack. */
export function requireLocal(scope: Construct, form: ArnForm, arn: string, resource: IEnvironmentAware, path = scope.node.path): void {
  requireArn(path, form, arn);

  const stack = Stack.of(scope);
  const [, partition, , region, account] = partsOf(arn);
  for (const [what, actual, expected] of [
    ['partition', partition ?? stack.partition, stack.partition],
    ['Region', region ?? resource.env.region, stack.region],
    ['account', account ?? resource.env.account, stack.account],
  ]) {
    if (differ(actual, expected)) {
      throw new Error(`${path}: ${printable(scope, arn)} is in ${what} ${actual}, but the stack is in ${expected}; Amazon Connect `
        + `needs the instance, its streams and this construct in one account and Region: use ${form.noun} of ${expected}, `
        + `or a stack with env in ${actual}`);
    }
  }
}

/** The parts of an ARN; none of a token that is a whole ARN. */
function partsOf(arn: string): Array<string | undefined> {
  return arn.startsWith('arn:') ? arn.split(':') : [];
}
