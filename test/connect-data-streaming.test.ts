import { aws_iam as iam, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ConnectDataStreaming, StreamingDestination } from '../src';
import {
  connectStatements, DELIVERY_STREAM_ARN, existingInstance, INSTANCE_ARN, instanceWithRole, newInstance, newStack, resources, ROLE_ARN,
  sdkCalls, SID, STREAM_ARN, theOnly, types,
} from './support';

const MANAGED = { encryption: kinesis.StreamEncryption.MANAGED };

describe('what is streamed', () => {
  test('each kind of data goes to its stream', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: StreamingDestination.newKinesisStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
      voiceAnalysisSegments: StreamingDestination.newKinesisStream(),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(),
    });

    const template = Template.fromStack(stack);
    for (const [resourceType, stream] of Object.entries({
      CONTACT_TRACE_RECORDS: streaming.contactRecordsStream,
      AGENT_EVENTS: streaming.agentEventsStream,
      REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS: streaming.voiceAnalysisSegmentsStream,
      REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS: streaming.chatAnalysisSegmentsStream,
    })) {
      template.hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
        InstanceArn: INSTANCE_ARN,
        ResourceType: resourceType,
        StorageType: 'KINESIS_STREAM',
        KinesisStreamConfig: { StreamArn: stack.resolve(stream!.streamArn) },
        KinesisFirehoseConfig: Match.absent(),
      });
    }
    template.resourceCountIs('AWS::Connect::InstanceStorageConfig', 4);
    template.resourceCountIs('AWS::Kinesis::Stream', 4);
  });

  test('contact records can go to a delivery stream', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.newDeliveryStream(),
    });

    Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
      InstanceArn: INSTANCE_ARN,
      ResourceType: 'CONTACT_TRACE_RECORDS',
      StorageType: 'KINESIS_FIREHOSE',
      KinesisFirehoseConfig: { FirehoseArn: stack.resolve(streaming.contactRecordsDeliveryStream!.deliveryStreamArn) },
      KinesisStreamConfig: Match.absent(),
    });
    expect(streaming.contactRecordsStream).toBeUndefined();
  });

  test('existing streams stay as they are', () => {
    const stack = newStack();
    const stream = kinesis.Stream.fromStreamArn(stack, 'AgentEvents', STREAM_ARN);
    const deliveryStream = firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'ContactRecords', DELIVERY_STREAM_ARN);
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.deliveryStream(deliveryStream),
      agentEvents: StreamingDestination.kinesisStream(stream),
    });

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Connect::InstanceStorageConfig']);
    expect(streaming.contactRecordsDeliveryStream).toBe(deliveryStream);
    expect(streaming.agentEventsStream).toBe(stream);
    Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
      KinesisStreamConfig: { StreamArn: STREAM_ARN },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
      KinesisFirehoseConfig: { FirehoseArn: DELIVERY_STREAM_ARN },
    });
  });

  test('what is not asked for is not there', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(MANAGED),
    });

    expect(streaming.contactRecordsStream).toBeUndefined();
    expect(streaming.contactRecordsDeliveryStream).toBeUndefined();
    expect(streaming.agentEventsStream).toBeUndefined();
    expect(streaming.voiceAnalysisSegmentsStream).toBeUndefined();
    expect(streaming.chatAnalysisSegmentsStream).toBeDefined();
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
  });

  test('nothing to stream is an error', () => {
    const stack = newStack();
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack) }))
      .toThrow('Stack/Streaming: nothing to stream; pass one or more of contactRecords, agentEvents, voiceAnalysisSegments and chatAnalysisSegments');
  });

  test('the construct ids, and so the logical ids, are those of the contract', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: StreamingDestination.newDeliveryStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
      voiceAnalysisSegments: StreamingDestination.newKinesisStream(),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(),
    });

    const paths = streaming.node.findAll().map((child) => child.node.path);
    expect(paths).toEqual(expect.arrayContaining([
      'Stack/Streaming/Key',
      'Stack/Streaming/ContactRecords/DeliveryStream',
      'Stack/Streaming/ContactRecords/Resource',
      'Stack/Streaming/AgentEvents/Stream',
      'Stack/Streaming/AgentEvents/Resource',
      'Stack/Streaming/VoiceAnalysisSegments/Stream',
      'Stack/Streaming/VoiceAnalysisSegments/Resource',
      'Stack/Streaming/ChatAnalysisSegments/Stream',
      'Stack/Streaming/ChatAnalysisSegments/Resource',
    ]));
  });
});

