import { App, aws_glue as glue, aws_iam as iam, aws_kinesisfirehose as firehose, aws_s3 as s3, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { isAllowed, type PolicyDocument } from './simulation/policy-engine';
import { ACCOUNT, acknowledgment, ENV, existingInstance, KEY_ARN, newStack, REGION, resources, theOnly } from './support';
import { ConnectDataStreaming, ConnectInstance, ContactRecordsTable, type ContactRecordsTableProps, DataStreamingMonitoring, type NewDeliveryStreamProps, StreamingDestination } from '../src';
import { renderString } from './template/render';
import { replaceIntrinsics } from '../src/template/intrinsics';

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
        PartitionKeys: [{ Name: 'dt', Type: 'string', Comment: 'the day of delivery, in UTC' }],
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

  test('reads the bucket of a delivery stream without a delivery stream or a bucket of its own', () => {
    const stack = newStack();
    const table = newTable(stack);
    expect([table.deliveryStream, table.bucket]).toEqual([undefined, undefined]);
    Template.fromStack(stack).resourceCountIs('AWS::KinesisFirehose::DeliveryStream', 1);
    Template.fromStack(stack).resourceCountIs('AWS::S3::Bucket', 2);
    const { alarms } = new DataStreamingMonitoring(stack, 'Monitoring', { streaming: stack.node.findChild('Streaming') as ConnectDataStreaming });
    expect(alarms.filter(({ node }) => node.path.includes('ContactRecordsTable'))).toEqual([]);
  });

  test('reads a specified bucket', () => {
    const stack = newStack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Own', 'own-bucket');
    const data = streaming(stack, { bucket });
    const table = new ContactRecordsTable(stack, 'Table', { streaming: data });
    table.grantRead(new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() }));

    expect(data.contactRecordsBucket).toBeUndefined();
    expect(partitions(stack)['storage.location.template']).toBe('s3://own-bucket/contact-records/dt=${dt}/');
    const policies = JSON.stringify(resources(stack, 'AWS::IAM::Policy'));
    expect(policies).toContain(':s3:::own-bucket/contact-records/*');
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

  test('can have lifecycle rules', () => {
    const stack = newStack();
    streaming(stack).contactRecordsBucket!.addLifecycleRule({ expiration: Duration.days(30) });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] } });
  });

  test.each<[string, (stack: Stack) => StreamingDestination | undefined]>([
    ['are not streamed', () => undefined],
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
      'Stack/Table: streaming must stream contact records to a bucket or a Kinesis data stream, got Stack/Streaming without one; set contactRecords of '
      + 'Stack/Streaming to StreamingDestination.newKinesisStream(), or to StreamingDestination.newDeliveryStream() without a destination of your own');
  });
});

