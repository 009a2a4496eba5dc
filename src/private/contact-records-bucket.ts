import type { IRole } from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';

/** Where the contact records are in their bucket: below the prefix, a folder for each day in UTC. */
export const CONTACT_RECORDS = {
  prefix: 'contact-records/',
  partition: 'dt',
  dateFormat: 'yyyy-MM-dd',
};

const FOLDER = `${CONTACT_RECORDS.partition}=!{timestamp:${CONTACT_RECORDS.dateFormat}}/`;

/** A new bucket that is ready to query: one contact record a line, a prefix a day. */
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

/** The bucket as the destination of a delivery stream. */
export function contactRecordsDestination(bucket: s3.IBucket, role: IRole): firehose.IDestination {
  return new firehose.S3Bucket(bucket, {
    role,
    processors: [new firehose.AppendDelimiterToRecordProcessor()],
    compression: firehose.Compression.GZIP,
    dataOutputPrefix: `${CONTACT_RECORDS.prefix}${FOLDER}`,
    errorOutputPrefix: `contact-records-errors/!{firehose:error-output-type}/${FOLDER}`,
  });
}

function newAccessLogsBucket(parent: Construct): s3.Bucket {
  const scope = new Construct(parent, 'AccessLogs');
  // Where the app does not set this flag, the CDK writes an ACL, which new buckets and many organisations refuse.
  scope.node.setContext(S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY, true);
  return new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    encryption: s3.BucketEncryption.S3_MANAGED, // the only encryption that S3 writes access logs to
  });
}
