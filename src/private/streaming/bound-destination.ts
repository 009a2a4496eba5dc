import type { CfnResource } from 'aws-cdk-lib';
import type { CfnInstanceStorageConfigProps } from 'aws-cdk-lib/aws-connect';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { DataType } from '../common/data-types';
import { deliveryStreamResource } from '../common/delivery-streams';
import { streamResource } from '../common/kinesis-streams';
import { objectWith, type ValueType } from '../common/value-types';
import { keyResource } from '../keys/customer-managed-key';

export const DESTINATION: ValueType = {
  ...objectWith(['_bind'], 'a StreamingDestination',
    'create a stream with StreamingDestination.newKinesisStream(), or specify an existing stream with StreamingDestination.kinesisStream() or deliveryStream()'),
  isOfLibrary: true,
};

/** What a destination is bound to. */
export interface DestinationContext {
  readonly dataType: DataType;
  /** Returns the encryption key of the construct, which is created on first use. */
  encryptionKey(): IKey;
}

/** A destination that is bound to a data type: its stream, and how the association refers to it. */
export interface BoundDestination {
  readonly storageConfig: Pick<CfnInstanceStorageConfigProps, 'storageType' | 'kinesisStreamConfig' | 'kinesisFirehoseConfig'>;
  readonly kinesisStream?: IStream;
  readonly deliveryStream?: IDeliveryStream;
  /** The bucket that the delivery stream delivers to in the layout of this library. */
  readonly bucket?: IBucket;
  /** The bucket, if it was created for the delivery stream. */
  // eslint-disable-next-line cdk/no-construct-in-interface -- IBucket does not support lifecycle rules
  readonly newBucket?: Bucket;
  /** The encryption key of the construct, if the destination uses it. */
  readonly encryptionKey?: IKey;
}

/** The resources of the app that a destination consists of: its stream or delivery stream, and a key in another stack than the stream. */
export function resourcesOf({ kinesisStream, deliveryStream }: BoundDestination): CfnResource[] {
  const stream = kinesisStream && streamResource(kinesisStream);
  const key = kinesisStream?.encryptionKey && keyResource(kinesisStream.encryptionKey);
  return [stream, key?.stack === stream?.stack ? undefined : key, deliveryStream && deliveryStreamResource(deliveryStream)]
    .filter((resource) => resource !== undefined);
}
