import { App, aws_connect as connect, aws_glue as glue, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { isAllowed, type PolicyDocument } from './simulation/policy-engine';
import { ENV, existingInstance, INSTANCE_ARN, instanceWithRole, KEY_ARN, newStack, OTHER_INSTANCE_ARN, resources, STREAM_ARN, theOnly } from './support';
import {
  AgentEventsTable, type AgentEventsTableProps, ChatAnalysisSegmentsTable, ConnectDataStreaming, type ConnectDataStreamingProps, ContactRecordsTable,
  DataStreamingMonitoring, StreamingDestination, VoiceAnalysisSegmentsTable,
} from '../src';
import { renderString } from './template/render';
import { replaceIntrinsics } from '../src/template/intrinsics';

type Table = new (scope: Construct, id: string, props: AgentEventsTableProps)
=> AgentEventsTable | ChatAnalysisSegmentsTable | ContactRecordsTable | VoiceAnalysisSegmentsTable;
type DataTypeProp = 'contactRecords' | 'agentEvents' | 'voiceAnalysisSegments' | 'chatAnalysisSegments';

const NEW = StreamingDestination.newKinesisStream();

const TABLES: Array<[string, Table, DataTypeProp, string, string]> = [
  ['ContactRecordsTable', ContactRecordsTable, 'contactRecords', 'contact_records', 'contact records'],
  ['AgentEventsTable', AgentEventsTable, 'agentEvents', 'agent_events', 'agent events'],
  ['VoiceAnalysisSegmentsTable', VoiceAnalysisSegmentsTable, 'voiceAnalysisSegments', 'voice_analysis_segments', 'voice analysis segments'],
  ['ChatAnalysisSegmentsTable', ChatAnalysisSegmentsTable, 'chatAnalysisSegments', 'chat_analysis_segments', 'chat analysis segments'],
];

function streamAll(stack: Stack, props: Partial<ConnectDataStreamingProps> = {}): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack), contactRecords: NEW, agentEvents: NEW, voiceAnalysisSegments: NEW, chatAnalysisSegments: NEW, ...props,
  });
}

/** The statements of the policy of the role that Firehose assumes, with literal ARNs that are made of logical ids. */
function firehosePolicy(stack: Stack): PolicyDocument {
  const [, { Properties }] = theOnly(resources(stack, 'AWS::IAM::Policy'));
  return replaceIntrinsics(Properties.PolicyDocument, (_, intrinsic) => renderString(intrinsic, (__, reference) => {
    const { logicalId, attribute } = reference!;
    return attribute === undefined ? 'aws' : arnOf(stack, logicalId);
  })) as PolicyDocument;
}

function arnOf(stack: Stack, id: string): string {
  const { Type } = (Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string }> }).Resources[id];
  const scope = `${ENV.region}:${ENV.account}`;
  switch (Type) {
    case 'AWS::S3::Bucket': return `arn:aws:s3:::${id.toLowerCase()}`;
    case 'AWS::Kinesis::Stream': return `arn:aws:kinesis:${scope}:stream/${id}`;
    case 'AWS::KMS::Key': return `arn:aws:kms:${scope}:key/${id}`;
    default: return `arn:aws:logs:${scope}:log-group:${id}:*`;
  }
}

