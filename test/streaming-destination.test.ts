import {
  App, aws_glue as glue, aws_iam as iam, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms,
  aws_lambda as lambda, aws_s3 as s3, aws_sns as sns, CfnParameter, Duration, Stack, Validations,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, KeyAccess, type KinesisStreamDestination, type NewDeliveryStreamProps, StreamingDestination } from '../src';
import {
  ACCOUNT, acknowledgment, connectStatements, DELIVERY_STREAM_ARN, ENV, existingInstance, instanceWithRole, KEY_ARN, newStack,
  OTHER_INSTANCE_ARN, REGION, STREAM_ARN, types,
} from './support';
import { check } from '../src/check/check';
import { readStacks } from '../src/check/templates';

function agentEvents(stack: Stack, destination: KinesisStreamDestination, encryptionKey?: kms.IKey): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: destination, encryptionKey });
}

function contactRecords(stack: Stack, destination: StreamingDestination, encryptionKey?: kms.IKey): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), contactRecords: destination, encryptionKey });
}

describe('newKinesisStream()', () => {
  test('creates a stream with on-demand capacity', () => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.newKinesisStream());

    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', {
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      ShardCount: Match.absent(),
    });
  });

  test.each([
    { shardCount: 2 },
    { shardCount: 2, streamMode: kinesis.StreamMode.PROVISIONED },
  ])('creates a stream with provisioned capacity: %j', (props) => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.newKinesisStream(props));

    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', {
      ShardCount: 2,
      StreamModeDetails: props.streamMode ? { StreamMode: 'PROVISIONED' } : Match.absent(),
    });
  });

  test('creates a stream with the specified props', () => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.newKinesisStream({ streamName: 'agent-events', retentionPeriod: Duration.days(7) }));

    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', { Name: 'agent-events', RetentionPeriodHours: 168 });
  });

  test('encrypts the stream with the key of the construct if KMS encryption is specified without a key', () => {
    const stack = newStack();
    const streaming = agentEvents(stack, StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.KMS }));

    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', {
      StreamEncryption: { KeyId: stack.resolve(streaming.encryptionKey!.keyArn) },
    });
  });

  test('encrypts the stream with the specified key, and grants Amazon Connect access to it', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Specified');
    const streaming = agentEvents(stack, StreamingDestination.newKinesisStream({ encryptionKey: key }));

    expect(streaming.encryptionKey).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', { StreamEncryption: { KeyId: stack.resolve(key.keyArn) } });
    expect(connectStatements(stack)).toHaveLength(1);
  });

  test('creates the stream after its key, which is in a stack in another account', () => {
    const app = new App();
    const [keys, stack] = [new Stack(app, 'Keys', { env: { ...ENV, account: '999988887777' } }), new Stack(app, 'Stack', { env: ENV })];
    const encryptionKey = new kms.Key(keys, 'Key', { alias: 'key' });
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: StreamingDestination.newKinesisStream({ encryptionKey }), keyAccess: KeyAccess.EXTERNAL,
    });

    app.synth();
    expect(stack.dependencies).toEqual([keys]);
  });

  test.each([
    [kinesis.StreamEncryption.MANAGED, { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }],
    [kinesis.StreamEncryption.UNENCRYPTED, Match.absent()],
  ])('creates neither a key nor a lookup for %s encryption', (encryption, expected) => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream({ encryption }),
    });

    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', { StreamEncryption: expected });
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
  });

  test('creates a stream for each data type that uses the destination', () => {
    const stack = newStack();
    const destination = StreamingDestination.newKinesisStream();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: destination,
      agentEvents: destination,
    });

    expect(streaming.contactRecordsStream).not.toBe(streaming.agentEventsStream);
    Template.fromStack(stack).resourceCountIs('AWS::Kinesis::Stream', 2);
  });
});

