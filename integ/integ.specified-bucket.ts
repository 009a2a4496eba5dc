/**
 * Contact records in a bucket that the app creates, with a lifecycle rule of its own, and a table that reads this bucket.
 */
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_s3 as s3, Duration, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, ContactRecordsTable, StreamingDestination } from '../src';

const app = newApp();
const stack = new Stack(app, 'ConnectSpecifiedBucket');

const instance = newInstance(stack, 'Instance', 'cdk-connect-specified-bucket');
const bucket = new s3.Bucket(stack, 'Bucket', {
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  encryption: s3.BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  lifecycleRules: [{ expiration: Duration.days(90) }],
});
const streaming = new ConnectDataStreaming(stack, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newDeliveryStream({ bucket }),
});
const table = new ContactRecordsTable(stack, 'Table', { streaming });
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'SpecifiedBucket', { testCases: [stack] });
expectStorageConfigs(test, instance.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_FIREHOSE' });
test.assertions
  .awsApiCall('glue', 'getTable', { DatabaseName: table.databaseName, Name: table.tableName })
  .expect(ExpectedResult.objectLike({ Table: { Name: 'contact_records' } }));