describe.each(TABLES)('%s of a Kinesis data stream', (_, TableClass, prop, name, label) => {
  const folder = name.replace(/_/g, '-');

  test('creates a delivery stream that delivers the records to a bucket, one record per line', () => {
    const stack = newStack();
    const streaming = streamAll(stack);
    const table = new TableClass(stack, 'Table', { streaming });

    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KinesisFirehose::DeliveryStream', 1);
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: { KinesisStreamARN: stack.resolve(streaming[`${prop}Stream`]!.streamArn) as unknown, RoleARN: Match.anyValue() },
      ExtendedS3DestinationConfiguration: {
        BucketARN: stack.resolve(table.bucket!.bucketArn) as unknown,
        CompressionFormat: 'GZIP',
        Prefix: `${folder}/dt=!{timestamp:yyyy-MM-dd}/`,
        ErrorOutputPrefix: `${folder}-errors/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/`,
        ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord' }] },
        CloudWatchLoggingOptions: { Enabled: true },
      },
    });
    const [id] = theOnly(resources(stack, 'AWS::KinesisFirehose::DeliveryStream'));
    expect(stack.resolve(table.deliveryStream!.deliveryStreamName)).toEqual({ Ref: id });
  });

  test('creates a table that reads the objects of the delivery stream', () => {
    const stack = newStack();
    const table = new TableClass(stack, 'Table', { streaming: streamAll(stack), firstDay: '2026-11-22' });

    const location = (path: string) => ({ 'Fn::Join': ['', ['s3://', stack.resolve(table.bucket!.bucketName) as object, path]] });
    const [tableId, { Properties }] = theOnly(resources(stack, 'AWS::Glue::Table'));
    expect(Properties.TableInput).toMatchObject({
      Name: name,
      Description: expect.stringContaining('Amazon Connect') as unknown,
      TableType: 'EXTERNAL_TABLE',
      Parameters: { 'projection.dt.range': '2026-11-22,NOW', 'storage.location.template': location(`/${folder}/dt=\${dt}/`) },
      StorageDescriptor: { Location: location(`/${folder}/`), SerdeInfo: { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' } },
    });
    expect(stack.resolve([table.databaseName, table.tableName])).toEqual([{ Ref: Object.keys(resources(stack, 'AWS::Glue::Database'))[0] }, { Ref: tableId }]);
  });

  test('rejects data that is not streamed', () => {
    const stack = newStack();
    const streaming = streamAll(stack, { [prop]: undefined });
    const destinations = prop === 'contactRecords' ? 'a bucket or a Kinesis data stream' : 'a Kinesis data stream';
    expect(() => new TableClass(stack, 'Table', { streaming })).toThrow(new Error(
      `Stack/Table: streaming must stream ${label} to ${destinations}, got Stack/Streaming without one; set ${prop} of Stack/Streaming to `
      + `StreamingDestination.newKinesisStream()${prop === 'contactRecords' ? ', or to StreamingDestination.newDeliveryStream() without a destination of your own' : ''}`));
  });

  test('can be monitored', () => {
    const stack = newStack();
    const streaming = streamAll(stack);
    new TableClass(stack, 'Table', { streaming });
    const paths = new DataStreamingMonitoring(stack, 'Monitoring', { streaming }).alarms.map(({ node }) => node.path);
    expect(paths).toContain(`Stack/Monitoring/${prop[0].toUpperCase()}${prop.slice(1)}Table/NotRead`);
  });

  test('grants Firehose permission only to read the stream, to write to the bucket and to use the key', async () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), [prop]: NEW });
    const table = new TableClass(stack, 'Table', { streaming });
    const policy = firehosePolicy(stack);
    expect(theOnly(resources(stack, 'AWS::IAM::Role'))[1].Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'firehose.amazonaws.com' } }],
    });
    const [stream, key] = [streaming[`${prop}Stream`]!, streaming.encryptionKey!]
      .map(({ node }) => arnOf(stack, stack.getLogicalId(node.defaultChild as kinesis.CfnStream)));
    const bucket = arnOf(stack, stack.getLogicalId(table.bucket!.node.defaultChild as kinesis.CfnStream));
    const logs = theOnly(resources(stack, 'AWS::Logs::LogGroup'))[0];

    const granted = (policy.Statement as Array<{ Resource: string | string[] }>).flatMap(({ Resource }) => Resource);
    expect([...new Set(granted)].sort()).toEqual([stream, key, bucket, `${bucket}/*`, arnOf(stack, logs)].sort());

    const keyPolicy: PolicyDocument = {
      Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ENV.account}:root` }, Action: 'kms:*', Resource: '*' }],
    };
    const allows = (action: string, resource: string) => isAllowed({
      principal: `arn:aws:iam::${ENV.account}:role/Firehose`, action, resource, identityPolicies: [policy], resourcePolicy: action.startsWith('kms:') ? keyPolicy : undefined,
    });
    for (const [action, resource] of [
      ['kinesis:DescribeStream', stream], ['kinesis:GetShardIterator', stream], ['kinesis:GetRecords', stream], ['kinesis:ListShards', stream],
      ['kms:Decrypt', key], ['kms:GenerateDataKey', key],
      ['s3:PutObject', `${bucket}/${folder}/dt=2026-11-22/object.gz`], ['s3:AbortMultipartUpload', `${bucket}/${folder}/x`], ['s3:GetBucketLocation', bucket], ['s3:ListBucket', bucket],
    ]) expect([action, await allows(action, resource)]).toEqual([action, true]);
    for (const [action, resource] of [
      ['kinesis:PutRecord', stream], ['kinesis:DeleteStream', stream], ['kinesis:DescribeStreamSummary', stream], ['kinesis:GetRecords', `${stream}2`], ['kms:Decrypt', KEY_ARN], ['kms:PutKeyPolicy', key],
      ['s3:PutObject', 'arn:aws:s3:::other/object'], ['s3:DeleteBucket', bucket], ['s3:PutBucketPolicy', bucket],
    ]) expect([action, await allows(action, resource)]).toEqual([action, false]);
  });

  test('grants read access to the table and to its objects', async () => {
    const stack = newStack();
    const table = new TableClass(stack, 'Table', { streaming: streamAll(stack) });
    const grant = table.grantRead(new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(grant.success).toBe(true);
    const [, policy] = Object.entries(resources(stack, 'AWS::IAM::Policy')).find(([id]) => id.startsWith('Analyst'))!;
    const text = JSON.stringify(policy.Properties.PolicyDocument);
    expect(text).toContain('glue:GetTable');
    expect(text).toContain('kms:Decrypt');
    expect(text).toContain(`"/${folder}/*"`);
    expect(text).not.toContain('errors');
  });
});

test('the columns of a table have lowercase names and the types of the fields, without the fields that have no fixed schema', () => {
  const stack = newStack();
  new ContactRecordsTable(stack, 'Table', { streaming: streamAll(stack) });
  const [, { Properties }] = theOnly(resources(stack, 'AWS::Glue::Table'));
  const { Columns } = (Properties.TableInput as { StorageDescriptor: { Columns: Array<{ Name: string; Type: string }> } }).StorageDescriptor;
  const columns = Object.fromEntries(Columns.map(({ Name, Type }) => [Name, Type]));

  expect(columns).toMatchObject({
    contactid: 'string',
    attributes: 'map<string,string>',
    ['OutboundStrategy'.toLowerCase()]: 'struct<type:string>',
    ['SegmentAttributes'.toLowerCase()]: 'map<string,struct<ValueString:string,ValueInteger:int,ValueArn:string>>'.toLowerCase(),
    references: 'array<struct<name:string,type:string,value:string,status:string>>',
  });
  expect(columns).not.toHaveProperty('AdditionalEmailRecipients'.toLowerCase());
  for (const type of ['int', 'bigint', 'double', 'boolean']) expect(JSON.stringify(columns)).toMatch(new RegExp(`[:"]${type}[,>"]`));
});

describe('bucket of a table', () => {
  const table = (stack: Stack, agentEvents: ConnectDataStreamingProps['agentEvents'], scope = stack) =>
    new AgentEventsTable(scope, 'Table', { streaming: new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents }) });
  const encryption = (algorithm: string, key?: unknown) => ({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: algorithm, KMSMasterKeyID: key ?? Match.absent() } }],
    },
    LoggingConfiguration: Match.anyValue(),
  });

  test('is encrypted with the key of a new stream', () => {
    const stack = newStack();
    table(stack, NEW);
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', encryption('aws:kms', { 'Fn::GetAtt': [theOnly(resources(stack, 'AWS::KMS::Key'))[0], 'Arn'] }));
  });

  test('is encrypted with the key of an imported stream', () => {
    const stack = newStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
    table(stack, StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, 'Existing', { streamArn: STREAM_ARN, encryptionKey })));
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', encryption('aws:kms', KEY_ARN));
    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', { KinesisStreamSourceConfiguration: { KinesisStreamARN: STREAM_ARN } });
  });

  test.each<[string, (stack: Stack) => kinesis.IStream]>([
    ['the AWS managed key', (stack) => new kinesis.Stream(stack, 'Managed', { encryption: kinesis.StreamEncryption.MANAGED })],
    ['no known key', (stack) => kinesis.Stream.fromStreamArn(stack, 'Existing', STREAM_ARN)],
  ])('is encrypted with Amazon S3 managed keys if the stream has %s', (_, stream) => {
    const stack = newStack();
    table(stack, StreamingDestination.kinesisStream(stream(stack)));
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', encryption('AES256'));
  });

  test.each<[string, (scope: Stack) => kms.IKey]>([
    ['the key', (scope) => new kms.Key(scope, 'Key')],
    ['an L1 key, which may not allow access by IAM policies', (scope) => kms.Key.fromCfnKey(new kms.CfnKey(scope, 'Key', {
      keyPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ENV.account}:role/admin` }, Action: 'kms:*', Resource: '*' }] },
    }))],
  ])('can be in another stack than the stream and %s, without a circular dependency', (_, encryptionKey) => {
    const app = new App();
    const [keys, streams, tables] = ['Keys', 'Streams', 'Tables'].map((id) => new Stack(app, id, { env: ENV }));
    table(streams, StreamingDestination.newKinesisStream({ encryptionKey: encryptionKey(keys) }), tables);

    expect(() => app.synth()).not.toThrow();
    expect(tables.dependencies.map(({ node }) => node.id).sort()).toEqual(['Keys', 'Streams']);
    expect([keys, streams].flatMap(({ dependencies }) => dependencies)).not.toContain(tables);
  });

  describe('with a key in another account', () => {
    const account = '999988887777';
    const keyArn = KEY_ARN.replace(ENV.account, account);
    const existing = (stack: Stack, encryptionKey: kms.IKey) =>
      StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, 'Existing', { streamArn: STREAM_ARN, encryptionKey }));

    test('allows the account of the table to use the key through Kinesis Data Streams and Amazon S3 only, before the delivery stream is created', async () => {
      const app = new App();
      const keys = new Stack(app, 'Keys', { env: { ...ENV, account } });
      const [streams, tables] = ['Streams', 'Tables'].map((id) => new Stack(app, id, { env: ENV }));
      const streaming = new ConnectDataStreaming(streams, 'Streaming', {
        instance: instanceWithRole(streams), agentEvents: existing(streams, new kms.Key(keys, 'Key', { alias: 'key' })),
      });
      for (const id of ['Table', 'Another']) new AgentEventsTable(tables, id, { streaming });

      expect(app.synth().getStackByName('Tables').dependencies.map(({ id }) => id)).toContain('Keys');
      const [, { Properties }] = theOnly(resources(keys, 'AWS::KMS::Key'));
      const policy = replaceIntrinsics(Properties.KeyPolicy, (__, intrinsic) => renderString(intrinsic, (___, reference) => (
        reference!.logicalId === 'AWS::Partition' ? 'aws' : reference!.logicalId === 'AWS::URLSuffix' ? 'amazonaws.com' : account))) as PolicyDocument;
      expect(policy.Statement).toHaveLength(3); // for the administrators of its account, for the grant, and for both tables
      const principal = `arn:aws:iam::${ENV.account}:role/firehose`;
      const identityPolicies = [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }];
      const mayUse = async (action: string, service?: string) => isAllowed({
        principal, action, resource: keyArn, identityPolicies, resourcePolicy: policy, context: service ? { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } : {},
      });

      expect(await Promise.all([
        mayUse('kms:Decrypt', 'kinesis'), mayUse('kms:Decrypt', 's3'), mayUse('kms:GenerateDataKey', 's3'), mayUse('kms:Decrypt', 'ssm'), mayUse('kms:Decrypt'),
        mayUse('kms:PutKeyPolicy', 's3'),
      ])).toEqual([true, true, true, false, false, false]);
    });

    test('adds a warning with the statement if the app does not define the key', () => {
      const stack = newStack();
      table(stack, existing(stack, kms.Key.fromKeyArn(stack, 'Key', keyArn)));

      Annotations.fromStack(stack).hasWarning('/Stack/Table', Match.stringLikeRegexp(`the key ${keyArn}, which is in another account.*kms:ViaService.*deliverByKeyOwner`));
      Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', encryption('aws:kms', keyArn));
    });

    test('adds no warning for a key in the account of the table', () => {
      const stack = newStack();
      table(stack, existing(stack, kms.Key.fromKeyArn(stack, 'Key', KEY_ARN)));

      Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('deliverByKeyOwner'));
    });
  });

  test('is retained, has access logs that expire after a year, and can have lifecycle rules', () => {
    const stack = newStack();
    table(stack, NEW).bucket!.addLifecycleRule({ expiration: Duration.days(30) });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 2);
    template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    for (const ExpirationInDays of [30, 365]) {
      template.hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: { Rules: [{ ExpirationInDays, Status: 'Enabled' }] } });
    }
  });
});

