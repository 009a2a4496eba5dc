import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { recordsDestination } from './destination';
import { allowDelivery } from './key-of-another-account';
import type { DataType } from '../common/data-types';
import { customerManagedKey, dependOnKey, keyForStackOf } from '../keys/customer-managed-key';

/** @see https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
const READ_ACTIONS = ['kinesis:DescribeStream', 'kinesis:GetShardIterator', 'kinesis:GetRecords', 'kinesis:ListShards'];

/** Delivers the records of a Kinesis data stream to a bucket that is encrypted with the key of the stream. */
export function deliverStream(scope: Construct, dataType: DataType, stream: kinesis.IStream, bucket: s3.IBucket): firehose.IDeliveryStream {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com') });
  return new firehose.DeliveryStream(scope, 'DeliveryStream', {
    source: new StreamSource(stream, bucket.encryptionKey),
    destination: recordsDestination(dataType, bucket, role),
    role,
  });
}

/** A Kinesis data stream from which Firehose reads with the permissions that it needs. */
class StreamSource extends firehose.KinesisStreamSource {
  constructor(private readonly source: kinesis.IStream, private readonly key?: kms.IKey) {
    super(source);
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const grant = this.source.grant(grantee, ...READ_ACTIONS);
    return this.key ? grant.combine(this.key.grantDecrypt(grantee)) : grant;
  }
}

/**
 * The key of a Kinesis data stream, for a role and a bucket of this stack, which are deployed after it. Undefined if the stream has
 * no customer managed key.
 */
export function streamKey(scope: Construct, { encryptionKey }: kinesis.IStream): kms.IKey | undefined {
  const key = encryptionKey && customerManagedKey(scope, encryptionKey);
  if (!key) return undefined;

  allowDelivery(scope, key, ['kinesis', 's3']);
  dependOnKey(scope, key);
  return keyForStackOf(scope, key);
}
