/**
 * The apps that the deployment simulation deploys, and the account that it deploys them to.
 */
import { type App, aws_kinesis as kinesis, aws_kms as kms, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../../src';
import { SimulatedAccount } from '../../src/check/simulation/simulated-account';
import { ENV, existingInstance, INSTANCE_ARN, instanceWithRole, KEY_ARN, newInstance, OTHER_INSTANCE_ARN, ROLE_ARN, STREAM_ARN } from '../support';

export const OTHER_ROLE_ARN = `${ROLE_ARN}other`;
export const OTHER_KEY_ARN = KEY_ARN.replace('key/1', 'key/2');
export const OTHER_STREAM_ARN = `${STREAM_ARN}-other`;

/** The values of the CloudFormation parameters in the scenarios. */
export const PARAMETERS = { InstanceArn: INSTANCE_ARN };

/** An account with two instances, and with two streams and their keys that the app does not define. */
export function existingAccount(): SimulatedAccount {
  return new SimulatedAccount()
    .addInstance(INSTANCE_ARN, ROLE_ARN, { StatusReason: { Message: 'x'.repeat(5000) } }) // too long for the response of a custom resource
    .addInstance(OTHER_INSTANCE_ARN, OTHER_ROLE_ARN)
    .addKey(KEY_ARN)
    .addKey(OTHER_KEY_ARN)
    .addStream(STREAM_ARN, KEY_ARN)
    .addStream(OTHER_STREAM_ARN, OTHER_KEY_ARN);
}

export function stackIn(app: App, id = 'Stack'): Stack {
  return new Stack(app, id, { env: ENV });
}

/** An existing stream with a key that the app does not define. */
export function existingStream(scope: Stack, id = 'Existing', streamArn = STREAM_ARN, keyArn = KEY_ARN) {
  return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(scope, id, {
    streamArn, encryptionKey: kms.Key.fromKeyArn(scope, `${id}Key`, keyArn),
  }));
}

/** A stream that the app defines and imports by its ARN. Only the key tells the association which resource it must wait for. */
export function importedStream(scope: Stack, encryptionKey: kms.IKey, id = 'Imported') {
  const { streamArn } = new kinesis.Stream(scope, `${id}Stream`, { encryptionKey });
  return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(scope, id, { streamArn, encryptionKey }));
}

export const NEW_STREAM = StreamingDestination.newKinesisStream();

export type Build = (app: App) => void;

