import type { IRole } from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';

/** The layout of contact records in their bucket: a prefix, partitioned by day in UTC. */
export const CONTACT_RECORDS_LAYOUT = {
  prefix: 'contact-records/',
  partition: 'dt',
  dateFormat: 'yyyy-MM-dd',
};

const PARTITION_PREFIX = `${CONTACT_RECORDS_LAYOUT.partition}=!{timestamp:${CONTACT_RECORDS_LAYOUT.dateFormat}}/`;

/** Creates the bucket for contact records, with access logging. */
export function contactRecordsBucket(scope: Construct, encryptionKey?: IKey): s3.IBucket {
  return new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    ...encryptionKey
      ? { encryption: s3.BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: s3.BucketEncryption.S3_MANAGED },
    serverAccessLogsBucket: newAccessLogsBucket(scope),
  });
}

/** The destination that delivers to the bucket: one contact record per line, one prefix per day. */
export function contactRecordsDestination(bucket: s3.IBucket, role: IRole): firehose.IDestination {
  return new firehose.S3Bucket(bucket, {
    role,
    processors: [new firehose.AppendDelimiterToRecordProcessor()],
    compression: firehose.Compression.GZIP,
    dataOutputPrefix: `${CONTACT_RECORDS_LAYOUT.prefix}${PARTITION_PREFIX}`,
    errorOutputPrefix: `contact-records-errors/!{firehose:error-output-type}/${PARTITION_PREFIX}`,
  });
}

function newAccessLogsBucket(parent: Construct): s3.Bucket {
  const scope = new Construct(parent, 'AccessLogs');
  // Without this feature flag, AWS CDK sets an ACL, which new buckets and many organizations do not allow.
  scope.node.setContext(S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY, true);
  return new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    encryption: s3.BucketEncryption.S3_MANAGED, // Amazon S3 cannot deliver access logs to a bucket with another encryption
  });
}