describe('kinesisStream()', () => {
  test('adds a warning, which can be acknowledged, if AWS CDK cannot determine how a stream is encrypted', () => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Existing', STREAM_ARN)));
    Annotations.fromStack(stack).hasWarning('/Stack/Streaming/AgentEvents',
      `AWS CDK cannot determine how ${STREAM_ARN} is encrypted. If it is encrypted with a customer managed key, records are lost until Amazon Connect is `
      + 'allowed to use the key; specify the key with Stream.fromStreamAttributes({ streamArn, encryptionKey }), or acknowledge this warning if the stream '
      + 'has no customer managed key' + acknowledgment('unknownStreamEncryption'));

    const acknowledged = newStack();
    const streaming = agentEvents(acknowledged, StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(acknowledged, 'Existing', STREAM_ARN)));
    Validations.of(streaming).acknowledge({ id: 'cdk-connect-data-streaming:unknownStreamEncryption', reason: 'the stream is not encrypted' });
    Annotations.fromStack(acknowledged).hasNoWarning('*', Match.anyValue());
  });

  test('adds no warning if the key of an imported stream is specified', () => {
    const stack = newStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN);
    agentEvents(stack, StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, 'Existing', { streamArn: STREAM_ARN, encryptionKey })));

    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('accepts an unencrypted stream that the app defines', () => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.kinesisStream(new kinesis.Stream(stack, 'Stream', { encryption: kinesis.StreamEncryption.UNENCRYPTED })));

    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
  });

  test('grants Amazon Connect access to the customer managed key of a stream that the app defines', () => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.kinesisStream(new kinesis.Stream(stack, 'Stream', { encryption: kinesis.StreamEncryption.KMS })));

    expect(connectStatements(stack)).toHaveLength(1);
  });

  test.each([
    'arn:aws:firehose:us-east-1:111122223333:deliverystream/name',
    'arn:aws:kinesis:us-east-1:111122223333:name',
    'arn:aws:kinesis:us-east-1:111122223333:stream/name/consumer/x',
    'arn:aws:kinesis:us-east-1:111122223333:stream/name ',
  ])('rejects "%s" as a stream ARN', (arn) => {
    const stack = newStack();
    const destination = StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Existing', arn));
    expect(() => agentEvents(stack, destination)).toThrow(
      `Stack/Streaming/AgentEvents: agentEvents must be the ARN of a Kinesis data stream, got "${arn}"; specify an ARN such as `
      + 'arn:aws:kinesis:us-east-1:111122223333:stream/name');
  });
});