export const SCENARIOS = {
  'a new stream for each data type, role looked up': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: NEW_STREAM,
      agentEvents: NEW_STREAM,
      voiceAnalysisSegments: NEW_STREAM,
      chatAnalysisSegments: NEW_STREAM,
    });
  },
  'an imported stream with a key of the app': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: importedStream(stack, new kms.Key(stack, 'Key')) });
  },
  'a stream and a key for each data type': (app) => {
    const stack = stackIn(app);
    const ownStream = (id: string) => importedStream(stack, new kms.Key(stack, `${id}Key`), id);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), contactRecords: ownStream('One'), agentEvents: ownStream('Two'), voiceAnalysisSegments: ownStream('Three'),
    });
  },
  'an instance of the app': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: newInstance(stack), agentEvents: NEW_STREAM });
  },
  'an imported key, role known': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: existingStream(stack) });
  },
  'an imported key, role looked up': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: existingStream(stack) });
  },
  'an imported key for a new stream': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: NEW_STREAM, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
    });
  },
  'a key in another stack': (app) => {
    const key = new kms.Key(stackIn(app, 'Keys'), 'Key');
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: importedStream(stack, key) });
  },
  'a key and a stream in another stack': (app) => {
    const streams = stackIn(app, 'Streams');
    const stream = new kinesis.Stream(streams, 'Stream', { encryption: kinesis.StreamEncryption.KMS });
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
  },
  'an instance and an association in one stack, a key in another': (app) => {
    const key = new kms.Key(stackIn(app, 'Keys'), 'Key');
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: newInstance(stack), agentEvents: NEW_STREAM, encryptionKey: key });
  },
  'an instance, a key and an association in three stacks': (app) => {
    const key = new kms.Key(stackIn(app, 'Keys'), 'Key');
    const instance = newInstance(stackIn(app, 'Instances'));
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: importedStream(stack, key) });
  },
  'two instances with one key': (app) => {
    const stack = stackIn(app);
    const key = new kms.Key(stack, 'Key');
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack), agentEvents: importedStream(stack, key) });
    new ConnectDataStreaming(stack, 'Two', {
      instance: existingInstance(stack, 'Other', OTHER_INSTANCE_ARN), agentEvents: importedStream(stack, key, 'Same'),
    });
  },
  'two instances with one imported key': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack), agentEvents: existingStream(stack) });
    new ConnectDataStreaming(stack, 'Two', { instance: existingInstance(stack, 'Other', OTHER_INSTANCE_ARN), agentEvents: existingStream(stack, 'Same') });
  },
  'an instance in two constructs, one key imported and one created': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack), agentEvents: existingStream(stack) });
    new ConnectDataStreaming(stack, 'Two', { instance: existingInstance(stack, 'Same'), contactRecords: NEW_STREAM });
  },
  'an instance in two stacks': (app) => {
    const [one, two] = ['One', 'Two'].map((id) => stackIn(app, id));
    new ConnectDataStreaming(one, 'Streaming', { instance: existingInstance(one), agentEvents: existingStream(one) });
    new ConnectDataStreaming(two, 'Streaming', { instance: existingInstance(two), contactRecords: existingStream(two) });
  },
  'an alias of the app': (app) => {
    const stack = stackIn(app);
    const alias = new kms.Key(stack, 'Key').addAlias('streaming');
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: NEW_STREAM, encryptionKey: alias });
  },
  'the AWS managed key': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED }),
    });
  },
  'a grant on a key of the app': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: NEW_STREAM, contactRecords: NEW_STREAM, keyAccess: KeyAccess.GRANT,
    });
  },
  'a delivery stream and a Kinesis data stream': (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), contactRecords: StreamingDestination.newDeliveryStream(), agentEvents: NEW_STREAM,
    });
  },
  'a nested stack': (app) => {
    const nested = new NestedStack(stackIn(app), 'Nested');
    new ConnectDataStreaming(nested, 'Streaming', { instance: existingInstance(nested), agentEvents: importedStream(nested, new kms.Key(nested, 'Key')) });
  },
  'a nested stack with the instance, a key in its parent': (app) => {
    const parent = stackIn(app);
    const nested = new NestedStack(parent, 'Nested');
    new ConnectDataStreaming(nested, 'Streaming', { instance: newInstance(nested), agentEvents: importedStream(nested, new kms.Key(parent, 'Key')) });
  },
  'a key and an association in two nested stacks, the instance in their parent': (app) => {
    const parent = stackIn(app);
    const [keys, nested] = ['Keys', 'Nested'].map((id) => new NestedStack(parent, id));
    new ConnectDataStreaming(nested, 'Streaming', { instance: newInstance(parent), agentEvents: importedStream(nested, new kms.Key(keys, 'Key')) });
  },
  'an unresolved instance ARN': (app) => {
    const stack = stackIn(app);
    const arn = new CfnParameter(stack, 'InstanceArn').valueAsString;
    new ConnectDataStreaming(stack, 'Streaming', { instance: ConnectInstance.fromInstanceArn(stack, 'Instance', arn), agentEvents: NEW_STREAM });
  },
  'an unresolved instance ARN, a key in another stack': (app) => {
    const key = new kms.Key(stackIn(app, 'Keys'), 'Key');
    const stack = stackIn(app);
    const arn = new CfnParameter(stack, 'InstanceArn').valueAsString;
    new ConnectDataStreaming(stack, 'Streaming', { instance: ConnectInstance.fromInstanceArn(stack, 'Instance', arn), agentEvents: importedStream(stack, key) });
  },
} satisfies Record<string, Build>;
