import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import { RETAIN } from '../common/removal-policy';

/** See docs/decisions/0009-expiration-of-logs.md. */
const ACCESS_LOGS_EXPIRE_AFTER = Duration.days(365);

/** Creates the bucket for records, with access logging. */
export function newRecordsBucket(scope: Construct, encryptionKey?: IKey, recordsExpireAfter?: Duration): s3.Bucket {
  return new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RETAIN,
    ...encryptionKey
      ? { encryption: s3.BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: s3.BucketEncryption.S3_MANAGED },
    lifecycleRules: recordsExpireAfter && [{ expiration: recordsExpireAfter }],
    serverAccessLogsBucket: newAccessLogsBucket(scope),
  });
}

function newAccessLogsBucket(parent: Construct): s3.Bucket {
  const scope = new Construct(parent, 'AccessLogs');
  // Without this feature flag, AWS CDK sets an ACL, which new buckets and many organizations do not allow.
  scope.node.setContext(S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY, true);
  return new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RETAIN,
    encryption: s3.BucketEncryption.S3_MANAGED, // Amazon S3 cannot deliver access logs to a bucket with another encryption
    lifecycleRules: [{ expiration: ACCESS_LOGS_EXPIRE_AFTER }],
  });
}