describe('newDeliveryStream()', () => {
  test('creates a direct put delivery stream that is encrypted with the key of the construct', () => {
    const stack = newStack();
    const streaming = contactRecords(stack, StreamingDestination.newDeliveryStream());

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamType: 'DirectPut',
      DeliveryStreamEncryptionConfigurationInput: {
        KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: stack.resolve(streaming.encryptionKey!.keyArn),
      },
    });
  });

  test('does not grant Amazon Connect access to the key, because Firehose creates a grant', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream());

    expect(connectStatements(stack)).toEqual([]);
    expect(types(stack)).not.toContain('Custom::AWS');
    expect(types(stack)).not.toContain('AWS::Lambda::Function');
  });

  test('delivers compressed, newline-delimited JSON with a prefix for each day, and errors with another prefix', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream());

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: {
        CompressionFormat: 'GZIP',
        Prefix: 'contact-records/dt=!{timestamp:yyyy-MM-dd}/',
        ErrorOutputPrefix: 'contact-records-errors/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/',
        ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord' }] },
        CloudWatchLoggingOptions: { Enabled: true, LogGroupName: Match.anyValue(), LogStreamName: Match.anyValue() },
      },
    });
  });

  test('creates a private, encrypted, TLS-only bucket with access logging', () => {
    const stack = newStack();
    const streaming = contactRecords(stack, StreamingDestination.newDeliveryStream());

    const template = Template.fromStack(stack);
    const [records, logs] = ['Bucket', 'AccessLogs/Bucket'].map((path) => {
      const names = path.split('/');
      const bucket = names.reduce<Construct>((at, name) => at.node.findChild(name) as Construct, child(streaming, 'ContactRecords'));
      return stack.getLogicalId(bucket.node.defaultChild as s3.CfnBucket);
    });
    template.resourceCountIs('AWS::S3::Bucket', 2);
    template.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
      },
      AccessControl: Match.absent(),
    });
    template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: { DestinationBucketName: { Ref: logs } },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: stack.resolve(streaming.encryptionKey!.keyArn) },
        }],
      },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: Match.absent(),
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
    for (const bucket of [records, logs]) {
      template.hasResourceProperties('AWS::S3::BucketPolicy', {
        Bucket: { Ref: bucket },
        PolicyDocument: {
          Statement: Match.arrayWith([Match.objectLike({
            Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          })]),
        },
      });
    }
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: logs },
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Effect: 'Allow', Principal: { Service: 'logging.s3.amazonaws.com' }, Action: 's3:PutObject',
        })]),
      },
    });
  });

  test.each([
    ['new', undefined],
    ['specified', 'arn:aws:iam::111122223333:role/firehose'],
  ])('uses the %s role for both encryption and delivery', (_, arn) => {
    const stack = newStack();
    const role = arn === undefined ? undefined : iam.Role.fromRoleArn(stack, 'Firehose', arn);
    contactRecords(stack, StreamingDestination.newDeliveryStream({ role }));

    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', role ? 0 : 1);
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'firehose.amazonaws.com' } },
      ]);
    }
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [role ? 'firehose' : Match.anyValue()],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: Match.arrayWith(['s3:PutObject']) }),
          Match.objectLike({ Action: Match.arrayWith(['kms:GenerateDataKey*']) }),
        ]),
      },
    });
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: { RoleARN: role ? role.roleArn : Match.anyValue() },
    });
  });

  test('delivers to the specified destination', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    const streaming = contactRecords(stack, StreamingDestination.newDeliveryStream({
      deliveryStreamName: 'contact-records',
      destination: new firehose.S3Bucket(bucket),
    }));

    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamName: 'contact-records',
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: stack.resolve(streaming.encryptionKey!.keyArn) },
      ExtendedS3DestinationConfiguration: { BucketARN: stack.resolve(bucket.bucketArn) },
    });
  });

  test('delivers to a specified bucket in the layout of the default bucket', () => {
    const stack = newStack();
    const [key, bucketKey] = [new kms.Key(stack, 'StreamKey'), new kms.Key(stack, 'BucketKey')];
    const bucket = new s3.Bucket(stack, 'Own', { encryption: s3.BucketEncryption.KMS, encryptionKey: bucketKey });
    const encryption = firehose.StreamEncryption.customerManagedKey(key);
    const streaming = contactRecords(stack, StreamingDestination.newDeliveryStream({ bucket, encryption }));

    const template = Template.fromStack(stack);
    expect(streaming.contactRecordsBucket).toBeUndefined();
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: stack.resolve(key.keyArn) },
      ExtendedS3DestinationConfiguration: {
        BucketARN: stack.resolve(bucket.bucketArn),
        CompressionFormat: 'GZIP',
        Prefix: 'contact-records/dt=!{timestamp:yyyy-MM-dd}/',
        ErrorOutputPrefix: 'contact-records-errors/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/',
        ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord' }] },
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: Match.arrayWith(['kms:GenerateDataKey*']), Resource: stack.resolve(bucketKey.keyArn) }),
        ]),
      },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('adds a warning, which can be acknowledged, if AWS CDK cannot determine how a specified bucket is encrypted', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream({ bucket: s3.Bucket.fromBucketName(stack, 'Own', 'own-bucket') }));
    Annotations.fromStack(stack).hasWarning('/Stack/Streaming/ContactRecords', Match.stringLikeRegexp(
      'cannot determine how the bucket own-bucket is encrypted.*contact records cannot be delivered.*; specify the key with Bucket.fromBucketAttributes'
      + '.*ack: .*cdk-connect-data-streaming:unknownBucketEncryption'));

    const withKey = newStack();
    const bucket = s3.Bucket.fromBucketAttributes(withKey, 'Own', { bucketName: 'own-bucket', encryptionKey: kms.Key.fromKeyArn(withKey, 'Key', KEY_ARN) });
    contactRecords(withKey, StreamingDestination.newDeliveryStream({ bucket }));
    Annotations.fromStack(withKey).hasNoWarning('*', Match.anyValue());

    const ofApp = newStack();
    contactRecords(ofApp, StreamingDestination.newDeliveryStream({ bucket: new s3.Bucket(ofApp, 'Own') }));
    Annotations.fromStack(ofApp).hasNoWarning('*', Match.anyValue());
  });

  test.each<[string, unknown]>([['"own-bucket"', 'own-bucket'], ['null', null], ['{}', {}], ['Stack', newStack()]])('rejects %s as a bucket', (value, bucket) => {
    expect(() => contactRecords(newStack(), StreamingDestination.newDeliveryStream({ bucket: bucket as s3.IBucket }))).toThrow(
      `StreamingDestination.newDeliveryStream: bucket must be an Amazon S3 bucket, got ${value}; specify a Bucket, or import a bucket with `
      + 'Bucket.fromBucketAttributes({ bucketName, encryptionKey })');
  });

  test('rejects a bucket together with a destination', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Own');
    expect(() => contactRecords(stack, StreamingDestination.newDeliveryStream({ bucket, destination: new firehose.S3Bucket(bucket) }))).toThrow(
      'Stack/Streaming/ContactRecords: bucket cannot be combined with destination, got Stack/Own and a destination; remove bucket to use the destination, or '
      + 'remove destination to deliver to the bucket');
  });

  test('deletes contact records after the specified time, and access logs after a year', () => {
    const rules = (props: NewDeliveryStreamProps) => {
      const stack = newStack();
      contactRecords(stack, StreamingDestination.newDeliveryStream(props));
      return Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket')).map(({ Properties }) => [
        'LoggingConfiguration' in Properties ? 'records' : 'access logs', Properties.LifecycleConfiguration?.Rules ?? [],
      ]).sort();
    };
    const accessLogs = ['access logs', [{ ExpirationInDays: 365, Status: 'Enabled' }]];
    expect(rules({})).toEqual([accessLogs, ['records', []]]);
    expect(rules({ recordsExpireAfter: Duration.days(730) })).toEqual([accessLogs, ['records', [{ ExpirationInDays: 730, Status: 'Enabled' }]]]);
    expect(rules({ recordsExpireAfter: Duration.days(1) })).toEqual([accessLogs, ['records', [{ ExpirationInDays: 1, Status: 'Enabled' }]]]);
    expect(rules({ recordsExpireAfter: Duration.hours(48) })).toEqual([accessLogs, ['records', [{ ExpirationInDays: 2, Status: 'Enabled' }]]]);
  });

  test('accepts an unresolved number of days after which contact records are deleted', () => {
    const stack = newStack();
    const recordsExpireAfter = Duration.days(new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber);
    contactRecords(stack, StreamingDestination.newDeliveryStream({ recordsExpireAfter }));
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: { Rules: [{ ExpirationInDays: { Ref: 'Days' } }] } });
  });

  test.each<[string, (stack: Stack) => unknown, string]>([
    ['no days', () => Duration.days(0), 'must be a whole number of days, at least 1, got 0 days'],
    ['a part of a day', () => Duration.hours(12), 'must be a whole number of days, at least 1, got 12 hours'],
    ['an unresolved number of hours', (stack) => Duration.hours(new CfnParameter(stack, 'Hours', { type: 'Number' }).valueAsNumber), 'must be a whole number of days, at least 1, got <token> hours'],
  ])('rejects %s as the time after which contact records are deleted', (_, time, message) => {
    const stack = newStack();
    expect(() => contactRecords(stack, StreamingDestination.newDeliveryStream({ recordsExpireAfter: time(stack) as Duration }))).toThrow(
      `Stack/Streaming/ContactRecords: recordsExpireAfter ${message}; specify a value such as Duration.days(365)`);
  });

  test.each<[string, (bucket: s3.Bucket) => NewDeliveryStreamProps]>([
    ['bucket', (bucket) => ({ bucket })],
    ['destination', (bucket) => ({ destination: new firehose.S3Bucket(bucket) })],
  ])('rejects recordsExpireAfter together with a %s, which it does not apply to', (_, props) => {
    const stack = newStack();
    expect(() => contactRecords(stack, StreamingDestination.newDeliveryStream({ ...props(new s3.Bucket(stack, 'Own')), recordsExpireAfter: Duration.days(30) }))).toThrow(
      'Stack/Streaming/ContactRecords: recordsExpireAfter cannot be combined with bucket or destination, got 30 days; add a lifecycle rule to your bucket instead, '
      + 'for example with Bucket.addLifecycleRule()');
  });

  describe('with a specified destination', () => {
    const warnings = (props: (stack: Stack) => firehose.S3BucketProps) => {
      const stack = newStack();
      const destination = new firehose.S3Bucket(new s3.Bucket(stack, 'Own'), props(stack));
      contactRecords(stack, StreamingDestination.newDeliveryStream({ destination }));
      return Annotations.fromStack(stack).findWarning('/Stack/Streaming/ContactRecords', Match.stringLikeRegexp('missingRecordDelimiter'))
        .map(({ entry }) => entry.data);
    };

    test('adds a warning, which can be acknowledged, if the destination adds no delimiter', () => {
      const expected = ['the destination of contact records adds no delimiter. Firehose concatenates the JSON objects, which Amazon Athena and most readers cannot '
        + 'separate; add new AppendDelimiterToRecordProcessor() to the processors of the destination, or acknowledge this warning if the readers can separate '
        + 'the objects' + acknowledgment('missingRecordDelimiter')];
      expect(warnings(() => ({}))).toEqual(expected);
      expect(warnings(() => ({ processors: [new firehose.DecompressionProcessor()] }))).toEqual(expected);
    });

    test('adds no warning if the destination adds a delimiter, converts the format, or has a function that defines the output', () => {
      expect(warnings(() => ({ processors: [new firehose.AppendDelimiterToRecordProcessor()] }))).toEqual([]);
      expect(warnings((stack) => ({
        processors: [new firehose.LambdaFunctionProcessor(lambda.Function.fromFunctionArn(stack, 'Function', `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`))],
      }))).toEqual([]);
      expect(warnings((stack) => ({
        dataFormatConversion: {
          inputFormat: firehose.InputFormat.HIVE_JSON,
          outputFormat: firehose.OutputFormat.PARQUET,
          schemaConfiguration: firehose.SchemaConfiguration.fromCfnTable(new glue.CfnTable(stack, 'Table', {
            catalogId: ACCOUNT, databaseName: 'd', tableInput: { name: 't' },
          })),
        },
      }))).toEqual([]);
    });

    test('adds no warning if it is not an Amazon S3 destination', () => {
      const stack = newStack();
      const destination: firehose.IDestination = {
        bind: () => ({ httpEndpointDestinationConfiguration: { endpointConfiguration: { url: 'https://example.com' }, s3Configuration: { bucketArn: 'b', roleArn: 'r' } } }) as firehose.DestinationConfig,
      };
      contactRecords(stack, StreamingDestination.newDeliveryStream({ destination }));
      Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    });
  });

  test('encrypts the delivery stream and its bucket with the specified key', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Specified');
    const streaming = contactRecords(stack, StreamingDestination.newDeliveryStream({
      encryption: firehose.StreamEncryption.customerManagedKey(key),
    }));

    const template = Template.fromStack(stack);
    expect(streaming.encryptionKey).toBeUndefined();
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: stack.resolve(key.keyArn) },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { KMSMasterKeyID: stack.resolve(key.keyArn) } }],
      },
    });
  });

  test('uses the key of the construct for customer managed encryption without a key', () => {
    const stack = newStack();
    const streaming = contactRecords(stack, StreamingDestination.newDeliveryStream({
      encryption: firehose.StreamEncryption.customerManagedKey(),
    }));

    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: stack.resolve(streaming.encryptionKey!.keyArn) },
    });
  });

  test.each([
    ['an AWS owned key', firehose.StreamEncryption.awsOwnedKey(), { KeyType: 'AWS_OWNED_CMK' }],
    ['no encryption', firehose.StreamEncryption.unencrypted(), Match.absent()],
  ])('creates no key if the delivery stream uses %s', (_, encryption, expected) => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream({ encryption }));

    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', { DeliveryStreamEncryptionConfigurationInput: expected });
    template.allResourcesProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
  });

  test('encrypts the delivery stream with an imported key', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream(), kms.Key.fromKeyArn(stack, 'Imported', KEY_ARN));

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: KEY_ARN },
    });
  });

  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['L2', (stack) => new kms.Key(stack, 'Key')],
    ['L1', (stack) => kms.Key.fromCfnKey(new kms.CfnKey(stack, 'Key', { keyPolicy: { Version: '2012-10-17', Statement: [] } }))],
  ])('does not change the policy of an %s key in another stack', (_, makeKey) => {
    const app = new App();
    const [keys, stack] = ['Keys', 'Stack'].map((id) => new Stack(app, id, { env: ENV }));
    contactRecords(stack, StreamingDestination.newDeliveryStream(), makeKey(keys));

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: { 'Fn::ImportValue': Match.stringLikeRegexp('Keys:.*Key.*Arn') } },
    });
    expect(JSON.stringify(Template.fromStack(keys).toJSON())).not.toContain('DeliveryStream');
  });

  test('allows its role in the policy of an L1 key in the same stack, which may not allow access by IAM policies', () => {
    const stack = newStack();
    const key = new kms.CfnKey(stack, 'Key', { keyPolicy: { Version: '2012-10-17', Statement: [] } });
    contactRecords(stack, StreamingDestination.newDeliveryStream(), kms.Key.fromCfnKey(key));

    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:GenerateDataKey*']) })]) },
    });
  });

  test('encrypts the delivery stream with the target key of an alias', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    contactRecords(stack, StreamingDestination.newDeliveryStream(), key.addAlias('streaming'));

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: stack.resolve(key.keyArn) },
    });
  });

  test('rejects an AWS managed key', () => {
    const stack = newStack();
    const key = kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis');
    expect(() => contactRecords(stack, StreamingDestination.newDeliveryStream(), key)).toThrow(
      'Stack/Streaming/ContactRecords: encryption of a delivery stream must use a customer managed key, got the AWS managed key '
      + `${JSON.stringify(stack.resolve(key.keyArn))}; specify a customer managed key, or StreamEncryption.awsOwnedKey()`);
  });
});

