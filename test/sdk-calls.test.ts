import { aws_kinesis as kinesis, aws_kms as kms, CfnParameter, type Stack } from 'aws-cdk-lib';
import { ACCOUNT, existingInstance, instanceWithRole, newStack, REGION, resources } from './support';
import { ConnectDataStreaming, type ConnectInstance, StreamingDestination } from '../src';

const QUOTA = 10_240; // of IAM, for the inline policies of a role, without white space

function arn(service: string, resource: string, number: number): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}/aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
}

function withLookup(stack: Stack, number: number): void {
  stream(stack, number, existingInstance(stack, `Instance${number}`, arn('connect', 'instance', number)));
}

function withGrant(stack: Stack, number: number): void {
  stream(stack, number, instanceWithRole(stack, `Instance${number}`, arn('connect', 'instance', number)));
}

/** A stream with a key of others: that takes a grant. */
function stream(stack: Stack, number: number, instance: ConnectInstance): void {
  const encryptionKey = kms.Key.fromKeyArn(stack, `Key${number}`, arn('kms', 'key', number));
  const existing = kinesis.Stream.fromStreamAttributes(stack, `Stream${number}`, { streamArn: arn('kinesis', 'stream', number), encryptionKey });
  new ConnectDataStreaming(stack, `Streaming${number}`, { instance, agentEvents: StreamingDestination.kinesisStream(existing) });
}

/** Adds as many as there is room for. Returns the error that the next one is. */
function fill(stack: Stack, add: (stack: Stack, number: number) => void): string {
  for (let number = 1; number <= 100; number++) {
    try {
      add(stack, number);
    } catch (error) {
      return (error as Error).message;
    }
  }
  throw new Error('no end');
}

function policyCharacters(stack: Stack): number[] {
  return Object.values(resources(stack, 'AWS::IAM::Policy')).map(({ Properties }) => JSON.stringify(Properties.PolicyDocument).length);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number);
}

describe('the inline policies of the role that the custom resources of a stack share', () => {
  test('may be as long as IAM takes them, and not longer', () => {
    const stack = newStack();
    const error = fill(stack, withGrant);

    const characters = policyCharacters(stack);
    expect(sum(characters)).toBeLessThanOrEqual(QUOTA);
    expect(sum(characters) + characters[0]).toBeGreaterThan(QUOTA);
    expect(error).toContain(`Stack: no room for a grant on the key ${arn('kms', 'key', characters.length + 1)}: the role that the custom resources of a `
      + `stack share may have ${QUOTA} characters of inline policies, and here ${sum(characters) + characters[0]} or more are needed; put some of the `
      + 'instances into another stack');
  });

  test('count grants and look-ups alike', () => {
    const error = fill(newStack(), (stack, number) => (number % 2 === 0 ? withGrant : withLookup)(stack, number));
    expect(error).toMatch(/^Stack: no room for .*fromLookup\(\)$/);
  });

  test('hold the look-ups of 52 instances, and not of 53', () => {
    const stack = newStack();
    const lookUp = (number: number) => new ConnectDataStreaming(stack, `Streaming${number}`, {
      instance: existingInstance(stack, `Instance${number}`, arn('connect', 'instance', number)),
      agentEvents: StreamingDestination.newKinesisStream(),
    });
    for (let number = 1; number <= 52; number++) lookUp(number);

    expect(sum(policyCharacters(stack))).toBeLessThanOrEqual(QUOTA);
    expect(() => lookUp(53)).toThrow(`no room for the look-up of the role of ${arn('connect', 'instance', 53)}`);
  });

  test('are not judged by what is not known at synthesis', () => {
    const stack = newStack();
    for (let number = 1; number <= 80; number++) {
      const parameter = new CfnParameter(stack, `InstanceArn${number}`);
      new ConnectDataStreaming(stack, `Streaming${number}`, {
        instance: existingInstance(stack, `Instance${number}`, parameter.valueAsString),
        agentEvents: StreamingDestination.newKinesisStream(),
      });
    }
    expect(policyCharacters(stack)).toHaveLength(80);
  });
});
