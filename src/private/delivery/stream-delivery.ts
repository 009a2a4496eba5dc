import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { recordsDestination } from './destination';
import type { DataType } from '../common/data-types';
import { customerManagedKey } from '../keys/customer-managed-key';

/** Delivers the records of a Kinesis data stream to the bucket. */
export function deliverStream(scope: Construct, dataType: DataType, stream: kinesis.IStream, bucket: s3.IBucket): firehose.IDeliveryStream {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com') });
  return new firehose.DeliveryStream(scope, 'DeliveryStream', {
    source: new firehose.KinesisStreamSource(stream),
    destination: recordsDestination(dataType, bucket, role),
    role,
  });
}

/** The key of the bucket for the records of a Kinesis data stream: the key of the stream. */
export function bucketKey(scope: Construct, { encryptionKey }: kinesis.IStream): kms.IKey | undefined {
  const key = encryptionKey && customerManagedKey(scope, encryptionKey);
  // A key in another stack is referenced by its ARN only: a statement for the role in its policy would create a dependency cycle.
  return key && Stack.of(key) !== Stack.of(scope) ? kms.Key.fromKeyArn(scope, 'Key', key.keyArn) : key;
}
