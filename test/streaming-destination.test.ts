import {
  Annotations as Warnings, App, aws_iam as iam, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, aws_s3 as s3, CfnParameter,
  Duration, Stack,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, type ConnectInstance, type KinesisStreamDestination, StreamingDestination } from '../src';
import {
  ACCOUNT, connectStatements, DELIVERY_STREAM_ARN, ENV, existingInstance, INSTANCE_ARN, instanceWithRole, KEY_ARN, newStack,
  REGION, STREAM_ARN, types,
} from './support';

function agentEvents(stack: Stack, destination: KinesisStreamDestination, encryptionKey?: kms.IKey): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: destination, encryptionKey });
}

function contactRecords(stack: Stack, destination: StreamingDestination, encryptionKey?: kms.IKey): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), contactRecords: destination, encryptionKey });
}

describe('a new Kinesis stream', () => {
  test('has on-demand capacity', () => {
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
  ])('has the capacity that it is given: %p', (props) => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.newKinesisStream(props));

    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', {
      ShardCount: 2,
      StreamModeDetails: props.streamMode ? { StreamMode: 'PROVISIONED' } : Match.absent(),
    });
  });

  test('has the other properties that it is given', () => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.newKinesisStream({ streamName: 'agent-events', retentionPeriod: Duration.days(7) }));

    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', { Name: 'agent-events', RetentionPeriodHours: 168 });
  });

  test('has the construct\'s key when it asks for KMS without naming one', () => {
    const stack = newStack();
    const streaming = agentEvents(stack, StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.KMS }));

    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', {
      StreamEncryption: { KeyId: stack.resolve(streaming.encryptionKey!.keyArn) },
    });
  });

  test('has its own key when it is given one, and Amazon Connect may use that', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'OwnKey');
    const streaming = agentEvents(stack, StreamingDestination.newKinesisStream({ encryptionKey: key }));

    expect(streaming.encryptionKey).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', { StreamEncryption: { KeyId: stack.resolve(key.keyArn) } });
    expect(connectStatements(stack)).toHaveLength(1);
  });

  test.each([
    [kinesis.StreamEncryption.MANAGED, { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }],
    [kinesis.StreamEncryption.UNENCRYPTED, Match.absent()],
  ])('%s encryption needs neither key nor role', (encryption, expected) => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream({ encryption }),
    });

    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', { StreamEncryption: expected });
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
  });

  test('one destination for two kinds of data makes two streams', () => {
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

describe('an existing Kinesis stream', () => {
  test('of unknown encryption is a warning that can be acknowledged', () => {
    const warned = newStack();
    agentEvents(warned, StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(warned, 'Existing', STREAM_ARN)));
    Annotations.fromStack(warned).hasWarning('/Stack/Streaming/AgentEvents', Match.stringLikeRegexp(
      `${STREAM_ARN}.*Stream.fromStreamAttributes.*if it has none, acknowledge this warning.*cdk-connect-data-streaming:unknownStreamEncryption`));

    const quiet = newStack();
    const streaming = agentEvents(quiet, StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(quiet, 'Existing', STREAM_ARN)));
    Warnings.of(streaming).acknowledgeWarning('cdk-connect-data-streaming:unknownStreamEncryption');
    Annotations.fromStack(quiet).hasNoWarning('*', Match.anyValue());
  });

  test('of the app may be encrypted as it likes', () => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.kinesisStream(new kinesis.Stream(stack, 'Mine', { encryption: kinesis.StreamEncryption.UNENCRYPTED })));

    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
  });

  test('of the app with a customer managed key lets Amazon Connect use that key', () => {
    const stack = newStack();
    agentEvents(stack, StreamingDestination.kinesisStream(new kinesis.Stream(stack, 'Mine', { encryption: kinesis.StreamEncryption.KMS })));

    expect(connectStatements(stack)).toHaveLength(1);
  });

  test.each([
    'arn:aws:firehose:us-east-1:111122223333:deliverystream/name',
    'arn:aws:kinesis:us-east-1:111122223333:name',
    'arn:aws:kinesis:us-east-1:111122223333:stream/name/consumer/x',
    'arn:aws:kinesis:us-east-1:111122223333:stream/name ',
  ])('must be one: %s', (arn) => {
    const stack = newStack();
    const destination = StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Existing', arn));
    expect(() => agentEvents(stack, destination)).toThrow(`Stack/Streaming/AgentEvents: "${arn}" is not the ARN of a Kinesis data stream; it looks like arn:aws:kinesis:us-east-1:111122223333:stream/name`);
  });
});

