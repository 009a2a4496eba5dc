import type { CfnInstanceStorageConfigProps } from 'aws-cdk-lib/aws-connect';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** What a destination may need to know of the construct that it is bound to. */
export interface StreamingContext {
  readonly resourceType: string;
  /** The key for what is made here; asking for it makes it. */
  encryptionKey(): IKey;
}

/** A destination that is bound: the stream, and what the association must say of it. */
export interface StreamingTarget {
  readonly storageConfig: Pick<CfnInstanceStorageConfigProps, 'storageType' | 'kinesisStreamConfig' | 'kinesisFirehoseConfig'>;
  readonly kinesisStream?: IStream;
  readonly deliveryStream?: IDeliveryStream;
  /** The bucket that was made for the delivery stream. */
  readonly bucket?: IBucket;
}
