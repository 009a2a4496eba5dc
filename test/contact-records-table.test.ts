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

/** Returns the parameters of the table, which contain the partition projection. */
function partitions(stack: Stack): Record<string, unknown> {
  const [, { Properties }] = theOnly(resources(stack, 'AWS::Glue::Table'));
  return (Properties.TableInput as { Parameters: Record<string, unknown> }).Parameters;
}

describe('ContactRecordsTable', () => {
  test('creates a database with a name that is generated from the construct path', () => {
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

  test('uses the specified database and table name', () => {
    const stack = newStack();
    const database = new glue.CfnDatabase(stack, 'Analytics', { catalogId: ACCOUNT, databaseInput: { name: 'analytics' } });
    const table = newTable(stack, { database, tableName: 'contacts_2' });

    const [id] = theOnly(resources(stack, 'AWS::Glue::Database'));
    expect(stack.resolve(table.databaseName)).toEqual({ Ref: id });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Table', { DatabaseName: { Ref: id }, TableInput: { Name: 'contacts_2' } });
  });

  test('reads compressed JSON with the Hive JSON SerDe', () => {
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

  test('determines the days with partition projection', () => {
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

  test('starts the partition projection on the specified first day', () => {
    const stack = newStack();
    newTable(stack, { firstDay: '2026-11-22' });
    expect(partitions(stack)['projection.dt.range']).toBe('2026-11-22,NOW');
  });

  test('accepts unresolved tokens as tableName and firstDay', () => {
    const stack = newStack();
    newTable(stack, { tableName: new CfnParameter(stack, 'Name').valueAsString, firstDay: new CfnParameter(stack, 'Day').valueAsString });
    expect(partitions(stack)['projection.dt.range']).toEqual({ 'Fn::Join': ['', [{ Ref: 'Day' }, ',NOW']] });
  });

  test('references the bucket of a construct in another stack', () => {
    const app = new App();
    const data = streaming(new Stack(app, 'Data', { env: ENV }));
    const stack = new Stack(app, 'Analytics', { env: ENV });
    new ContactRecordsTable(stack, 'Table', { streaming: data });
    expect(partitions(stack)['storage.location.template']).toEqual({
      'Fn::Join': ['', ['s3://', { 'Fn::ImportValue': expect.any(String) as unknown }, '/contact-records/dt=${dt}/']],
    });
  });
});

describe('contactRecordsBucket', () => {
  test('is the bucket that the delivery stream delivers to', () => {
    const stack = newStack();
    const { contactRecordsBucket } = streaming(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: { BucketARN: stack.resolve(contactRecordsBucket!.bucketArn) as unknown },
    });
  });

  test.each<[string, (stack: Stack) => StreamingDestination | undefined]>([
    ['are not streamed', () => undefined],
    ['are sent to a Kinesis data stream', () => StreamingDestination.newKinesisStream()],
    ['are sent to an existing delivery stream', (stack) => StreamingDestination.deliveryStream(
      firehose.DeliveryStream.fromDeliveryStreamName(stack, 'Existing', 'existing'))],
    ['are delivered to a specified destination', (stack) => StreamingDestination.newDeliveryStream({ destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Own')) })],
  ])('is undefined, and a table is rejected, if contact records %s', (_, contactRecords) => {
    const stack = newStack();
    const data = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: contactRecords(stack),
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    expect(data.contactRecordsBucket).toBeUndefined();
    expect(() => new ContactRecordsTable(stack, 'Table', { streaming: data })).toThrow(
      'Stack/Table: streaming must have created a bucket for contact records, got Stack/Streaming without one; set contactRecords to '
      + 'StreamingDestination.newDeliveryStream() without a destination of your own');
  });
});

describe('ContactRecordsTable validation', () => {
  test.each(['ContactRecords', 'contact-records', ''])('rejects "%s" as a table name', (tableName) => {
    expect(() => newTable(newStack(), { tableName })).toThrow(
      `Stack/Table: tableName must consist of lowercase letters, digits and underscores, got "${tableName}"; specify a value such as contact_records`);
  });

  test.each(['22.11.2026', '2026-11-22T00:00:00Z', 'since 2026-11-22'])('rejects "%s" as a first day', (firstDay) => {
    expect(() => newTable(newStack(), { firstDay })).toThrow(
      `Stack/Table: firstDay must be a day in the format yyyy-MM-dd, got "${firstDay}"; specify a value such as 2020-01-01`);
  });
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

  test('returns a successful grant', () => {
    expect(grant.success).toBe(true);
  });

  test.each<[string, string, string]>([
    ['allows', 'glue:GetTable', `${catalog}:table/${database}/${name}`],
    ['allows', 'glue:GetDatabase', `${catalog}:database/${database}`],
    ['allows', 'glue:GetTable', `${catalog}:catalog`],
    ['allows', 'glue:GetPartitions', `${catalog}:table/${database}/${name}`],
    ['allows', 's3:GetObject', `${bucket}/contact-records/dt=2026-11-22/object.gz`],
    ['allows', 's3:ListBucket', bucket],
    ['allows', 's3:GetBucketLocation', bucket],
    ['allows', 'kms:Decrypt', KEY_ARN],
    ['does not allow', 'glue:GetTable', `${catalog}:table/${database}/other`],
    ['does not allow', 'glue:GetTable', `${catalog}:table/other/${name}`],
    ['does not allow', 'glue:DeleteTable', `${catalog}:table/${database}/${name}`],
    ['does not allow', 'glue:UpdateTable', `${catalog}:table/${database}/${name}`],
    ['does not allow', 's3:GetObject', `${bucket}/contact-records-errors/processing-failed/dt=2026-11-22/object.gz`],
    ['does not allow', 's3:GetObject', 'arn:aws:s3:::other/contact-records/dt=2026-11-22/object.gz'],
    ['does not allow', 's3:PutObject', `${bucket}/contact-records/dt=2026-11-22/object.gz`],
    ['does not allow', 's3:DeleteObject', `${bucket}/contact-records/dt=2026-11-22/object.gz`],
    ['does not allow', 'kms:Encrypt', KEY_ARN],
    ['does not allow', 'athena:StartQueryExecution', `arn:aws:athena:${REGION}:${ACCOUNT}:workgroup/primary`],
  ])('%s %s on %s', async (effect, action, resource) => {
    expect(await isAllowed({
      principal: `arn:aws:iam::${ACCOUNT}:role/Analyst`,
      action,
      resource,
      identityPolicies,
      resourcePolicy: action.startsWith('kms:') ? keyPolicy : undefined,
    })).toBe(effect === 'allows');
  });
});
