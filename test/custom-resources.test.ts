import { aws_kinesis as kinesis, aws_kms as kms, CfnParameter, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { ACCOUNT, associations, existingInstance, instanceWithRole, newStack, REGION, resources } from './support';
import { ConnectDataStreaming, type ConnectInstance, StreamingDestination } from '../src';

const QUOTA = 10_240; // the IAM quota for the inline policies of a role, without white space

function arn(service: string, resource: string, number: number): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}/aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
}

function withLookup(stack: Stack, number: number): void {
  stream(stack, number, existingInstance(stack, `Instance${number}`, arn('connect', 'instance', number)));
}

function withGrant(stack: Stack, number: number): void {
  stream(stack, number, instanceWithRole(stack, `Instance${number}`, arn('connect', 'instance', number)));
}

/** Streams to a stream with an imported key, which requires a grant. */
function stream(stack: Stack, number: number, instance: ConnectInstance): void {
  const encryptionKey = kms.Key.fromKeyArn(stack, `Key${number}`, arn('kms', 'key', number));
  const existing = kinesis.Stream.fromStreamAttributes(stack, `Stream${number}`, { streamArn: arn('kinesis', 'stream', number), encryptionKey });
  new ConnectDataStreaming(stack, `Streaming${number}`, { instance, agentEvents: StreamingDestination.kinesisStream(existing) });
}

/** Returns the error of the stack, if any. */
function errorOf(stack: Stack): string | undefined {
  const errors = Annotations.fromStack(stack).findError('*', Match.anyValue()).map(({ entry }) => String(entry.data));
  expect(errors.length).toBeLessThanOrEqual(1);
  return errors[0];
}

/** Adds constructs until the stack has an error. Returns the error, and the stack with the largest number without an error. */
function fill(add: (stack: Stack, number: number) => void): { error: string; full: Stack } {
  const stackWith = (count: number) => {
    const stack = newStack();
    for (let number = 1; number <= count; number++) add(stack, number);
    return stack;
  };
  let [fits, exceeds] = [0, 60];
  while (exceeds - fits > 1) {
    const count = Math.floor((fits + exceeds) / 2);
    if (errorOf(stackWith(count)) === undefined) fits = count;
    else exceeds = count;
  }
  return { error: errorOf(stackWith(exceeds))!, full: stackWith(fits) };
}

function policyCharacters(stack: Stack): number[] {
  return Object.values(resources(stack, 'AWS::IAM::Policy')).map(({ Properties }) => JSON.stringify(Properties.PolicyDocument).length);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number);
}

describe('inline policies of the role that custom resources of a stack share', () => {
  test('cannot exceed the IAM quota', () => {
    const { error, full } = fill(withGrant);

    const characters = policyCharacters(full);
    expect(sum(characters)).toBeLessThanOrEqual(QUOTA);
    expect(sum(characters) + characters[0]).toBeGreaterThan(QUOTA);
    expect(error).toBe(`Stack: cannot add the grant on the key ${arn('kms', 'key', characters.length + 1)}: the custom resources of a stack share a role, `
      + `and its inline policies would exceed 10,240 characters, got ${sum(characters) + characters[0]} or more; move some of the instances to another stack; `
      + 'if the stack contains lookups, specify roles with ConnectInstance.fromInstanceAttributes(), or use ConnectInstance.fromLookup()');
  });

  test('contain the permissions of both lookups and grants', () => {
    const instances = ({ full }: { full: Stack }) => Object.keys(associations(full)).length;
    expect(instances(fill(withLookup))).toBeLessThan(instances(fill(withGrant)));
  });

  test('are sufficient for the lookups of 51 instances, but not of 52', () => {
    const stack = newStack();
    const lookUp = (number: number) => new ConnectDataStreaming(stack, `Streaming${number}`, {
      instance: existingInstance(stack, `Instance${number}`, arn('connect', 'instance', number)),
      agentEvents: StreamingDestination.newKinesisStream(),
    });
    for (let number = 1; number <= 51; number++) lookUp(number);
    expect(sum(policyCharacters(stack))).toBeLessThanOrEqual(QUOTA);
    expect(errorOf(stack)).toBeUndefined();

    for (let number = 52; number <= 55; number++) lookUp(number);
    expect(errorOf(stack)).toContain(`Stack: cannot add the lookup of the service-linked role of ${arn('connect', 'instance', 52)}: the custom resources`);
  });

  test('are measured without the unknown length of unresolved tokens', () => {
    const stack = newStack();
    for (let number = 1; number <= 80; number++) {
      const parameter = new CfnParameter(stack, `InstanceArn${number}`);
      new ConnectDataStreaming(stack, `Streaming${number}`, {
        instance: existingInstance(stack, `Instance${number}`, parameter.valueAsString),
        agentEvents: StreamingDestination.newKinesisStream(),
      });
    }
    expect(policyCharacters(stack)).toHaveLength(80);
    expect(errorOf(stack)).toBeUndefined();
  });
});