describe('a new delivery stream', () => {
  test('takes direct puts and is encrypted with the construct\'s key', () => {
    const stack = newStack();
    const streaming = contactRecords(stack, StreamingDestination.newDeliveryStream());

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamType: 'DirectPut',
      DeliveryStreamEncryptionConfigurationInput: {
        KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: stack.resolve(streaming.encryptionKey!.keyArn),
      },
    });
  });

  test('needs nothing for Amazon Connect in the key policy: Firehose makes its own grant', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream());

    expect(connectStatements(stack)).toEqual([]);
    expect(types(stack)).not.toContain('Custom::AWS');
    expect(types(stack)).not.toContain('AWS::Lambda::Function');
  });

  test('writes compressed lines of JSON under a prefix a day, and errors apart from them', () => {
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

  test('writes to a private bucket that is encrypted, takes TLS only and logs access', () => {
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
    template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
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
    ['made', undefined],
    ['given', 'arn:aws:iam::111122223333:role/firehose'],
  ])('encrypts and delivers with one role: %s', (_, arn) => {
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

  test('delivers to the destination that it is given', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Mine');
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

  test('takes the encryption that it is given, its bucket too', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'OwnKey');
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

  test('a customer managed key that is not named is the construct\'s', () => {
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
    [firehose.StreamEncryption.awsOwnedKey(), { KeyType: 'AWS_OWNED_CMK' }],
    [firehose.StreamEncryption.unencrypted(), Match.absent()],
  ])('needs no key with encryption %#', (encryption, expected) => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream({ encryption }));

    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 0);
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', { DeliveryStreamEncryptionConfigurationInput: expected });
    template.allResourcesProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
  });

  test('uses an imported key as it is', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.newDeliveryStream(), kms.Key.fromKeyArn(stack, 'Theirs', KEY_ARN));

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: KEY_ARN },
    });
  });

  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['L2', (stack) => new kms.Key(stack, 'Key')],
    ['L1', (stack) => kms.Key.fromCfnKey(new kms.CfnKey(stack, 'Key', { keyPolicy: { Version: '2012-10-17', Statement: [] } }))],
  ])('uses a key of another stack without changing its policy: %s', (_, makeKey) => {
    const app = new App();
    const [keys, stack] = ['Keys', 'Stack'].map((id) => new Stack(app, id, { env: ENV }));
    contactRecords(stack, StreamingDestination.newDeliveryStream(), makeKey(keys));

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: { 'Fn::ImportValue': Match.stringLikeRegexp('Keys:.*Key.*Arn') } },
    });
    expect(JSON.stringify(Template.fromStack(keys).toJSON())).not.toContain('DeliveryStream');
  });

  test('lets its role in on an L1 key of the same stack, whose policy may not leave that to IAM', () => {
    const stack = newStack();
    const key = new kms.CfnKey(stack, 'Key', { keyPolicy: { Version: '2012-10-17', Statement: [] } });
    contactRecords(stack, StreamingDestination.newDeliveryStream(), kms.Key.fromCfnKey(key));

    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['kms:GenerateDataKey*']) })]) },
    });
  });

  test('uses the key behind an alias of the app', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Mine');
    contactRecords(stack, StreamingDestination.newDeliveryStream(), key.addAlias('streaming'));

    Template.fromStack(stack).hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: stack.resolve(key.keyArn) },
    });
  });

  test('can\'t be encrypted with an AWS managed key', () => {
    const stack = newStack();
    const key = kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis');
    expect(() => contactRecords(stack, StreamingDestination.newDeliveryStream(), key)).toThrow(
      /^Stack\/Streaming\/ContactRecords: a delivery stream can't be encrypted with the AWS managed key {"Fn::Join":.*alias\/aws\/kinesis.*StreamEncryption.awsOwnedKey/);
  });
});

