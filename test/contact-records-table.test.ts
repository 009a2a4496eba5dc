import { App, aws_glue as glue, aws_iam as iam, aws_kinesisfirehose as firehose, aws_s3 as s3, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { isAllowed, type PolicyDocument } from './simulation/policy-engine';
import { ACCOUNT, ENV, existingInstance, KEY_ARN, newStack, REGION, resources, theOnly } from './support';
import { ConnectDataStreaming, ContactRecordsTable, type ContactRecordsTableProps, type NewDeliveryStreamProps, StreamingDestination } from '../src';
import { renderString, replaceIntrinsics } from './template/intrinsics';

function streaming(stack: Stack, props?: NewDeliveryStreamProps): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    contactRecords: StreamingDestination.newDeliveryStream(props),
  });
}

function newTable(stack: Stack, props: Partial<ContactRecordsTableProps> = {}): ContactRecordsTable {
  return new ContactRecordsTable(stack, 'Table', { streaming: streaming(stack), ...props });
}

/** The projected days and the place of the records, with the bucket by its logical id. */
function partitions(stack: Stack): Record<string, unknown> {
  const [, { Properties }] = theOnly(resources(stack, 'AWS::Glue::Table'));
  return (Properties.TableInput as { Parameters: Record<string, unknown> }).Parameters;
}

describe('the table', () => {
  test('is in a database of its own, named after its path', () => {
    const stack = newStack();
    const table = newTable(stack);

    const [database, { Properties }] = theOnly(resources(stack, 'AWS::Glue::Database'));
    expect(Properties).toEqual({ CatalogId: ACCOUNT, DatabaseInput: { Name: expect.stringMatching(/^stack_table_[0-9a-f]+$/) as unknown } });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Table', {
      CatalogId: ACCOUNT,
      DatabaseName: { Ref: database },
      TableInput: { Name: 'contact_records', TableType: 'EXTERNAL_TABLE' },
    });
    expect(stack.resolve(table.databaseName)).toEqual({ Ref: database });
    expect(stack.resolve(table.tableName)).toEqual({ Ref: stack.getLogicalId(table.node.defaultChild as glue.CfnTable) });
  });

  test('is in the database and has the name that it is given', () => {
    const stack = newStack();
    const database = new glue.CfnDatabase(stack, 'Analytics', { catalogId: ACCOUNT, databaseInput: { name: 'analytics' } });
    const table = newTable(stack, { database, tableName: 'contacts_2' });

    const [id] = theOnly(resources(stack, 'AWS::Glue::Database'));
    expect(stack.resolve(table.databaseName)).toEqual({ Ref: id });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Table', { DatabaseName: { Ref: id }, TableInput: { Name: 'contacts_2' } });
  });

  test('reads gzipped JSON with the Hive SerDe', () => {
    const stack = newStack();
    newTable(stack);

    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        StorageDescriptor: {
          Compressed: true,
          InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          SerdeInfo: { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
        },
      },
    });
  });

  test('knows the days by partition projection', () => {
    const stack = newStack();
    const data = streaming(stack);
    new ContactRecordsTable(stack, 'Table', { streaming: data });

    const bucket = stack.resolve(data.contactRecordsBucket!.bucketName) as object;
    expect(partitions(stack)).toEqual({
      'classification': 'json',
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
      'projection.dt.range': '2020-01-01,NOW',
      'storage.location.template': { 'Fn::Join': ['', ['s3://', bucket, '/contact-records/dt=${dt}/']] },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        PartitionKeys: [Match.objectLike({ Name: 'dt', Type: 'string' })],
        StorageDescriptor: { Location: { 'Fn::Join': ['', ['s3://', bucket, '/contact-records/']] } },
      },
    });
  });

  test('begins on the day that it is given', () => {
    const stack = newStack();
    newTable(stack, { firstDay: '2026-11-22' });
    expect(partitions(stack)['projection.dt.range']).toBe('2026-11-22,NOW');
  });

  test('takes a name and a day that only CloudFormation knows', () => {
    const stack = newStack();
    newTable(stack, { tableName: new CfnParameter(stack, 'Name').valueAsString, firstDay: new CfnParameter(stack, 'Day').valueAsString });
    expect(partitions(stack)['projection.dt.range']).toEqual({ 'Fn::Join': ['', [{ Ref: 'Day' }, ',NOW']] });
  });

  test('may be in another stack than the streaming', () => {
    const app = new App();
    const data = streaming(new Stack(app, 'Data', { env: ENV }));
    const stack = new Stack(app, 'Analytics', { env: ENV });
    new ContactRecordsTable(stack, 'Table', { streaming: data });
    expect(partitions(stack)['storage.location.template']).toEqual({
      'Fn::Join': ['', ['s3://', { 'Fn::ImportValue': expect.any(String) as unknown }, '/contact-records/dt=${dt}/']],
    });
  });
});