describe('newDeliveryStream() with a key in another account', () => {
  const account = '999988887777';

  test('allows the account of the delivery stream to use a key of the app through Firehose and Amazon S3 only', () => {
    const app = new App();
    const [keys, stack] = [new Stack(app, 'Keys', { env: { ...ENV, account } }), new Stack(app, 'Stack', { env: ENV })];
    contactRecords(stack, StreamingDestination.newDeliveryStream(), new kms.Key(keys, 'Key', { alias: 'key' }));

    Template.fromStack(keys).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([{
          Effect: 'Allow',
          Principal: { AWS: ACCOUNT },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:CreateGrant', 'kms:DescribeKey'],
          Resource: '*',
          Condition: {
            StringEquals: {
              'kms:ViaService': ['firehose', 's3'].map((service) => ({ 'Fn::Join': ['', [`${service}.${REGION}.`, { Ref: 'AWS::URLSuffix' }]] })),
            },
          },
        }]),
      },
    });
    const rules = check(readStacks([app.synth().directory])).filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
    expect(rules).toEqual([]);
  });

  test('adds a warning with the statement if the app does not define the key', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream(), kms.Key.fromKeyArn(stack, 'Key', KEY_ARN.replace(ACCOUNT, account)));

    Annotations.fromStack(stack).hasWarning('/Stack/Streaming/ContactRecords', Match.stringLikeRegexp('which is in another account.*kms:ViaService.*deliverByKeyOwner'));
  });
});

