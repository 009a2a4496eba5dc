import { Annotations, Stack } from 'aws-cdk-lib';
import { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import type * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { KeyAccess } from './key-access';
import { INSTANCE_ARN, requireLocal } from './private/arn';
import { Associations } from './private/associations';
import { permitEncryption } from './private/key-permission';
import { nameOf } from './private/printable';
import { grantRead } from './private/read-grant';
import { serviceRoleArn } from './private/service-role';
import type { StreamingTarget } from './private/streaming-target';
import type { KinesisStreamDestination, StreamingDestination } from './streaming-destination';

/**
 * What an Amazon Connect instance streams, and where to. At least one kind of data is needed.
 */
export interface ConnectDataStreamingProps {
  /**
   * The Amazon Connect instance: a `CfnInstance` of this app, or an existing one by `ConnectInstance.fromInstanceArn()`
   * and its siblings. It must be in the account and Region of the stack.
   */
  readonly instance: connect.IInstanceRef;

  /**
   * Where contact records go: a Kinesis data stream or a Firehose delivery stream.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
   * @default - contact records are not streamed
   */
  readonly contactRecords?: StreamingDestination;

  /**
   * Where agent events go: a Kinesis data stream.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-streams.html
   * @default - agent events are not streamed
   */
  readonly agentEvents?: KinesisStreamDestination;

  /**
   * Where the real-time contact analysis segments of voice contacts go: a Kinesis data stream.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/real-time-contact-analysis-segment-streams.html
   * @default - contact analysis segments of voice contacts are not streamed
   */
  readonly voiceAnalysisSegments?: KinesisStreamDestination;

  /**
   * Where the real-time contact analysis segments of chat contacts go: a Kinesis data stream.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/real-time-contact-analysis-segment-streams.html
   * @default - contact analysis segments of chat contacts are not streamed
   */
  readonly chatAnalysisSegments?: KinesisStreamDestination;

  /**
   * The KMS key for the streams and buckets that this construct makes. It does not speak for existing streams: those
   * carry their own key (see `StreamingDestination.kinesisStream()`).
   *
   * @default - one customer managed key with yearly rotation, made only when something needs it
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How Amazon Connect is let in on the customer managed keys of the Kinesis data streams.
   *
   * @default KeyAccess.AUTOMATIC
   */
  readonly keyAccess?: KeyAccess;
}

/**
 * Turns on data streaming for an Amazon Connect instance: associates each kind of data with its stream, and lets
 * Amazon Connect use the customer managed keys of those streams before the first record is sent.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/data-streaming.html
 */
export class ConnectDataStreaming extends Construct {
  /**
   * The Kinesis data stream that contact records go to. Undefined when they go to a delivery stream, or nowhere.
   */
  public readonly contactRecordsStream?: kinesis.IStream;

  /**
   * The Firehose delivery stream that contact records go to. Undefined when they go to a Kinesis data stream, or nowhere.
   */
  public readonly contactRecordsDeliveryStream?: firehose.IDeliveryStream;

  /**
   * The bucket that this construct made for contact records, as `StreamingDestination.newDeliveryStream()` does unless it
   * is given a destination. Undefined when contact records go anywhere else.
   */
  public readonly contactRecordsBucket?: s3.IBucket;

  /**
   * The Kinesis data stream that agent events go to. Undefined when they are not streamed.
   */
  public readonly agentEventsStream?: kinesis.IStream;

  /**
   * The Kinesis data stream that the contact analysis segments of voice contacts go to. Undefined when they are not
   * streamed.
   */
  public readonly voiceAnalysisSegmentsStream?: kinesis.IStream;

  /**
   * The Kinesis data stream that the contact analysis segments of chat contacts go to. Undefined when they are not
   * streamed.
   */
  public readonly chatAnalysisSegmentsStream?: kinesis.IStream;

  private readonly instance: connect.IInstanceRef;
  private readonly givenKey?: kms.IKey;
  private readonly keyAccess: KeyAccess;
  private usedKey?: kms.IKey;

  /**
   * @throws if there is nothing to stream; if the instance or a stream is malformed or is in another account or Region
   * than the stack; if a destination can't take the kind of data; if a key is an alias without its key, or
   * `KeyAccess.KEY_POLICY` is asked for where that can't work; or if the app streams the same kind of data of the
   * instance already.
   */
  constructor(scope: Construct, id: string, props: ConnectDataStreamingProps) {
    super(scope, id);
    if (!props.instance?.instanceRef) {
      throw new Error(`${this.node.path}: instance is ${nameOf(props.instance)}, not an Amazon Connect instance; pass a CfnInstance, or an ARN `
        + 'by way of ConnectInstance.fromInstanceArn()');
    }
    requireLocal(this, INSTANCE_ARN, props.instance.instanceRef.instanceArn, props.instance);
    this.instance = props.instance;
    this.givenKey = props.encryptionKey;
    this.keyAccess = props.keyAccess ?? KeyAccess.AUTOMATIC;

    const contactRecords = this.stream('ContactRecords', 'CONTACT_TRACE_RECORDS', props.contactRecords);
    const agentEvents = this.stream('AgentEvents', 'AGENT_EVENTS', props.agentEvents);
    const voice = this.stream('VoiceAnalysisSegments', 'REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS', props.voiceAnalysisSegments);
    const chat = this.stream('ChatAnalysisSegments', 'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS', props.chatAnalysisSegments);

    if (!(contactRecords || agentEvents || voice || chat)) {
      throw new Error(`${this.node.path}: nothing to stream; pass one or more of contactRecords, agentEvents, `
        + 'voiceAnalysisSegments and chatAnalysisSegments');
    }
    if (this.givenKey && !this.usedKey) {
      Annotations.of(this).addWarningV2('cdk-connect-data-streaming:unusedEncryptionKey',
        'encryptionKey is for what this construct makes, and it makes nothing that uses the key; pass the key of an '
        + 'existing stream with Stream.fromStreamAttributes({ streamArn, encryptionKey })');
    }

    this.contactRecordsStream = contactRecords?.kinesisStream;
    this.contactRecordsDeliveryStream = contactRecords?.deliveryStream;
    this.contactRecordsBucket = contactRecords?.bucket;
    this.agentEventsStream = agentEvents?.kinesisStream;
    this.voiceAnalysisSegmentsStream = voice?.kinesisStream;
    this.chatAnalysisSegmentsStream = chat?.kinesisStream;
  }

  /**
   * The KMS key for what this construct makes: the given one, or the one that it made. Undefined when none was given
   * and nothing needed one.
   */
  public get encryptionKey(): kms.IKey | undefined {
    return this.givenKey ?? this.usedKey;
  }

  /**
   * The ARN of the role with which the instance puts records into the streams: its service-linked role. Reading this of
   * an existing instance whose role is not known adds a look-up to the stack.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/connect-slr.html
   */
  public get serviceRoleArn(): string {
    return serviceRoleArn(Stack.of(this), this.instance);
  }

  /**
   * Lets the grantee read every Kinesis data stream that this construct feeds, and decrypt with the keys of those
   * streams. Delivery streams are not read: grant on what they deliver to.
   *
   * A key that others own is only granted in the policies of the grantee, and a warning says what the owner has to see to.
   * If the grantee has no policies here (such as a service), or is in another account than such a key, that is not enough:
   * `success` of the returned grant is false. The same holds for existing streams. Of an existing stream that was passed
   * without its key, nothing but the stream is granted.
   *
   * @param grantee who may read; a consumer with enhanced fan-out needs `StreamConsumer.grantRead()` as well
   * @see https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
   * @throws if this construct feeds no Kinesis data stream
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const streams = [
      this.contactRecordsStream, this.agentEventsStream, this.voiceAnalysisSegmentsStream, this.chatAnalysisSegmentsStream,
    ].filter((stream) => stream !== undefined);
    if (streams.length === 0) {
      throw new Error(`${this.node.path}: there is no Kinesis data stream to read; grant on the destination of the delivery stream`);
    }
    return grantRead(this, streams, grantee);
  }

  /** Sends one kind of data to its destination: the stream first, then the key, then the association. */
  private stream(id: string, resourceType: string, destination?: StreamingDestination): StreamingTarget | undefined {
    if (!destination) return undefined;

    const scope = new Construct(this, id);
    if (typeof destination._bind !== 'function') {
      throw new Error(`${scope.node.path}: ${nameOf(destination)} is not a destination; wrap a stream with `
        + 'StreamingDestination.kinesisStream() or deliveryStream()');
    }
    const target = destination._bind(scope, { resourceType, encryptionKey: () => this.makeKey() });
    const association = new CfnInstanceStorageConfig(scope, 'Resource', {
      instanceArn: this.instance.instanceRef.instanceArn,
      resourceType,
      ...target.storageConfig,
    });

    if (target.kinesisStream) {
      association.node.addDependency(...permitEncryption(scope, target.kinesisStream, this.instance, this.keyAccess));
    }
    Associations.of(this).add(association, this.instance);
    return target;
  }

  private makeKey(): kms.IKey {
    this.usedKey ??= this.givenKey ?? new kms.Key(this, 'Key', {
      description: 'Amazon Connect data streaming',
      enableKeyRotation: true,
    });
    return this.usedKey;
  }
}