describe('the bucket', () => {
  test('is that of the delivery stream', () => {
    const stack = newStack();
    const { contactRecordsBucket } = streaming(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: { BucketARN: stack.resolve(contactRecordsBucket!.bucketArn) as unknown },
    });
  });

  test.each<[string, (stack: Stack) => StreamingDestination | undefined]>([
    ['nowhere', () => undefined],
    ['to a Kinesis data stream', () => StreamingDestination.newKinesisStream()],
    ['to an existing delivery stream', (stack) => StreamingDestination.deliveryStream(
      firehose.DeliveryStream.fromDeliveryStreamName(stack, 'Existing', 'existing'))],
    ['to another destination', (stack) => StreamingDestination.newDeliveryStream({ destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Mine')) })],
  ])('is not there when contact records go %s', (_, contactRecords) => {
    const stack = newStack();
    const data = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: contactRecords(stack),
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    expect(data.contactRecordsBucket).toBeUndefined();
    expect(() => new ContactRecordsTable(stack, 'Table', { streaming: data })).toThrow(
      'Stack/Table: Stack/Streaming has no bucket of contact records; pass contactRecords: StreamingDestination.newDeliveryStream(), '
      + 'without a destination of your own');
  });
});

test.each([
  [{ tableName: 'ContactRecords' }, 'Stack/Table: "ContactRecords" is not the name of a table that Athena takes without quotes; it looks like contact_records'],
  [{ tableName: 'contact-records' }, 'Stack/Table: "contact-records" is not the name of a table'],
  [{ tableName: '' }, 'Stack/Table: "" is not the name of a table'],
  [{ firstDay: '22.11.2026' }, 'Stack/Table: "22.11.2026" is not a day; it looks like 2020-01-01'],
  [{ firstDay: '2026-11-22T00:00:00Z' }, 'Stack/Table: "2026-11-22T00:00:00Z" is not a day'],
  [{ firstDay: 'since 2026-11-22' }, 'Stack/Table: "since 2026-11-22" is not a day'],
])('%p is refused', (props, message) => {
  expect(() => newTable(newStack(), props)).toThrow(message);
});

describe('grantRead', () => {
  /** Replaces references to resources with ARNs and names that are made of logical ids. */
  function withLiterals(stack: Stack, value: unknown): unknown {
    return replaceIntrinsics(value, (_, intrinsic) => renderString(intrinsic, (__, reference) => {
      const { logicalId, attribute } = reference!;
      if (!attribute) return logicalId === 'AWS::Partition' ? 'aws' : logicalId;
      return logicalId in resources(stack, 'AWS::S3::Bucket') ? `arn:aws:s3:::${logicalId}` : KEY_ARN;
    }));
  }

  const stack = newStack();
  const table = newTable(stack);
  const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
  const grant = table.grantRead(analyst);
  const [, policy] = Object.entries(resources(stack, 'AWS::IAM::Policy')).find(([id]) => id.startsWith('Analyst'))!;
  const identityPolicies = [withLiterals(stack, policy.Properties.PolicyDocument) as PolicyDocument];
  const database = Object.keys(resources(stack, 'AWS::Glue::Database'))[0];
  const name = Object.keys(resources(stack, 'AWS::Glue::Table'))[0];
  const bucket = `arn:aws:s3:::${Object.keys(resources(stack, 'AWS::S3::Bucket')).find((id) => !id.includes('AccessLogs'))}`;
  const catalog = `arn:aws:glue:${REGION}:${ACCOUNT}`;
  const keyPolicy: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
  };

  test('succeeds', () => {
    expect(grant.success).toBe(true);
  });

  test.each<[boolean, string, string]>([
    [true, 'glue:GetTable', `${catalog}:table/${database}/${name}`],
    [true, 'glue:GetDatabase', `${catalog}:database/${database}`],
    [true, 'glue:GetTable', `${catalog}:catalog`],
    [true, 'glue:GetPartitions', `${catalog}:table/${database}/${name}`],
    [true, 's3:GetObject', `${bucket}/contact-records/dt=2026-11-22/object.gz`],
    [true, 's3:ListBucket', bucket],
    [true, 's3:GetBucketLocation', bucket],
    [true, 'kms:Decrypt', KEY_ARN],
    [false, 'glue:GetTable', `${catalog}:table/${database}/other`],
    [false, 'glue:GetTable', `${catalog}:table/other/${name}`],
    [false, 'glue:DeleteTable', `${catalog}:table/${database}/${name}`],
    [false, 'glue:UpdateTable', `${catalog}:table/${database}/${name}`],
    [false, 's3:GetObject', `${bucket}/contact-records-errors/processing-failed/dt=2026-11-22/object.gz`],
    [false, 's3:GetObject', 'arn:aws:s3:::other/contact-records/dt=2026-11-22/object.gz'],
    [false, 's3:PutObject', `${bucket}/contact-records/dt=2026-11-22/object.gz`],
    [false, 's3:DeleteObject', `${bucket}/contact-records/dt=2026-11-22/object.gz`],
    [false, 'kms:Encrypt', KEY_ARN],
    [false, 'athena:StartQueryExecution', `arn:aws:athena:${REGION}:${ACCOUNT}:workgroup/primary`],
  ])('%p: %s on %s', async (expected, action, resource) => {
    expect(await isAllowed({
      principal: `arn:aws:iam::${ACCOUNT}:role/Analyst`,
      action,
      resource,
      identityPolicies,
      resourcePolicy: action.startsWith('kms:') ? keyPolicy : undefined,
    })).toBe(expected);
  });
});
