/**
 * Every distribution of an app over a stack and two nested stacks synthesizes without a circular dependency.
 */
import { type App, aws_kinesis as kinesis, aws_kms as kms, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { ConnectDataStreaming, KeyAccess, StreamingDestination } from '../src';
import { appGraph } from './simulation/simulation';
import { newInstance } from './support';
import { deploymentSteps } from './template/deployment-steps';

const STACKS = ['parent', 'nested', 'sibling'] as const;

interface Distribution {
  readonly key: typeof STACKS[number];
  readonly instance: typeof STACKS[number];
  readonly streaming: typeof STACKS[number];
  readonly stream: typeof STACKS[number] | 'new';
  /** What another resource in the stack of the instance references, such as the key of its call recordings. */
  readonly alsoUses: 'key' | 'stream';
}

const DISTRIBUTIONS: Distribution[] = STACKS.flatMap((key) => STACKS.flatMap((instance) => STACKS.flatMap((streaming) =>
  ([...STACKS, 'new'] as const).flatMap((stream) => (['key', 'stream'] as const).map((alsoUses) => ({ key, instance, streaming, stream, alsoUses }))))));

function build(app: App, distribution: Distribution, keyAccess?: KeyAccess): void {
  const parent = new Stack(app, 'Parent');
  const stacks = { parent, nested: new NestedStack(parent, 'Nested'), sibling: new NestedStack(parent, 'Sibling') };
  const key = new kms.Key(stacks[distribution.key], 'Key');
  const instance = newInstance(stacks[distribution.instance]);
  const stream = distribution.stream === 'new' ? undefined : new kinesis.Stream(stacks[distribution.stream], 'Stream', { encryptionKey: key });
  const used = distribution.alsoUses === 'stream' && stream ? stream.streamArn : key.keyArn;
  new CfnResource(stacks[distribution.instance], 'Other', { type: 'Test::Other', properties: { Instance: instance.attrArn, Used: used } });

  const streaming = stacks[distribution.streaming];
  if (keyAccess) {
    const agentEvents = stream ? StreamingDestination.kinesisStream(stream) : StreamingDestination.newKinesisStream({ encryptionKey: key });
    new ConnectDataStreaming(streaming, 'Streaming', { instance, agentEvents, keyAccess });
  } else {
    new CfnResource(streaming, 'Association', { type: 'Test::Association', properties: { Instance: instance.attrArn, Stream: stream?.streamArn ?? key.keyArn } });
  }
}

function isCircular(distribution: Distribution, keyAccess?: KeyAccess): boolean {
  try {
    const { scopes } = appGraph((app) => build(app, distribution, keyAccess));
    for (const { template } of scopes.values()) deploymentSteps(template);
    return false;
  } catch (error) {
    if (/circular|cyclic/i.test((error as Error).message)) return true;
    throw error;
  }
}

test('KeyAccess.KEY_POLICY rejects a distribution that can have a circular dependency', () => {
  const possible = DISTRIBUTIONS.filter((distribution) => !isCircular(distribution));
  const accepted = possible.filter((distribution) => {
    try {
      expect(isCircular(distribution, KeyAccess.KEY_POLICY)).toBe(false);
      return true;
    } catch (error) {
      expect((error as Error).message).toContain('cannot reference the instance in Parent');
      return false;
    }
  });
  expect(accepted.length).toBeGreaterThan(possible.length / 3);
});

test.each([KeyAccess.AUTOMATIC, KeyAccess.GRANT, KeyAccess.EXTERNAL])(
  `KeyAccess.%s adds no circular dependency to ${DISTRIBUTIONS.length} distributions of the key, the instance, the stream and the construct`, (keyAccess) => {
    const circular = DISTRIBUTIONS.filter((distribution) => isCircular(distribution, keyAccess));
    expect(circular.filter((distribution) => !isCircular(distribution))).toEqual([]);
    expect(circular.length).toBeLessThan(DISTRIBUTIONS.length / 3); // most are possible, and so have been tried
  });