describe('deliveryStream()', () => {
  test('accepts a direct put delivery stream that the app defines', () => {
    const stack = newStack();
    const deliveryStream = new firehose.DeliveryStream(stack, 'DeliveryStream', { destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')) });
    const streaming = contactRecords(stack, StreamingDestination.deliveryStream(deliveryStream));

    expect(streaming.contactRecordsDeliveryStream).toBe(deliveryStream);
  });

  test('rejects a delivery stream with a Kinesis data stream as its source', () => {
    const stack = newStack();
    const deliveryStream = new firehose.DeliveryStream(stack, 'DeliveryStream', {
      source: new firehose.KinesisStreamSource(new kinesis.Stream(stack, 'Source')),
      destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')),
    });
    expect(() => contactRecords(stack, StreamingDestination.deliveryStream(deliveryStream))).toThrow(
      'Stack/Streaming/ContactRecords: the delivery stream must be of type DirectPut to receive records from Amazon Connect, got Stack/DeliveryStream of '
      + 'type KinesisStreamAsSource; specify its source with StreamingDestination.kinesisStream(), or a delivery stream without a source');
  });

  test.each([
    'arn:aws:kinesis:us-east-1:111122223333:stream/name',
    'arn:aws:firehose:us-east-1:111122223333:name/x',
    'arn:aws:firehose:us-east-1:111122223333:deliverystream/name ',
  ])('rejects "%s" as a delivery stream ARN', (arn) => {
    const stack = newStack();
    const destination = StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Existing', arn));
    expect(() => contactRecords(stack, destination)).toThrow(
      `Stack/Streaming/ContactRecords: contactRecords must be the ARN of a Firehose delivery stream, got "${arn}"; specify an ARN such as `
      + 'arn:aws:firehose:us-east-1:111122223333:deliverystream/name');
  });

  test('accepts a delivery stream that is imported by its name', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamName(stack, 'Existing', 'name')));

    Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
      KinesisFirehoseConfig: {
        FirehoseArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:firehose:${REGION}:${ACCOUNT}:deliverystream/name`]] },
      },
    });
  });

  test('accepts a delivery stream that is imported by an unresolved token', () => {
    const stack = newStack();
    const arn = new CfnParameter(stack, 'Arn').valueAsString;
    contactRecords(stack, StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Existing', arn)));

    Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
      KinesisFirehoseConfig: { FirehoseArn: { Ref: 'Arn' } },
    });
  });
});

describe('props of a new stream', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['an error of AWS CDK', { retentionPeriod: Duration.hours(1) }, 'newKinesisStream() must be valid, got the error "retentionPeriod must be between 24 and 8760 hours. Received 1"; '
      + 'change the props of newKinesisStream()'],
    ['a duration that is not in hours', { retentionPeriod: Duration.minutes(1450) }, 'newKinesisStream() must be valid, got the error "\'1450 minutes\' cannot be converted'],
  ])('are rejected with the path of the construct: %s', (_, props, message) => {
    expect(() => agentEvents(newStack(), StreamingDestination.newKinesisStream(props))).toThrow(`Stack/Streaming/AgentEvents: ${message}`);
  });

  test.each(['my stream', '', 'x'.repeat(129)])('cannot specify "%s" as the name', (streamName) => {
    expect(() => StreamingDestination.newKinesisStream({ streamName })).toThrow('StreamingDestination.newKinesisStream: streamName must be a name of at most 128 '
      + `letters, digits, underscores, periods and hyphens, got "${streamName}"; specify another name, or omit the name to generate one`);
  });

  test('cannot specify a name that two data types of a stack use', () => {
    const destination = StreamingDestination.newKinesisStream({ streamName: 'events' });
    const stack = newStack();
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: destination, contactRecords: destination }))
      .toThrow('Stack/Streaming/AgentEvents: streamName must be unique, got "events", which Stack/Streaming/ContactRecords already uses; ');
    expect(() => agentEvents(newStack(), destination)).not.toThrow();
  });

  test('cannot specify a name of a delivery stream that two constructs of a stack use', () => {
    const contactRecordsOf = StreamingDestination.newDeliveryStream({ deliveryStreamName: 'records' });
    const stack = newStack();
    contactRecords(stack, contactRecordsOf);
    expect(() => new ConnectDataStreaming(stack, 'Other', { instance: existingInstance(stack, 'OtherInstance', OTHER_INSTANCE_ARN), contactRecords: contactRecordsOf }))
      .toThrow('Stack/Other/ContactRecords: deliveryStreamName must be unique, got "records", which Stack/Streaming/ContactRecords already uses; create a destination '
        + 'for each data type, or remove the name to generate one');
  });

  test('cannot specify the source of a delivery stream, which would reject the records', () => {
    const props = { source: new firehose.KinesisStreamSource(new kinesis.Stream(newStack(), 'Source')) } as NewDeliveryStreamProps;
    expect(() => StreamingDestination.newDeliveryStream(props)).toThrow('StreamingDestination.newDeliveryStream: props cannot contain source, got KinesisStreamSource; '
      + 'specify deliveryStreamName, destination, bucket, recordsExpireAfter, encryption, role only');
  });

  test('cannot specify an object of another service as the destination of a delivery stream', () => {
    const stack = newStack();
    const destination = new SnsAction(new sns.Topic(stack, 'Topic')) as unknown as firehose.IDestination;
    expect(() => contactRecords(stack, StreamingDestination.newDeliveryStream({ destination })))
      .toThrow('Stack/Streaming/ContactRecords: destination must be a destination of a delivery stream, got SnsAction; specify a destination such as new S3Bucket(bucket)');
  });
});

describe('destination of the wrong type, which JavaScript does not prevent', () => {
  test.each<[string, string, (stack: Stack) => unknown]>([
    ['an ARN', `"${STREAM_ARN}"`, () => STREAM_ARN],
    ['a stream', 'Stack/Existing', (stack) => kinesis.Stream.fromStreamArn(stack, 'Existing', STREAM_ARN)],
  ])('rejects %s as a destination', (_, shown, destination) => {
    const stack = newStack();
    expect(() => agentEvents(stack, destination(stack) as KinesisStreamDestination)).toThrow(
      `Stack/Streaming: agentEvents must be a StreamingDestination, got ${shown}; create a stream with StreamingDestination.newKinesisStream(), or `
      + 'specify an existing stream with StreamingDestination.kinesisStream() or deliveryStream()');
  });

  test.each([
    ['agentEvents', 'AgentEvents'], ['voiceAnalysisSegments', 'VoiceAnalysisSegments'], ['chatAnalysisSegments', 'ChatAnalysisSegments'],
  ])('rejects a delivery stream as the destination of %s', (prop, id) => {
    for (const destination of [
      (stack: Stack) => StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Existing', DELIVERY_STREAM_ARN)),
      () => StreamingDestination.newDeliveryStream(),
    ]) {
      const stack = newStack();
      const props = { instance: existingInstance(stack), [prop]: destination(stack) };
      expect(() => new ConnectDataStreaming(stack, 'Streaming', props)).toThrow(
        `Stack/Streaming/${id}: ${prop} must be sent to a Kinesis data stream, got a Firehose delivery stream; use StreamingDestination.kinesisStream() or `
        + 'StreamingDestination.newKinesisStream()');
    }
  });
});

function child(scope: Construct, id: string): Construct {
  return scope.node.findChild(id) as Construct;
}