describe('streams of a table', () => {
  const shared = (stack: Stack) => StreamingDestination.kinesisStream(new kinesis.Stream(stack, 'Shared', { encryption: kinesis.StreamEncryption.MANAGED }));
  const error = (other: string, label: string) => `the stream of Stack/Streaming must receive only voice analysis segments, got a stream that ${other} also sends `
    + `${label} to; use a stream for each data type that has a table`;

  test('must not receive another data type of the construct', () => {
    const stack = newStack();
    const segments = shared(stack);
    const streaming = streamAll(stack, { voiceAnalysisSegments: segments, chatAnalysisSegments: segments });
    expect(() => new VoiceAnalysisSegmentsTable(stack, 'Table', { streaming })).toThrow(
      `Stack/Table: ${error('Stack/Streaming/ChatAnalysisSegments/Resource', 'chat analysis segments')}`);
    expect(() => new AgentEventsTable(stack, 'AgentEvents', { streaming })).not.toThrow();
  });

  test.each<[string, (stack: Stack, destination: ReturnType<typeof shared>) => void, string]>([
    ['another construct', (stack, agentEvents) => {
      new ConnectDataStreaming(stack, 'Later', { instance: instanceWithRole(stack, 'Other', OTHER_INSTANCE_ARN), agentEvents });
    }, error('Stack/Later/AgentEvents/Resource', 'agent events')],
    ['an L1 construct', (stack) => {
      const { streamArn } = stack.node.findChild('Shared') as kinesis.Stream;
      new connect.CfnInstanceStorageConfig(stack, 'Later', {
        instanceArn: INSTANCE_ARN, resourceType: 'CONTACT_EVALUATIONS', storageType: 'KINESIS_STREAM', kinesisStreamConfig: { streamArn },
      });
    }, error('Stack/Later', 'CONTACT_EVALUATIONS')],
  ])('must not receive another data type of %s that the app adds later', (_, add, message) => {
    const stack = newStack();
    const segments = shared(stack);
    new VoiceAnalysisSegmentsTable(stack, 'Table', { streaming: streamAll(stack, { voiceAnalysisSegments: segments }) });
    expect(() => (stack.node.root as App).synth()).not.toThrow();

    add(stack, segments);
    expect(stack.node.findChild('Table').node.validate()).toEqual([`Stack/Table: ${message}`]);
    expect(() => (stack.node.root as App).synth({ force: true })).toThrow(message);
  });

  test('can receive the same data type of several instances', () => {
    const stack = newStack();
    const agentEvents = shared(stack);
    const streaming = streamAll(stack, { agentEvents });
    new ConnectDataStreaming(stack, 'Another', { instance: instanceWithRole(stack, 'Other', OTHER_INSTANCE_ARN), agentEvents });
    new connect.CfnInstanceStorageConfig(stack, 'Files', {
      instanceArn: INSTANCE_ARN, resourceType: 'CALL_RECORDINGS', storageType: 'S3', s3Config: { bucketName: 'recordings', bucketPrefix: 'calls' },
    });
    new AgentEventsTable(stack, 'Table', { streaming });
    expect(() => (stack.node.root as App).synth()).not.toThrow();
  });

  test('must be in the Region of the table', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const elsewhere = new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'eu-west-1' } });
    const streaming = streamAll(stack);
    expect(() => new AgentEventsTable(elsewhere, 'Table', { streaming })).toThrow(
      'Elsewhere/Table: streaming must be in the Region of the stack, eu-west-1, got Stack/Streaming in us-east-1; define the table in a stack in us-east-1');
  });
});

test('tables of all data types can be in one database, and add no warning', () => {
  const stack = newStack();
  const streaming = streamAll(stack, { instance: existingInstance(stack, 'Existing') });
  const database = new glue.CfnDatabase(stack, 'Database', { catalogId: ENV.account, databaseInput: { name: 'contact_center' } });
  for (const [id, TableClass] of TABLES) new TableClass(stack, id, { streaming, database });
  Template.fromStack(stack).resourceCountIs('AWS::KinesisFirehose::DeliveryStream', 4);
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});
