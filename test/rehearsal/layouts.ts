/**
 * Apps in the layouts that users have: what is rehearsed.
 */
import { type App, aws_kinesis as kinesis, aws_kms as kms, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import { World } from './world';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../../src';
import { ENV, existingInstance, INSTANCE_ARN, instanceWithRole, KEY_ARN, newInstance, OTHER_INSTANCE_ARN, ROLE_ARN, STREAM_ARN } from '../support';

export const OTHER_ROLE_ARN = `${ROLE_ARN}other`;
export const OTHER_KEY_ARN = KEY_ARN.replace('key/1', 'key/2');
export const OTHER_STREAM_ARN = `${STREAM_ARN}-other`;

/** What the parameters of the layouts are. */
export const PARAMETERS = { InstanceArn: INSTANCE_ARN };

/** What is there before the app: two instances, two keys of other people, two streams that use them. */
export function world(): World {
  return new World()
    .addInstance(INSTANCE_ARN, ROLE_ARN)
    .addInstance(OTHER_INSTANCE_ARN, OTHER_ROLE_ARN)
    .addForeignKey(KEY_ARN)
    .addForeignKey(OTHER_KEY_ARN)
    .addStream(STREAM_ARN, KEY_ARN)
    .addStream(OTHER_STREAM_ARN, OTHER_KEY_ARN);
}

export function stackIn(app: App, id = 'Stack'): Stack {
  return new Stack(app, id, { env: ENV });
}

/** An existing stream, with a key that is not this app's. */
export function theirs(scope: Stack, id = 'Theirs', streamArn = STREAM_ARN, keyArn = KEY_ARN) {
  return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(scope, id, {
    streamArn, encryptionKey: kms.Key.fromKeyArn(scope, `${id}Key`, keyArn),
  }));
}

/** A stream that the app makes and imports again: nothing but the key tells what must come first. */
export function imported(scope: Stack, encryptionKey: kms.IKey, id = 'Imported') {
  const { streamArn } = new kinesis.Stream(scope, `${id}Made`, { encryptionKey });
  return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(scope, id, { streamArn, encryptionKey }));
}

export const NEW = StreamingDestination.newKinesisStream();

export type Build = (app: App) => void;

export const LAYOUTS = {
  'new streams, role looked up': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), contactRecords: NEW, agentEvents: NEW, voiceAnalysisSegments: NEW, chatAnalysisSegments: NEW,
    });
  },
  'imported stream, key of the app': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: imported(stack, new kms.Key(stack, 'Key')) });
  },
  'a stream and a key for each kind of data': (app) => {
    const stack = stackIn(app);
    const own = (id: string) => imported(stack, new kms.Key(stack, `${id}Key`), id);
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), contactRecords: own('One'), agentEvents: own('Two'), voiceAnalysisSegments: own('Three') });
  },
  'instance of the app': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: newInstance(stack), agentEvents: NEW });
  },
  'another app\'s key, role known': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: theirs(stack) });
  },
  'another app\'s key, role looked up': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: theirs(stack) });
  },
  'another app\'s key for a new stream': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: NEW, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
    });
  },
  'key in another stack': (app) => {
    const key = new kms.Key(stackIn(app, 'Keys'), 'Key');
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: imported(stack, key) });
  },
  'key and stream in another stack': (app) => {
    const streams = stackIn(app, 'Streams');
    const stream = new kinesis.Stream(streams, 'Stream', { encryption: kinesis.StreamEncryption.KMS });
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
  },
  'instance and association in one stack, key in another': (app) => {
    const key = new kms.Key(stackIn(app, 'Keys'), 'Key');
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: newInstance(stack), agentEvents: NEW, encryptionKey: key });
  },
  'instance in a third stack': (app) => {
    const key = new kms.Key(stackIn(app, 'Keys'), 'Key');
    const instance = newInstance(stackIn(app, 'Instances'));
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: imported(stack, key) });
  },
  'two instances on one key': (app) => {
    const stack = stackIn(app);
    const key = new kms.Key(stack, 'Key');
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack), agentEvents: imported(stack, key) });
    new ConnectDataStreaming(stack, 'Two', { instance: existingInstance(stack, 'Other', OTHER_INSTANCE_ARN), agentEvents: imported(stack, key, 'Same') });
  },
  'two instances on another app\'s key': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack), agentEvents: theirs(stack) });
    new ConnectDataStreaming(stack, 'Two', { instance: existingInstance(stack, 'Other', OTHER_INSTANCE_ARN), agentEvents: theirs(stack, 'Same') });
  },
  'one instance over two constructs, with keys of both kinds': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack), agentEvents: theirs(stack) });
    new ConnectDataStreaming(stack, 'Two', { instance: existingInstance(stack, 'Same'), contactRecords: NEW });
  },
  'one instance over two stacks': (app) => {
    const [one, two] = ['One', 'Two'].map((id) => stackIn(app, id));
    new ConnectDataStreaming(one, 'Streaming', { instance: existingInstance(one), agentEvents: theirs(one) });
    new ConnectDataStreaming(two, 'Streaming', { instance: existingInstance(two), contactRecords: theirs(two) });
  },
  'alias of the app': (app) => {
    const stack = stackIn(app);
    const alias = new kms.Key(stack, 'Key').addAlias('streaming');
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: NEW, encryptionKey: alias });
  },
  'AWS managed key': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED }),
    });
  },
  'a grant on a key of the app': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: NEW, contactRecords: NEW, keyAccess: KeyAccess.GRANT });
  },
  'delivery stream and Kinesis stream': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), contactRecords: StreamingDestination.newDeliveryStream(), agentEvents: NEW,
    });
  },
  'nested stack': (app) => {
    const nested = new NestedStack(stackIn(app), 'Nested');
    new ConnectDataStreaming(nested, 'Streaming', { instance: existingInstance(nested), agentEvents: imported(nested, new kms.Key(nested, 'Key')) });
  },
  'nested stack that makes the instance, key in its parent': (app) => {
    const parent = stackIn(app);
    const nested = new NestedStack(parent, 'Nested');
    new ConnectDataStreaming(nested, 'Streaming', { instance: newInstance(nested), agentEvents: imported(nested, new kms.Key(parent, 'Key')) });
  },
  'instance of the parent, key and association in two nested stacks': (app) => {
    const parent = stackIn(app);
    const [keys, nested] = ['Keys', 'Nested'].map((id) => new NestedStack(parent, id));
    new ConnectDataStreaming(nested, 'Streaming', { instance: newInstance(parent), agentEvents: imported(nested, new kms.Key(keys, 'Key')) });
  },
  'an ARN that only CloudFormation knows': (app) => {
    const stack = stackIn(app);
    const arn = new CfnParameter(stack, 'InstanceArn').valueAsString;
    new ConnectDataStreaming(stack, 'Streaming', { instance: ConnectInstance.fromInstanceArn(stack, 'Instance', arn), agentEvents: NEW });
  },
  'an ARN that only CloudFormation knows, key in another stack': (app) => {
    const key = new kms.Key(stackIn(app, 'Keys'), 'Key');
    const stack = stackIn(app);
    const arn = new CfnParameter(stack, 'InstanceArn').valueAsString;
    new ConnectDataStreaming(stack, 'Streaming', { instance: ConnectInstance.fromInstanceArn(stack, 'Instance', arn), agentEvents: imported(stack, key) });
  },
} satisfies Record<string, Build>;
