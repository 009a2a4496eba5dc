/**
 * Existing streams that are specified as L1 constructs, as imported streams or as references.
 */
import {
  App, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, CfnParameter, Lazy, RemovalPolicies, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { DEFAULT_CROSS_STACK_REFERENCES } from 'aws-cdk-lib/cx-api';
import type { aws_kinesis as kinesisRefs } from 'aws-cdk-lib/interfaces';
import {
  ACCOUNT, acknowledgment, associations, connectStatements, DELIVERY_STREAM_ARN, ENV, instanceWithRole, KEY_ARN, newStack, REGION, sdkCalls,
  STREAM_ARN, theOnly, types,
} from './support';
import { ConnectDataStreaming, type ConnectDataStreamingProps, StreamingDestination } from '../src';

const KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

function newStream(stack: Stack, keyId?: string): kinesis.CfnStream {
  return new kinesis.CfnStream(stack, 'Stream', { streamEncryption: keyId === undefined ? undefined : { encryptionType: 'KMS', keyId } });
}

function stream(stack: Stack, destinations: Partial<ConnectDataStreamingProps>): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), ...destinations });
}

function grantedKeys(stack: Stack): unknown[] {
  return sdkCalls(stack).filter(({ action }) => action === 'CreateGrant').map(({ parameters }) => (parameters as { KeyId: string }).KeyId);
}

/** The ways to specify a stream that the app defines as an L1 construct. */
const REFERENCES: Array<[string, (stream: kinesis.CfnStream) => kinesisRefs.IStreamRef]> = [
  ['as an L1 construct', (resource) => resource],
  ['by the ARN of an L1 construct', (resource) => kinesis.Stream.fromStreamArn(resource.stack, 'Imported', resource.attrArn)],
  ['as a reference', (resource) => ({ streamRef: resource.streamRef, env: resource.env, node: resource.node, with: resource.with })],
];