describe('ContactRecordsTable validation', () => {
  test.each(['ContactRecords', 'contact-records', '', 'a'.repeat(256)])('rejects "%s" as a table name', (tableName) => {
    expect(() => newTable(newStack(), { tableName })).toThrow(
      `Stack/Table: tableName must consist of lowercase letters, digits and underscores, got "${tableName}"; specify a value such as contact_records`);
  });

  test.each(['22.11.2026', '2026-11-22T00:00:00Z', 'since 2026-11-22'])('rejects "%s" as a first day', (firstDay) => {
    expect(() => newTable(newStack(), { firstDay })).toThrow(
      `Stack/Table: firstDay must be a day in the format yyyy-MM-dd, got "${firstDay}"; specify a value such as 2020-01-01`);
  });

  test.each(['2026-13-45', '2025-02-30', '2026-00-10'])('rejects "%s", which is not a day', (firstDay) => {
    expect(() => newTable(newStack(), { firstDay })).toThrow(
      `Stack/Table: firstDay must be a day in the format yyyy-MM-dd, got "${firstDay}", which is not in the calendar; specify a value such as 2020-01-01`);
  });

  test('rejects a first day before Amazon Connect became available, because queries would send a request for each day', () => {
    expect(() => newTable(newStack(), { firstDay: '0001-01-01' })).toThrow('Stack/Table: firstDay must be 2017-01-01 or later, got "0001-01-01": Amazon '
      + 'Connect did not exist before, and a query sends a request for each day; specify a value such as 2020-01-01');
    expect(() => newTable(newStack(), { firstDay: '2017-01-01' })).not.toThrow();
  });

  test('rejects a first day that is more than 31 days in the future', () => {
    const day = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    expect(() => newTable(newStack(), { firstDay: day(31) })).not.toThrow();
    expect(() => newTable(newStack(), { firstDay: '2024-02-29' })).not.toThrow();
    for (const firstDay of [day(33), '2999-01-01']) {
      expect(() => newTable(newStack(), { firstDay })).toThrow(
        `Stack/Table: firstDay must be at most 31 days in the future, got "${firstDay}": the table is empty until then; specify a value such as 2020-01-01`);
    }
  });

  test.each<[string, unknown, string]>([
    ['streaming', undefined, 'streaming must be a ConnectDataStreaming, got undefined; specify the construct that streams the data'],
    ['streaming', 'Streaming', 'streaming must be a ConnectDataStreaming, got "Streaming"; specify the construct that streams the data'],
    ['streaming', newStack(), 'streaming must be a ConnectDataStreaming, got Stack; specify the construct that streams the data'],
    ['database', 'analytics', 'database must be an AWS Glue database, got "analytics"; specify a CfnDatabase, or remove database to create one'],
    ['database', null, 'database must be an AWS Glue database, got null; specify a CfnDatabase, or remove database to create one'],
    ['database', {}, 'database must be an AWS Glue database, got {}; specify a CfnDatabase, or remove database to create one'],
    ['tableName', 5, 'tableName must be a name that consists of lowercase letters, digits and underscores, got 5; specify a value such as contact_records'],
    ['firstDay', 2026, 'firstDay must be a day in the format yyyy-MM-dd, got 2026; specify a value such as 2020-01-01'],
  ])('rejects a %s of another type, which JavaScript does not prevent: %p', (prop, value, message) => {
    expect(() => newTable(newStack(), { [prop]: value })).toThrow(`Stack/Table: ${message}`);
  });

  describe('of tables in one database', () => {
    const IMPORTED = { databaseRef: { databaseName: 'analytics', catalogId: ACCOUNT } } as unknown as glue.CfnDatabase;
    const database = (stack: Stack, id = 'Database') => new glue.CfnDatabase(stack, id, { catalogId: ACCOUNT, databaseInput: { name: 'analytics' } });
    const error = 'Stack/Other: tableName must be unique in the database, got "contact_records", which Stack/Table/Resource already uses; specify another '
      + 'tableName, or another database';

    test('rejects two tables of one name', () => {
      const stack = newStack();
      const data = streaming(stack);
      const props = { streaming: data, database: database(stack) };
      new ContactRecordsTable(stack, 'Table', props);
      expect(() => new ContactRecordsTable(stack, 'Other', props)).toThrow(error);
      expect(() => new ContactRecordsTable(stack, 'Third', { ...props, tableName: 'more_contact_records' })).not.toThrow();
    });

    test('rejects the name of a table that an L1 construct defines, and of a database that is imported twice', () => {
      const stack = newStack();
      new glue.CfnTable(stack, 'Iceberg', { catalogId: ACCOUNT, databaseName: 'analytics' });
      new glue.CfnTable(stack, 'Token', { catalogId: ACCOUNT, databaseName: 'analytics', tableInput: Lazy.any({ produce: () => ({}) }) });
      new glue.CfnTable(stack, 'Own', { catalogId: ACCOUNT, databaseName: 'analytics', tableInput: { name: 'contact_records' } });
      expect(() => newTable(stack, { database: IMPORTED })).toThrow('Stack/Table: tableName must be unique in the database, got "contact_records", which Stack/Own already uses');
    });

    test('accepts tables of one name in different databases, accounts and Regions', () => {
      const stack = newStack();
      const data = streaming(stack);
      new ContactRecordsTable(stack, 'Table', { streaming: data, database: database(stack) });
      expect(() => new ContactRecordsTable(stack, 'Other', { streaming: data, database: database(stack, 'OtherDatabase') })).not.toThrow();
      expect(() => new ContactRecordsTable(stack, 'Third', { streaming: data })).not.toThrow();

      const app = new App();
      for (const [id, env] of Object.entries({ One: ENV, Two: { ...ENV, region: 'eu-west-1' }, Three: { ...ENV, account: '444455556666' } })) {
        const [region, account] = [env.region, env.account];
        const another = new Stack(app, id, { env });
        const instance = ConnectInstance.fromInstanceArn(another, 'Instance', `arn:aws:connect:${region}:${account}:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111`);
        const streamed = new ConnectDataStreaming(another, 'Streaming', { instance, contactRecords: StreamingDestination.newDeliveryStream() });
        expect(() => new ContactRecordsTable(another, 'Table', { streaming: streamed, database: IMPORTED })).not.toThrow();
      }
    });
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
    ['allows', 'glue:GetPartition', `${catalog}:table/${database}/${name}`],
    ['allows', 'glue:GetPartitions', `${catalog}:table/${database}/${name}`],
    ['allows', 'glue:BatchGetPartition', `${catalog}:table/${database}/${name}`],
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

  const warning = (principal: string) =>
    `AWS CDK cannot grant ${principal} access to the table, because it cannot change the resource policy of the AWS Glue Data Catalog of account ${ACCOUNT}; `
    + 'grant read access to a role of this account, or share the table and its objects with AWS Lake Formation, then acknowledge this warning' + acknowledgment('readByCatalogOwner');

  test.each<[string, (scope: Stack) => iam.IGrantable]>([
    ['a service', () => new iam.ServicePrincipal('quicksight.amazonaws.com')],
    ['the account', () => new iam.AccountRootPrincipal()],
    ['another account', () => new iam.AccountPrincipal('444455556666')],
    ['an imported role of another account', (scope) => iam.Role.fromRoleArn(scope, 'Foreign', 'arn:aws:iam::444455556666:role/analyst')],
    ['a role of another account that the app defines', (scope) => new iam.Role(
      new Stack(scope.node.root as App, 'Other', { env: { account: '444455556666', region: REGION } }), 'Role', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'analyst' })],
  ])('is not successful, grants nothing and adds a warning for %s', (_, principal) => {
    const scope = newStack();
    const data = newTable(scope);
    const grantee = principal(scope);
    const before = Template.fromStack(scope).toJSON();
    expect(data.grantRead(grantee).success).toBe(false);
    expect(Template.fromStack(scope).toJSON()).toEqual(before);
    Annotations.fromStack(scope).hasWarning('/Stack/Table', warning(String(grantee.grantPrincipal)));
  });

  test('adds no warning for a principal of the account', () => {
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('Data Catalog'));
  });

  test.each([undefined, null, 'arn:aws:iam::111122223333:role/analyst', {}])('rejects %p, which is not a principal', (grantee) => {
    expect(() => newTable(newStack()).grantRead(grantee as unknown as iam.IGrantable)).toThrow(
      /^Stack\/Table: grantee must be an IAM principal, got .*; specify a role, a user or a group, or a resource that has a role$/);
  });
});
