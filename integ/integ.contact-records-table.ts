/**
 * Contact records in a bucket, with a table and a role that can query the table.
 */
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { aws_iam as iam, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, ContactRecordsTable, StreamingDestination } from '../src';

const app = newApp();
const stack = new Stack(app, 'ConnectContactRecordsTable');

const instance = newInstance(stack, 'Instance', 'cdk-connect-contact-records-table');
const streaming = new ConnectDataStreaming(stack, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.newDeliveryStream(),
});
const table = new ContactRecordsTable(stack, 'Table', { streaming, firstDay: '2026-01-01' });
table.grantRead(new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() }));
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'ContactRecordsTable', { testCases: [stack] });
expectStorageConfigs(test, instance.attrArn, { CONTACT_TRACE_RECORDS: 'KINESIS_FIREHOSE' });
test.assertions
  .awsApiCall('glue', 'getTable', { DatabaseName: table.databaseName, Name: table.tableName })
  .expect(ExpectedResult.objectLike({ Table: { Name: 'contact_records' } }));
