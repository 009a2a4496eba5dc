import { Stack, Token } from 'aws-cdk-lib';
import type { IEnvironmentAware } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import { errorAt } from './errors';
import { format } from './formatting';
import { isDifferent } from './tokens';

/** The format of the ARN of a resource. */
interface ArnFormat {
  readonly resource: string;
  readonly pattern: RegExp;
  readonly example: string;
}

export const INSTANCE_ARN: ArnFormat = {
  resource: 'an Amazon Connect instance',
  pattern: /^arn:[^:]+:connect:[^:]+:[^:]+:instance\/[^/:\s]+$/,
  example: 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111',
};

export const ROLE_ARN: ArnFormat = {
  resource: 'an IAM role',
  pattern: /^arn:[^:]+:iam::[^:]+:role\/[^:\s]+$/,
  example: 'arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_suffix',
};

export const KINESIS_STREAM_ARN: ArnFormat = {
  resource: 'a Kinesis data stream',
  pattern: /^arn:[^:]+:kinesis:[^:]+:[^:]+:stream\/[^/:\s]+$/,
  example: 'arn:aws:kinesis:us-east-1:111122223333:stream/name',
};

export const DELIVERY_STREAM_ARN: ArnFormat = {
  resource: 'a Firehose delivery stream',
  pattern: /^arn:[^:]+:firehose:[^:]+:[^:]+:deliverystream\/[^/:\s]+$/,
  example: 'arn:aws:firehose:us-east-1:111122223333:deliverystream/name',
};

/** Throws if the value is not an ARN of this format. Unresolved tokens are not validated. */
export function validateArn(scope: Construct, what: string, arn: string, { resource, pattern, example }: ArnFormat, path: string): void {
  const isKnown = arn.startsWith('arn:') || !Token.isUnresolved(arn);
  if (isKnown && !pattern.test(arn)) {
    throw errorAt(path, `${what} must be the ARN of ${resource}, got "${format(scope, arn)}"`, `specify an ARN such as ${example}`);
  }
}

/** Throws if the role of an instance is in another account than the instance. */
export function validateSameAccount(path: string, instanceArn: string, roleArn: string): void {
  const [instanceAccount, roleAccount] = [instanceArn, roleArn].map((arn) => partsOf(arn)[4]);
  if (instanceAccount && roleAccount && isDifferent(instanceAccount, roleAccount)) {
    throw errorAt(path, `serviceRoleArn must be in the account of the instance, ${instanceAccount}, got "${roleArn}"`,
      'specify the ServiceRole that `aws connect describe-instance` returns for this instance');
  }
}

/** Throws if the ARN does not have the format, or is in another partition, Region or account than the stack. */
export function validateLocalArn(
  scope: Construct, what: string, arn: string, arnFormat: ArnFormat, resource: IEnvironmentAware, path = scope.node.path,
): void {
  validateArn(scope, what, arn, arnFormat, path);

  const stack = Stack.of(scope);
  const [, partition, , region, account] = partsOf(arn);
  for (const [part, actual, expected] of [
    ['partition', partition ?? stack.partition, stack.partition],
    ['Region', region ?? resource.env.region, stack.region],
    ['account', account ?? resource.env.account, stack.account],
  ]) {
    if (isDifferent(actual, expected)) {
      throw errorAt(path, `${what} must be in the ${part} of the stack, ${expected}, got ${format(scope, arn)} in ${actual}`,
        'Amazon Connect requires the instance, its streams and this construct to be in one account and Region: specify '
        + `${arnFormat.resource} in ${part} ${expected}, or use a stack in ${part} ${actual}`);
    }
  }
}

/** The parts of an ARN. An ARN that is a single token has none. */
function partsOf(arn: string): Array<string | undefined> {
  return arn.startsWith('arn:') ? arn.split(':') : [];
}
