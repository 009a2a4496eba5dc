import { type Duration, Stack } from 'aws-cdk-lib';
import type { CfnDeliveryStream, DeliveryStream, IDestination } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { addWarning, errorAt } from '../common/errors';
import { format } from '../common/formatting';

/** Throws if the bucket is combined with a destination. Warns if AWS CDK cannot determine how the bucket is encrypted. */
export function validateBucket(scope: Construct, bucket: IBucket | undefined, destination: IDestination | undefined): void {
  if (bucket === undefined) return;

  if (destination) {
    throw errorAt(scope, `bucket cannot be combined with destination, got ${bucket.node.path} and a destination`,
      'remove bucket to use the destination, or remove destination to deliver to the bucket');
  }
  const isImported = bucket.node.defaultChild === undefined;
  if (isImported && !bucket.encryptionKey) {
    addWarning(scope, 'unknownBucketEncryption',
      `AWS CDK cannot determine how the bucket ${format(scope, bucket.bucketName)} is encrypted. If it is encrypted with a customer managed key, contact records cannot be `
      + 'delivered until Firehose is allowed to use the key',
      'specify the key with Bucket.fromBucketAttributes({ bucketName, encryptionKey }), or acknowledge this warning if the bucket has no customer managed key');
  }
}

/** Throws if the time is not a lifetime of objects in the bucket that the construct creates. */
export function validateRecordsExpireAfter(scope: Construct, time: Duration | undefined, other: IBucket | IDestination | undefined): void {
  if (time === undefined) return;

  if (other) {
    throw errorAt(scope, `recordsExpireAfter cannot be combined with bucket or destination, got ${time.toHumanString()}`,
      'add a lifecycle rule to your bucket instead, for example with Bucket.addLifecycleRule()');
  }
  if (!isInDays(time)) {
    throw errorAt(scope, `recordsExpireAfter must be a whole number of days, at least 1, got ${time.toHumanString()}`,
      'specify a value such as Duration.days(365)');
  }
}

function isInDays(time: Duration): boolean {
  try {
    return time.toDays() >= 1 || time.isUnresolved();
  } catch {
    return false; // it cannot be converted to a whole number of days
  }
}

/** Warns if the delivery stream delivers to Amazon S3 without a delimiter between the records. */
export function validateRecordDelimiter(scope: Construct, stream: DeliveryStream): void {
  const { extendedS3DestinationConfiguration } = stream.node.defaultChild as CfnDeliveryStream;
  if (!extendedS3DestinationConfiguration) return;

  const configuration = Stack.of(scope).resolve(extendedS3DestinationConfiguration) as CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty;
  const { processors = [] } = (configuration.processingConfiguration ?? {}) as { processors?: CfnDeliveryStream.ProcessorProperty[] };
  const separates = ({ type }: CfnDeliveryStream.ProcessorProperty) => ['AppendDelimiterToRecord', 'Lambda'].includes(type); // a function defines its output
  if (!configuration.dataFormatConversionConfiguration && !processors.some(separates)) {
    addWarning(scope, 'missingRecordDelimiter',
      'the destination of contact records adds no delimiter. Firehose concatenates the JSON objects, which Amazon Athena and most readers cannot separate',
      'add new AppendDelimiterToRecordProcessor() to the processors of the destination, or acknowledge this warning if the readers can separate the objects');
  }
}