describe.each(REFERENCES)('a Kinesis data stream that is specified %s', (_, reference) => {
  function stackWith(keyId: (stack: Stack) => string | undefined): Stack {
    const stack = newStack();
    const { agentEventsStream } = stream(stack, { agentEvents: StreamingDestination.kinesisStream(reference(newStream(stack, keyId(stack)))) });
    const [, association] = theOnly(associations(stack));
    expect(association.Properties.KinesisStreamConfig).toEqual({ StreamArn: { 'Fn::GetAtt': ['Stream', 'Arn'] } });
    expect(stack.resolve(agentEventsStream!.streamArn)).toEqual({ 'Fn::GetAtt': ['Stream', 'Arn'] });
    return stack;
  }

  test.each<[string, (stack: Stack) => string]>([
    ['ARN of an L2 key', (stack) => new kms.Key(stack, 'Key').keyArn],
    ['id of an L2 key', (stack) => new kms.Key(stack, 'Key').keyId],
    ['ARN of an L1 key', (stack) => new kms.CfnKey(stack, 'Key', { keyPolicy: KEY_POLICY }).attrArn],
    ['id of an L1 key', (stack) => new kms.CfnKey(stack, 'Key', { keyPolicy: KEY_POLICY }).ref],
    ['name of an alias of the app', (stack) => new kms.CfnAlias(stack, 'Alias', { aliasName: 'alias/a', targetKeyId: new kms.Key(stack, 'Key').keyArn }).ref],
  ])('grants access in the policy of its key, which is specified by the %s', (__, keyId) => {
    const stack = stackWith(keyId);
    expect(connectStatements(stack)).toHaveLength(1);
    expect(grantedKeys(stack)).toEqual([]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test.each<[string, (stack: Stack) => string, unknown]>([
    ['ARN of an existing key', () => KEY_ARN, KEY_ARN],
    ['id of an existing key', () => KEY_ARN.split('/')[1], `arn:{'Ref':'AWS::Partition'}:kms:${REGION}:${ACCOUNT}:key/${KEY_ARN.split('/')[1]}`],
    ['ARN of a key whose policy AWS CDK cannot extend', (stack) => new kms.CfnKey(stack, 'Key', {
      keyPolicy: Lazy.any({ produce: () => KEY_POLICY }),
    }).attrArn, "{'Fn::GetAtt':['Key','Arn']}"],
    ['ARN of a key without a policy', (stack) => new kms.CfnKey(stack, 'Key').attrArn, "{'Fn::GetAtt':['Key','Arn']}"],
  ])('creates a grant on its key, which is specified by the %s', (__, keyId, key) => {
    expect(grantedKeys(stackWith(keyId))).toEqual([key]);
  });

  test.each<[string, () => string | undefined]>([
    ['no encryption', () => undefined],
    ['the AWS managed key', () => 'alias/aws/kinesis'],
    ['the ARN of the AWS managed key', () => `arn:aws:kms:${REGION}:${ACCOUNT}:alias/aws/kinesis`],
  ])('needs no access with %s', (__, keyId) => {
    const stack = stackWith(keyId);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test.each<[string, (stack: Stack) => string]>([
    ['a parameter', (stack) => new CfnParameter(stack, 'KeyId').valueAsString],
    ['a lazy value', (stack) => new kms.Key(stack, 'Key').addAlias('streaming').aliasName],
  ])('adds a warning if its key is %s', (__, keyId) => {
    const stack = stackWith(keyId);
    Annotations.fromStack(stack).hasWarning('/Stack/Streaming/AgentEvents', Match.stringLikeRegexp('^AWS CDK cannot determine how {"Fn::GetAtt":\\["Stream","Arn"\\]} is encrypted'));
  });

  test('rejects an alias of an existing key', () => {
    expect(() => stackWith(() => 'alias/existing')).toThrow('the KMS key must be a key or an alias with a known target key, got the imported alias');
  });
});

test('adds a warning if the encryption of a stream is an unresolved token', () => {
  const stack = newStack();
  const resource = new kinesis.CfnStream(stack, 'Stream', { streamEncryption: Lazy.any({ produce: () => undefined }) });
  stream(stack, { agentEvents: StreamingDestination.kinesisStream(resource) });
  Annotations.fromStack(stack).hasWarning('/Stack/Streaming/AgentEvents', Match.stringLikeRegexp('cannot determine how'));
});

test('one L1 stream for two data types needs one statement', () => {
  const stack = newStack();
  const destination = StreamingDestination.kinesisStream(newStream(stack, new kms.Key(stack, 'Key').keyArn));
  stream(stack, { agentEvents: destination, contactRecords: destination });
  expect(connectStatements(stack)).toHaveLength(1);
});

describe('a delivery stream', () => {
  const asReference = (resource: firehose.CfnDeliveryStream) => (
    { deliveryStreamRef: resource.deliveryStreamRef, env: resource.env, node: resource.node, with: resource.with });

  test.each<[string, (resource: firehose.CfnDeliveryStream) => Parameters<typeof StreamingDestination.deliveryStream>[0]]>([
    ['as an L1 construct', (resource) => resource],
    ['by the ARN of an L1 construct', (resource) => firehose.DeliveryStream.fromDeliveryStreamArn(resource.stack, 'Imported', resource.attrArn)],
    ['as a reference', asReference],
  ])('that is specified %s is associated, unless it reads from a Kinesis data stream', (_, reference) => {
    const stack = newStack();
    const { contactRecordsDeliveryStream } = stream(stack, {
      contactRecords: StreamingDestination.deliveryStream(reference(new firehose.CfnDeliveryStream(stack, 'Delivery'))),
    });
    const [, association] = theOnly(associations(stack));
    expect(association.Properties.KinesisFirehoseConfig).toEqual({ FirehoseArn: { 'Fn::GetAtt': ['Delivery', 'Arn'] } });
    expect(stack.resolve(contactRecordsDeliveryStream!.deliveryStreamArn)).toEqual({ 'Fn::GetAtt': ['Delivery', 'Arn'] });

    for (const deliveryStreamType of ['KinesisStreamAsSource', undefined]) {
      const other = newStack();
      const resource = new firehose.CfnDeliveryStream(other, 'Delivery', {
        deliveryStreamType, kinesisStreamSourceConfiguration: { kinesisStreamArn: STREAM_ARN, roleArn: `arn:aws:iam::${ACCOUNT}:role/source` },
      });
      expect(() => stream(other, { contactRecords: StreamingDestination.deliveryStream(reference(resource)) })).toThrow(
        /^Stack\/Streaming\/ContactRecords: the delivery stream must be of type DirectPut to receive records from Amazon Connect, got Stack\/\w+ of type KinesisStreamAsSource; specify its source/);
    }
  });

  test('that is imported, or whose type is an unresolved token, is associated', () => {
    for (const makeStream of [
      (stack: Stack) => firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Imported', DELIVERY_STREAM_ARN),
      (stack: Stack) => new firehose.CfnDeliveryStream(stack, 'Delivery', { deliveryStreamType: new CfnParameter(stack, 'Type').valueAsString }),
    ]) {
      const stack = newStack();
      stream(stack, { contactRecords: StreamingDestination.deliveryStream(makeStream(stack)) });
      expect(Object.keys(associations(stack))).toHaveLength(1);
    }
  });
});

describe('a reference to a stream in another stack', () => {
  function streamingFrom(crossStackReferences: string | undefined, removalPolicy: RemovalPolicy): Stack {
    const app = new App({ context: { [DEFAULT_CROSS_STACK_REFERENCES]: crossStackReferences } });
    const [streams, stack] = ['Streams', 'Stack'].map((id) => new Stack(app, id, { env: ENV }));
    const existing = new kinesis.Stream(streams, 'Stream', { encryptionKey: new kms.Key(streams, 'Key') });
    stream(stack, {
      agentEvents: StreamingDestination.kinesisStream(existing),
      contactRecords: StreamingDestination.deliveryStream(new firehose.CfnDeliveryStream(streams, 'Delivery')),
      voiceAnalysisSegments: StreamingDestination.newKinesisStream({ encryptionKey: new kms.Key(streams, 'KeyOfNewStream') }),
      chatAnalysisSegments: StreamingDestination.kinesisStream(new kinesis.Stream(stack, 'Own', {
        encryption: kinesis.StreamEncryption.UNENCRYPTED, removalPolicy: RemovalPolicy.DESTROY,
      })),
    });
    RemovalPolicies.of(streams).apply(removalPolicy);
    return stack;
  }

  test.each(['weak', 'both'])('adds a warning if it is weak and a replaced resource is deleted: %s', (crossStackReferences) => {
    const warnings = Annotations.fromStack(streamingFrom(crossStackReferences, RemovalPolicy.DESTROY)).findWarning('*', Match.stringLikeRegexp('weakReference'));
    expect(warnings.map(({ id, entry }) => [id, String(entry.data).slice(0, 70)])).toEqual([
      ['/Stack/Streaming/ContactRecords/Resource', 'CloudFormation deletes Streams/Delivery if it replaces it, because ref'],
      ['/Stack/Streaming/AgentEvents/Resource', expect.stringContaining('CloudFormation deletes Streams/Stream/Resource if it replaces it')],
      ['/Stack/Streaming/VoiceAnalysisSegments/Resource', 'CloudFormation deletes Streams/KeyOfNewStream/Resource if it replaces '],
    ]);
    expect(warnings[0].entry.data).toContain('Records are then lost between the deployments of Streams and Stack; set the removal policy of the resource to '
      + 'RemovalPolicy.RETAIN, or acknowledge this warning' + acknowledgment('weakReference'));
  });

  test('adds no warning if an aspect retains the resource in a stack that is created later', () => {
    const app = new App({ context: { [DEFAULT_CROSS_STACK_REFERENCES]: 'weak' } });
    const [stack, streams] = ['Stack', 'Streams'].map((id) => new Stack(app, id, { env: ENV }));
    stream(stack, { agentEvents: StreamingDestination.kinesisStream(new kinesis.CfnStream(streams, 'Stream')) });
    RemovalPolicies.of(streams).apply(RemovalPolicy.RETAIN);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('weakReference'));
  });

  test.each<[string | undefined, RemovalPolicy]>([
    ['weak', RemovalPolicy.RETAIN],
    ['strong', RemovalPolicy.DESTROY],
    [undefined, RemovalPolicy.DESTROY],
  ])('adds no warning if it is %s and the removal policy is %s', (crossStackReferences, removalPolicy) => {
    Annotations.fromStack(streamingFrom(crossStackReferences, removalPolicy)).hasNoWarning('*', Match.stringLikeRegexp('weakReference'));
  });
});
