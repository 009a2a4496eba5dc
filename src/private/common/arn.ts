import { Token } from 'aws-cdk-lib';
import type { IEnvironmentAware } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import { errorAt } from './errors';
import { format } from './formatting';
import { type EnvironmentPart, StackEnvironment } from './stack-environment';
import { isDifferent } from './tokens';
import { validateValue } from './validation';
import { text, type ValueType } from './value-types';

/** The format of the ARN of a resource. */
interface ArnFormat {
  readonly resource: string;
  readonly pattern: RegExp;
  readonly example: string;
  /** Where to find the ARN. */
  readonly hint?: string;
}

const TOKEN = '[^:/\\s]*\\$\\{Token\\[[^\\]]*\\]\\}[^:/\\s]*';
const PARTITION = `(aws[-a-z]*|${TOKEN})`;
// integ-runner synthesizes apps for the account 12345678 in test-region.
const REGION = `([a-z]+(-[a-z]+)+-\\d+|test-region|${TOKEN})`;
const ACCOUNT = `(\\d{12}|12345678|${TOKEN})`;
const UUID = `([\\da-fA-F]{8}(-[\\da-fA-F]{4}){3}-[\\da-fA-F]{12}|${TOKEN})`;

export const INSTANCE_ID = {
  pattern: new RegExp(`^${UUID}$`),
  example: 'aaaaaaaa-bbbb-cccc-dddd-111111111111',
  hint: '; `aws connect list-instances` and the console show it, and the alias of an instance is not its id',
};

export const INSTANCE_ARN: ArnFormat = {
  resource: 'an Amazon Connect instance',
  pattern: arnPattern('connect', REGION, `instance/${UUID}`),
  example: `arn:aws:connect:us-east-1:111122223333:instance/${INSTANCE_ID.example}`,
  hint: INSTANCE_ID.hint,
};

export const ROLE_ARN: ArnFormat = {
  resource: 'an IAM role',
  pattern: arnPattern('iam', '', 'role/[^:\\s]*[^:/\\s]'),
  example: 'arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_suffix',
};

export const KINESIS_STREAM_ARN: ArnFormat = {
  resource: 'a Kinesis data stream',
  pattern: arnPattern('kinesis', REGION, 'stream/[^/:\\s]+'),
  example: 'arn:aws:kinesis:us-east-1:111122223333:stream/name',
};

export const DELIVERY_STREAM_ARN: ArnFormat = {
  resource: 'a Firehose delivery stream',
  pattern: arnPattern('firehose', REGION, 'deliverystream/[^/:\\s]+'),
  example: 'arn:aws:firehose:us-east-1:111122223333:deliverystream/name',
};

/** The type of an ARN, whose format `validateArn()` validates. */
export function arnOf({ resource, example, hint }: ArnFormat): ValueType {
  return text(`the ARN of ${resource}`, `specify an ARN such as ${example}${hint ?? ''}`);
}

/** Throws if the value is not an ARN of this format. Unresolved tokens are not validated. */
export function validateArn(scope: Construct, what: string, arn: string, arnFormat: ArnFormat, path: string): void {
  const type = arnOf(arnFormat);
  validateValue(path, what, arn, type);
  const isKnown = arn.startsWith('arn:') || !Token.isUnresolved(arn);
  if (isKnown && !arnFormat.pattern.test(arn)) throw errorAt(path, `${what} must be ${type.description}, got "${format(scope, arn)}"`, type.wayOut);
}

/** Throws if the ARN does not have the format, or is in another partition, Region or account than the stack. */
export function validateLocalArn(
  scope: Construct, what: string, arn: string, arnFormat: ArnFormat, resource: IEnvironmentAware, path = scope.node.path,
): void {
  validateArn(scope, what, arn, arnFormat, path);

  const environment = StackEnvironment.of(scope);
  const [, partition, , region, account] = partsOf(arn);
  const parts: Array<[EnvironmentPart, string | undefined]> = [
    ['partition', partition],
    ['Region', region || resource.env.region],
    ['account', account ?? resource.env.account],
  ];
  for (const [part, actual] of parts.filter(([, value]) => value)) {
    const { value: expected, source } = environment.get(part);
    if (isDifferent(actual!, expected)) {
      throw errorAt(path, `${what} must be in the ${part} of ${source}, ${expected}, got ${format(scope, arn)} in ${actual}`,
        'Amazon Connect requires the instance, its streams and this construct to be in one account and Region: specify '
        + `${arnFormat.resource} in ${part} ${expected}, or use a stack in ${part} ${actual}`);
    }
    environment.determine(part, actual!, format(scope, arn));
  }
}

function arnPattern(service: string, region: string, resource: string): RegExp {
  return new RegExp(`^arn:${PARTITION}:${service}:${region}:${ACCOUNT}:${resource}$`);
}

/** The parts of an ARN. An ARN that is a single token has none. */
export function partsOf(arn: string): Array<string | undefined> {
  return arn.startsWith('arn:') ? arn.split(':') : [];
}
