/**
 * A new delivery stream that delivers to a specified bucket, with a prefix and without compression.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_kinesisfirehose as firehose, aws_s3 as s3, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, StreamingDestination } from '../src';

const app = newApp();
const stack = new Stack(app, 'ConnectOwnBucket');

const instance = newInstance(stack, 'Instance', 'cdk-connect-own-bucket');
const bucket = new s3.Bucket(stack, 'Bucket', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL, enforceSSL: true });
new ConnectDataStreaming(stack, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newDeliveryStream({
    destination: new firehose.S3Bucket(bucket, {
      processors: [new firehose.AppendDelimiterToRecordProcessor()],
      dataOutputPrefix: 'records/',
    }),
    encryption: firehose.StreamEncryption.awsOwnedKey(),
  }),
});
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'OwnBucket', { testCases: [stack] });
expectStorageConfigs(test, instance.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_FIREHOSE' });
