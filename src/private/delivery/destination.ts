import type { IRole } from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { layoutOf, PARTITION } from './layout';
import type { DataType } from '../common/data-types';

const PARTITION_PREFIX = `${PARTITION.key}=!{timestamp:${PARTITION.dateFormat}}/`;

/** The destination that delivers to the bucket: one record per line, one prefix per day. */
export function recordsDestination(dataType: DataType, bucket: IBucket, role: IRole): firehose.IDestination {
  const { prefix, errorPrefix } = layoutOf(dataType);
  return new firehose.S3Bucket(bucket, {
    role,
    processors: [new firehose.AppendDelimiterToRecordProcessor()],
    compression: firehose.Compression.GZIP,
    dataOutputPrefix: `${prefix}${PARTITION_PREFIX}`,
    errorOutputPrefix: `${errorPrefix}!{firehose:error-output-type}/${PARTITION_PREFIX}`,
  });
}
