import { Stack } from 'aws-cdk-lib';
import { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import type * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { KeyAccess } from './key-access';
import { AGENT_EVENTS, CHAT_ANALYSIS_SEGMENTS, CONTACT_RECORDS, DATA_TYPES, type DataType, VOICE_ANALYSIS_SEGMENTS } from './private/common/data-types';
import { addWarning, errorAt } from './private/common/errors';
import { Instance } from './private/common/instance';
import { RETAIN } from './private/common/removal-policy';
import { TableDeliveries } from './private/common/table-deliveries';
import { scopeAndId, validateProps, validateValue } from './private/common/validation';
import { GRANTEE, INSTANCE, KEY, memberOf, optional } from './private/common/value-types';
import { grantKeyAccess } from './private/keys/grant-key-access';
import { grantRead } from './private/keys/grant-read';
import { serviceRoleArn } from './private/service-role/service-role';
import { Associations } from './private/streaming/associations';
import { type BoundDestination, DESTINATION, resourcesOf } from './private/streaming/bound-destination';
import { warnOfWeakReferences } from './private/streaming/weak-references';
import type { KinesisStreamDestination, StreamingDestination } from './streaming-destination';

/**
 * Properties for `ConnectDataStreaming`. At least one data type must be specified.
 */
export interface ConnectDataStreamingProps {
  /**
   * The Amazon Connect instance: a `CfnInstance` of this app, or an existing instance that is imported with
   * `ConnectInstance.fromInstanceArn()` or another method of that class. The instance must be in the account and Region of the
   * stack.
   */
  readonly instance: connect.IInstanceRef;

  /**
   * The destination of contact records: a Kinesis data stream or a Firehose delivery stream.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
   * @default - contact records are not streamed
   */
  readonly contactRecords?: StreamingDestination;

  /**
   * The destination of agent events: a Kinesis data stream.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-streams.html
   * @default - agent events are not streamed
   */
  readonly agentEvents?: KinesisStreamDestination;

  /**
   * The destination of real-time contact analysis segments of voice contacts: a Kinesis data stream. Amazon Connect sends segments only
   * for contacts with real-time analytics of Contact Lens, which the flow must turn on.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/real-time-contact-analysis-segment-streams.html
   * @default - contact analysis segments of voice contacts are not streamed
   */
  readonly voiceAnalysisSegments?: KinesisStreamDestination;

  /**
   * The destination of real-time contact analysis segments of chat contacts: a Kinesis data stream. Amazon Connect sends segments only
   * for contacts with real-time analytics of Contact Lens, which the flow must turn on.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/real-time-contact-analysis-segment-streams.html
   * @default - contact analysis segments of chat contacts are not streamed
   */
  readonly chatAnalysisSegments?: KinesisStreamDestination;

  /**
   * The KMS key used to encrypt the streams and buckets that this construct creates. It does not apply to existing streams: to
   * specify the key of an existing stream, see `StreamingDestination.kinesisStream()`.
   *
   * @default - one customer managed key with automatic rotation, created if a new stream or bucket needs it
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How Amazon Connect is granted access to the customer managed keys of the Kinesis data streams.
   *
   * @default KeyAccess.AUTOMATIC
   */
  readonly keyAccess?: KeyAccess;
}

/** A data type that is streamed: its bound destination and its association. */
interface Streaming extends BoundDestination {
  readonly association: CfnInstanceStorageConfig;
}

/**
 * Turns on data streaming for an Amazon Connect instance. Associates each data type with its stream, and grants Amazon Connect
 * access to the customer managed keys of the streams before it sends the first record.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/data-streaming.html
 */
export class ConnectDataStreaming extends Construct {
  /**
   * The Kinesis data stream that receives contact records. Undefined if contact records are sent to a delivery stream, or not
   * streamed.
   */
  public readonly contactRecordsStream?: kinesis.IStream;

  /**
   * The Firehose delivery stream that receives contact records. Undefined if contact records are sent to a Kinesis data stream,
   * or not streamed.
   */
  public readonly contactRecordsDeliveryStream?: firehose.IDeliveryStream;

  /**
   * The bucket that this construct created for contact records. Undefined unless the destination is
   * `StreamingDestination.newDeliveryStream()` without a `bucket` or `destination` of your own.
   */
  // eslint-disable-next-line cdk/no-construct-in-public-property-of-construct -- IBucket does not support lifecycle rules
  public readonly contactRecordsBucket?: s3.Bucket;

  /** The deliveries to the tables of this construct. @internal */
  public readonly _tableDeliveries = new TableDeliveries();

  /** The bucket that the delivery stream delivers contact records to in the layout of this library. @internal */
  public readonly _contactRecordsBucket?: s3.IBucket;

  /**
   * The association that sends contact records to their destination. Undefined if contact records are not streamed.
   */
  public readonly contactRecordsAssociation?: CfnInstanceStorageConfig;

  /**
   * The Kinesis data stream that receives agent events. Undefined if agent events are not streamed.
   */
  public readonly agentEventsStream?: kinesis.IStream;

  /**
   * The association that sends agent events to their destination. Undefined if agent events are not streamed.
   */
  public readonly agentEventsAssociation?: CfnInstanceStorageConfig;

  /**
   * The Kinesis data stream that receives contact analysis segments of voice contacts. Undefined if these are not streamed.
   */
  public readonly voiceAnalysisSegmentsStream?: kinesis.IStream;

  /**
   * The association that sends contact analysis segments of voice contacts to their destination. Undefined if these are not
   * streamed.
   */
  public readonly voiceAnalysisSegmentsAssociation?: CfnInstanceStorageConfig;

  /**
   * The Kinesis data stream that receives contact analysis segments of chat contacts. Undefined if these are not streamed.
   */
  public readonly chatAnalysisSegmentsStream?: kinesis.IStream;

  /**
   * The association that sends contact analysis segments of chat contacts to their destination. Undefined if these are not
   * streamed.
   */
  public readonly chatAnalysisSegmentsAssociation?: CfnInstanceStorageConfig;

  /**
   * The KMS key used to encrypt the streams and buckets that this construct creates: the specified key, or the key that this
   * construct created. Undefined if no key was specified and none was needed.
   */
  public readonly encryptionKey?: kms.IKey;

  private readonly instance: Instance;

  /**
   * @throws if no data type is specified; if a prop has another type or a misspelled name; if the instance or a stream has a
   * malformed ARN, or is in another account or Region than the stack or one another; if a destination does not support the data
   * type; if a key is an imported alias, or is not an enabled symmetric encryption key; if `KeyAccess.KEY_POLICY` is specified
   * but the key policy cannot be used; or if the app already streams the same data type from the instance, also with an L1
   * construct
   */
  constructor(scope: Construct, id: string, props: ConnectDataStreamingProps) {
    super(...scopeAndId('ConnectDataStreaming', scope, id));
    validateProps(this, props, {
      instance: INSTANCE,
      contactRecords: optional(DESTINATION),
      agentEvents: optional(DESTINATION),
      voiceAnalysisSegments: optional(DESTINATION),
      chatAnalysisSegments: optional(DESTINATION),
      encryptionKey: optional(KEY),
      keyAccess: optional(memberOf('KeyAccess', KeyAccess)),
    });
    this.instance = Instance.resolve(this, props.instance);

    const contactRecords = this.stream(CONTACT_RECORDS, props.contactRecords, props);
    const agentEvents = this.stream(AGENT_EVENTS, props.agentEvents, props);
    const voiceAnalysisSegments = this.stream(VOICE_ANALYSIS_SEGMENTS, props.voiceAnalysisSegments, props);
    const chatAnalysisSegments = this.stream(CHAT_ANALYSIS_SEGMENTS, props.chatAnalysisSegments, props);

    const streamings = [contactRecords, agentEvents, voiceAnalysisSegments, chatAnalysisSegments].filter((streaming) => streaming !== undefined);
    if (streamings.length === 0) {
      throw errorAt(this, `at least one of ${DATA_TYPES.map(({ prop }) => prop).join(', ')} must be specified, got none`,
        'specify the destination of each data type to stream, such as StreamingDestination.newKinesisStream()');
    }
    const usedKey = streamings.find(({ encryptionKey }) => encryptionKey)?.encryptionKey;
    if (props.encryptionKey && !usedKey) {
      addWarning(this, 'unusedEncryptionKey',
        'encryptionKey is not used: it encrypts the streams and buckets that this construct creates, and none of them needs it',
        'to specify the key of an existing stream, import the stream with Stream.fromStreamAttributes({ streamArn, encryptionKey }); otherwise remove '
        + 'encryptionKey, or acknowledge this warning');
    }

    this.contactRecordsStream = contactRecords?.kinesisStream;
    this.contactRecordsDeliveryStream = contactRecords?.deliveryStream;
    this.contactRecordsBucket = contactRecords?.newBucket;
    this._contactRecordsBucket = contactRecords?.bucket;
    this.contactRecordsAssociation = contactRecords?.association;
    this.agentEventsStream = agentEvents?.kinesisStream;
    this.agentEventsAssociation = agentEvents?.association;
    this.voiceAnalysisSegmentsStream = voiceAnalysisSegments?.kinesisStream;
    this.voiceAnalysisSegmentsAssociation = voiceAnalysisSegments?.association;
    this.chatAnalysisSegmentsStream = chatAnalysisSegments?.kinesisStream;
    this.chatAnalysisSegmentsAssociation = chatAnalysisSegments?.association;
    this.encryptionKey = props.encryptionKey ?? usedKey;
  }

  /**
   * The ARN of the role that the instance uses to put records into the streams: its service-linked role. If the role of an
   * existing instance is not known, reading this property adds a lookup at deployment to the stack.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/connect-slr.html
   */
  public get serviceRoleArn(): string {
    return serviceRoleArn(Stack.of(this), this.instance);
  }

  /**
   * Grants the grantee permission to read all Kinesis data streams of this construct, and to decrypt with their keys. It does not
   * cover delivery streams: grant access to their destinations instead.
   *
   * For an imported key, permissions are added only to the policies of the grantee, and a warning describes what the key owner
   * must allow. The same applies to imported streams. The `success` property of the returned grant is false if that is not
   * sufficient, because the grantee has no policies in this app (such as a service), or is in another account than the key or
   * stream. If a stream was imported without its key, no permission on a key is granted.
   *
   * @param grantee the principal to grant access to; a consumer with enhanced fan-out also needs `StreamConsumer.grantRead()`
   * @see https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
   * @throws if this construct has no Kinesis data stream
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    validateValue(this, 'grantee', grantee, GRANTEE);
    const streams = DATA_TYPES.map(({ streamProperty }) => this[streamProperty]).filter((stream) => stream !== undefined);
    if (streams.length === 0) {
      throw errorAt(this, 'grantRead() requires a Kinesis data stream, got only a delivery stream', 'grant access to the destination of the delivery stream');
    }
    return grantRead(this, streams, grantee);
  }

  /** Streams a data type, if its destination is specified: binds the destination, associates it, and grants access to its key first. */
  private stream(dataType: DataType, destination: StreamingDestination | undefined, props: ConnectDataStreamingProps): Streaming | undefined {
    if (!destination) return undefined;

    const scope = new Construct(this, dataType.id);
    const bound = destination._bind(scope, { dataType, encryptionKey: () => props.encryptionKey ?? this.newEncryptionKey() });
    const association = new CfnInstanceStorageConfig(scope, 'Resource', {
      instanceArn: this.instance.arn,
      resourceType: dataType.resourceType,
      ...bound.storageConfig,
    });

    if (bound.kinesisStream) {
      association.node.addDependency(...grantKeyAccess(scope, bound.kinesisStream, this.instance, props.keyAccess ?? KeyAccess.AUTOMATIC));
    }
    Associations.of(this).add({ association, dataType, instance: this.instance });
    warnOfWeakReferences(association, resourcesOf(bound));
    return { ...bound, association };
  }

  /** Returns the key of this construct, and creates it on first use. */
  private newEncryptionKey(): kms.IKey {
    return this.node.tryFindChild('Key') as kms.Key | undefined ?? new kms.Key(this, 'Key', {
      description: 'Amazon Connect data streaming',
      enableKeyRotation: true,
      removalPolicy: RETAIN,
    });
  }
}