describe('an existing delivery stream', () => {
  test('of the app takes direct puts', () => {
    const stack = newStack();
    const mine = new firehose.DeliveryStream(stack, 'Mine', { destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')) });
    const streaming = contactRecords(stack, StreamingDestination.deliveryStream(mine));

    expect(streaming.contactRecordsDeliveryStream).toBe(mine);
  });

  test('that reads from a Kinesis stream is an error', () => {
    const stack = newStack();
    const mine = new firehose.DeliveryStream(stack, 'Mine', {
      source: new firehose.KinesisStreamSource(new kinesis.Stream(stack, 'Source')),
      destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')),
    });
    expect(() => contactRecords(stack, StreamingDestination.deliveryStream(mine))).toThrow(
      'Stack/Streaming/ContactRecords: Stack/Mine is a KinesisStreamAsSource delivery stream, which refuses records from Amazon Connect; '
      + 'pass its source with StreamingDestination.kinesisStream()');
  });

  test.each([
    'arn:aws:kinesis:us-east-1:111122223333:stream/name',
    'arn:aws:firehose:us-east-1:111122223333:name/x',
    'arn:aws:firehose:us-east-1:111122223333:deliverystream/name ',
  ])('must be one: %s', (arn) => {
    const stack = newStack();
    const destination = StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Existing', arn));
    expect(() => contactRecords(stack, destination))
      .toThrow(`Stack/Streaming/ContactRecords: "${arn}" is not the ARN of a Firehose delivery stream; it looks like arn:aws:firehose:us-east-1:111122223333:deliverystream/name`);
  });

  test('can be given by its name', () => {
    const stack = newStack();
    contactRecords(stack, StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamName(stack, 'Existing', 'name')));

    Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
      KinesisFirehoseConfig: {
        FirehoseArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:firehose:${REGION}:${ACCOUNT}:deliverystream/name`]] },
      },
    });
  });

  test('can be a token', () => {
    const stack = newStack();
    const arn = new CfnParameter(stack, 'Arn').valueAsString;
    contactRecords(stack, StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Existing', arn)));

    Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
      KinesisFirehoseConfig: { FirehoseArn: { Ref: 'Arn' } },
    });
  });
});

describe('from JavaScript, where no types help', () => {
  test.each<[unknown, string]>([
    [INSTANCE_ARN, `"${INSTANCE_ARN}"`], [undefined, 'undefined'], [newStack(), 'Stack'], [{}, 'Object'],
  ])('instance can\'t be %s', (instance, shown) => {
    const props = { agentEvents: StreamingDestination.newKinesisStream(), instance: instance as unknown as ConnectInstance };
    expect(() => new ConnectDataStreaming(newStack(), 'Streaming', props)).toThrow(
      `Stack/Streaming: instance is ${shown}, not an Amazon Connect instance; pass a CfnInstance, or an ARN by way of ConnectInstance.fromInstanceArn()`);
  });

  test('an ARN is no destination', () => {
    const stack = newStack();
    expect(() => agentEvents(stack, STREAM_ARN as unknown as KinesisStreamDestination)).toThrow(`Stack/Streaming/AgentEvents: "${STREAM_ARN}" is not a destination`);
  });

  test('a stream is no destination', () => {
    const stack = newStack();
    const stream = kinesis.Stream.fromStreamArn(stack, 'Existing', STREAM_ARN) as unknown as KinesisStreamDestination;
    expect(() => agentEvents(stack, stream)).toThrow(
      'Stack/Streaming/AgentEvents: Stack/Existing is not a destination; wrap a stream with StreamingDestination.kinesisStream() or deliveryStream()');
  });

  test.each(['agentEvents', 'voiceAnalysisSegments', 'chatAnalysisSegments'])('%s can\'t go to a delivery stream', (kind) => {
    for (const destination of [
      (stack: Stack) => StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Existing', DELIVERY_STREAM_ARN)),
      () => StreamingDestination.newDeliveryStream(),
    ]) {
      const stack = newStack();
      const props = { instance: existingInstance(stack), [kind]: destination(stack) };
      expect(() => new ConnectDataStreaming(stack, 'Streaming', props)).toThrow(
        /^Stack\/Streaming\/(Agent|Voice|Chat)\w+: (AGENT_EVENTS|REAL_TIME_\w+) can't go to a delivery stream, only to a Kinesis data stream; use StreamingDestination.kinesisStream/);
    }
  });
});

function child(scope: Construct, id: string): Construct {
  return scope.node.findChild(id) as Construct;
}