describe('the encryption key', () => {
  test('one customer managed key with rotation serves everything that is made', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: StreamingDestination.newDeliveryStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
      voiceAnalysisSegments: StreamingDestination.newKinesisStream(),
    });

    const keyArn = stack.resolve(streaming.encryptionKey!.keyArn);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true, Description: 'Amazon Connect data streaming' });
    template.allResourcesProperties('AWS::Kinesis::Stream', { StreamEncryption: { EncryptionType: 'KMS', KeyId: keyArn } });
    template.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyARN: keyArn, KeyType: 'CUSTOMER_MANAGED_CMK' },
    });
  });

  test('a given key is used instead', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      agentEvents: StreamingDestination.newKinesisStream(),
      encryptionKey: key,
    });

    expect(streaming.encryptionKey).toBe(key);
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
    Template.fromStack(stack).hasResourceProperties('AWS::Kinesis::Stream', {
      StreamEncryption: { KeyId: stack.resolve(key.keyArn) },
    });
    expect(connectStatements(stack)).toHaveLength(1);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('there is none when nothing needs one', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.newDeliveryStream({ encryption: firehose.StreamEncryption.awsOwnedKey() }),
      agentEvents: StreamingDestination.newKinesisStream(MANAGED),
      voiceAnalysisSegments: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.UNENCRYPTED }),
    });

    expect(streaming.encryptionKey).toBeUndefined();
    expect(types(stack)).not.toContain('AWS::KMS::Key');
    expect(types(stack)).not.toContain('AWS::Lambda::Function');
  });

  test('a given key that nothing uses is a warning', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream(MANAGED),
      encryptionKey: new kms.Key(stack, 'Key'),
    });

    Annotations.fromStack(stack).hasWarning('/Stack/Streaming', Match.stringLikeRegexp(
      'encryptionKey is for what this construct makes.*Stream.fromStreamAttributes.*cdk-connect-data-streaming:unusedEncryptionKey'));
    expect(connectStatements(stack)).toEqual([]);
  });
});

describe('the service-linked role', () => {
  test('an instance of the app has it as an attribute', () => {
    const stack = newStack();
    const instance = newInstance(stack);
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance,
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    const role = { 'Fn::GetAtt': [stack.getLogicalId(instance), 'ServiceRole'] };
    expect(connectStatements(stack)).toEqual([
      { Sid: SID, Effect: 'Allow', Principal: { AWS: role }, Action: 'kms:GenerateDataKey', Resource: '*' },
    ]);
    expect(stack.resolve(streaming.serviceRoleArn)).toEqual(role);
    Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
      InstanceArn: { Ref: stack.getLogicalId(instance) }, // documented: the ARN
    });
    expect(types(stack)).toEqual([
      'AWS::Connect::Instance', 'AWS::Connect::InstanceStorageConfig', 'AWS::KMS::Key', 'AWS::Kinesis::Stream',
    ]);
  });

  test('a known role is used as it is', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    expect(streaming.serviceRoleArn).toBe(ROLE_ARN);
    expect(connectStatements(stack)).toEqual([
      { Sid: SID, Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:GenerateDataKey', Resource: '*' },
    ]);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::KMS::Key', 'AWS::Kinesis::Stream']);
  });

  test('an unknown role is looked up at deployment, once per instance and stack', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'One', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.newKinesisStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
    });
    const two = new ConnectDataStreaming(stack, 'Two', {
      instance: existingInstance(stack, 'SameInstance'),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(),
    });

    const [lookup] = theOnly(resources(stack, 'Custom::AWS'));
    const role = { 'Fn::GetAtt': [lookup, 'Instance.ServiceRole'] };
    const statement = { Sid: SID, Effect: 'Allow', Principal: { AWS: role }, Action: 'kms:GenerateDataKey', Resource: '*' };
    expect(connectStatements(stack)).toEqual([statement, statement]); // one in each of the two keys
    expect(stack.resolve(two.serviceRoleArn)).toEqual(role);
  });

  test('the look-up asks for the role of just this instance, with no more rights than that takes', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    const call = {
      service: 'connect',
      action: 'DescribeInstance',
      parameters: { InstanceId: INSTANCE_ARN },
      outputPaths: ['Instance.ServiceRole'],
      physicalResourceId: { responsePath: 'Instance.Id' },
    };
    expect(sdkCalls(stack, 'Create')).toEqual([call]);
    expect(sdkCalls(stack, 'Update')).toEqual([call]); // a changed instance is looked up again
    expect(sdkCalls(stack, 'Delete')).toEqual([]);

    const template = Template.fromStack(stack);
    template.hasResourceProperties('Custom::AWS', { InstallLatestAwsSdk: false });
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 'connect:DescribeInstance', Resource: INSTANCE_ARN },
          { Effect: 'Allow', Action: 'ds:DescribeDirectories', Resource: '*' },
        ],
      },
    });
  });

  test.each([[false], [true]])('is only looked up when something asks for it: %s', (asked) => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream(MANAGED),
    });
    if (asked) stack.exportValue(streaming.serviceRoleArn, { name: 'ServiceRole' });

    expect(types(stack).includes('Custom::AWS')).toBe(asked);
  });
});

describe('reading the streams', () => {
  test('a grantee may read every Kinesis stream and decrypt with its key', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: StreamingDestination.newDeliveryStream({ encryption: firehose.StreamEncryption.awsOwnedKey() }),
      agentEvents: StreamingDestination.newKinesisStream(),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(MANAGED),
    });
    const reader = new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const grant = streaming.grantRead(reader);

    expect(grant.success).toBe(true);
    const reading = Match.arrayWith(['kinesis:GetRecords', 'kinesis:GetShardIterator']);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: stack.getLogicalId(reader.node.defaultChild as iam.CfnRole) }],
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: reading, Resource: stack.resolve(streaming.agentEventsStream!.streamArn) },
          { Effect: 'Allow', Action: 'kms:Decrypt', Resource: stack.resolve(streaming.encryptionKey!.keyArn) },
          { Effect: 'Allow', Action: reading, Resource: stack.resolve(streaming.chatAnalysisSegmentsStream!.streamArn) },
        ],
      },
    });
  });

  test('without a Kinesis stream there is nothing to read', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.newDeliveryStream(),
    });

    expect(() => streaming.grantRead(new iam.ServicePrincipal('lambda.amazonaws.com')))
      .toThrow('Stack/Streaming: there is no Kinesis data stream to read');
  });
});
