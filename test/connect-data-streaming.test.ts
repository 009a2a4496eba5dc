import {
  aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, RemovalPolicies, RemovalPolicy,
  type Stack,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ConnectDataStreaming, type ConnectInstance, type KeyAccess, StreamingDestination } from '../src';
import {
  acknowledgment, associations, connectStatements, DELIVERY_STREAM_ARN, existingInstance, INSTANCE_ARN, instanceWithRole, newInstance, newStack,
  resources, ROLE_ARN, sdkCalls, SID, STREAM_ARN, theOnly, types,
} from './support';

const MANAGED = { encryption: kinesis.StreamEncryption.MANAGED };

describe('ConnectDataStreaming', () => {
  test('sends each data type to its own stream', () => {
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

  test('sends contact records to a delivery stream', () => {
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

  test('creates only associations for existing streams', () => {
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

  test('creates nothing for data types that are not streamed', () => {
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

  test('rejects props without a data type', () => {
    const stack = newStack();
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack) })).toThrow(
      'Stack/Streaming: at least one of contactRecords, agentEvents, voiceAnalysisSegments, chatAnalysisSegments must be specified, got none; '
      + 'specify the destination of each data type to stream, such as StreamingDestination.newKinesisStream()');
  });

  test.each<[unknown, string]>([
    [INSTANCE_ARN, `"${INSTANCE_ARN}"`], [undefined, 'undefined'], [newStack(), 'Stack'], [{}, '{}'],
  ])('rejects %s as an instance', (instance, shown) => {
    const props = { agentEvents: StreamingDestination.newKinesisStream(), instance: instance as ConnectInstance };
    expect(() => new ConnectDataStreaming(newStack(), 'Streaming', props)).toThrow(
      `Stack/Streaming: instance must be an Amazon Connect instance, got ${shown}; specify a CfnInstance, or import an instance with `
      + 'ConnectInstance.fromInstanceArn()');
  });

  test('creates constructs with stable ids, from which logical ids are derived', () => {
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

describe('association properties', () => {
  const ASSOCIATIONS = {
    contactRecordsAssociation: { prop: 'contactRecords', resourceType: 'CONTACT_TRACE_RECORDS' },
    agentEventsAssociation: { prop: 'agentEvents', resourceType: 'AGENT_EVENTS' },
    voiceAnalysisSegmentsAssociation: { prop: 'voiceAnalysisSegments', resourceType: 'REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS' },
    chatAnalysisSegmentsAssociation: { prop: 'chatAnalysisSegments', resourceType: 'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS' },
  } as const;
  const properties = Object.keys(ASSOCIATIONS) as Array<keyof typeof ASSOCIATIONS>;

  test.each(properties)('%s is the only association if no other data type is streamed', (property) => {
    const stack = newStack();
    const { prop, resourceType } = ASSOCIATIONS[property];
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      [prop]: StreamingDestination.newKinesisStream(MANAGED),
    });

    const association = streaming[property]!;
    expect(connect.CfnInstanceStorageConfig.isCfnInstanceStorageConfig(association)).toBe(true);
    expect(association.resourceType).toBe(resourceType);
    const [logicalId, { Properties }] = theOnly(associations(stack));
    expect(stack.getLogicalId(association)).toBe(logicalId);
    expect(Properties.ResourceType).toBe(resourceType);
    for (const other of properties.filter((one) => one !== property)) expect([other, streaming[other]]).toEqual([other, undefined]);
  });

  test('are the associations of their data types if all data types are streamed', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.newDeliveryStream({ encryption: firehose.StreamEncryption.awsOwnedKey() }),
      agentEvents: StreamingDestination.newKinesisStream(MANAGED),
      voiceAnalysisSegments: StreamingDestination.newKinesisStream(MANAGED),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(MANAGED),
    });

    const resourceTypes = Object.entries(associations(stack)).map(([logicalId, { Properties }]) => [logicalId, Properties.ResourceType]);
    expect(properties.map((property) => [stack.getLogicalId(streaming[property]!), ASSOCIATIONS[property].resourceType])).toEqual(resourceTypes);
  });
});

describe('encryptionKey', () => {
  test('defaults to one customer managed key with rotation for all new streams', () => {
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

  test('replaces the default key if it is specified', () => {
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

  test('is undefined if no stream needs a customer managed key', () => {
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

  test('causes a warning if it is specified but not used', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream(MANAGED),
      encryptionKey: new kms.Key(stack, 'Key'),
    });

    Annotations.fromStack(stack).hasWarning('/Stack/Streaming',
      'encryptionKey is not used: it encrypts the streams and buckets that this construct creates, and none of them needs it; to specify the key of an '
      + 'existing stream, import the stream with Stream.fromStreamAttributes({ streamArn, encryptionKey }); otherwise remove encryptionKey, or acknowledge '
      + 'this warning' + acknowledgment('unusedEncryptionKey'));
    expect(connectStatements(stack)).toEqual([]);
  });
});

test('the key and the streams are retained, except if their creation is rolled back, unless the app sets another removal policy', () => {
  const streamTo = (stack: Stack) => new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    agentEvents: StreamingDestination.newKinesisStream(),
    voiceAnalysisSegments: StreamingDestination.newKinesisStream({ removalPolicy: RemovalPolicy.DESTROY }),
  });
  const stack = newStack();
  streamTo(stack);
  const [deleted, retained] = [{ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' }, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }];
  Template.fromStack(stack).hasResource('AWS::KMS::Key', retained);
  expect(Object.values(resources(stack, 'AWS::Kinesis::Stream'))).toMatchObject([retained, deleted]);

  const other = newStack();
  RemovalPolicies.of(streamTo(other)).apply(RemovalPolicy.DESTROY);
  Template.fromStack(other).hasResource('AWS::KMS::Key', deleted);
});

test.each([
  ['agentEvent', 'agentEvents'], ['agent_events', 'agentEvents'], ['contactRecord', 'contactRecords'], ['voiceAnalysisSegment', 'voiceAnalysisSegments'],
  ['encryption_key', 'encryptionKey'], ['agentInvents', 'agentEvents'], ['agentEven', 'agentEvents'], ['myAgentEvents', 'agentEvents'], ['keyAces', 'keyAccess'], ['keyExcess', 'keyAccess'],
])('rejects the misspelled prop %s', (misspelled, prop) => {
  const stack = newStack();
  const destination = StreamingDestination.newKinesisStream();
  const props = { instance: existingInstance(stack), chatAnalysisSegments: destination, [misspelled]: destination };
  expect(() => new ConnectDataStreaming(stack, 'Streaming', props)).toThrow(
    `Stack/Streaming: props cannot contain ${misspelled}, got NewKinesisStream; specify ${prop} instead`);
});

test('rejects a destination in a prop of another name', () => {
  const stack = newStack();
  const destination = StreamingDestination.newKinesisStream();
  const props = { instance: existingInstance(stack), agentEvents: destination, chats: destination };
  expect(() => new ConnectDataStreaming(stack, 'Streaming', props)).toThrow(
    'Stack/Streaming: props cannot contain chats, got NewKinesisStream; specify contactRecords or agentEvents or voiceAnalysisSegments or '
    + 'chatAnalysisSegments instead');
});

test.each(['team', 'encryption', 'keyAccessFor', 'mapAccess', 'access'])('accepts the other prop %s, which a class that extends the construct can have', (prop) => {
  const stack = newStack();
  const props = { instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream(), [prop]: 'data' };
  expect(() => new ConnectDataStreaming(stack, 'Streaming', props)).not.toThrow();
});

test.each(['external', 'KeyAccess.EXTERNAL', null, {}])('rejects %j as keyAccess, with an error that lists the values', (keyAccess) => {
  const stack = newStack();
  const props = { instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream(), keyAccess: keyAccess as KeyAccess };
  expect(() => new ConnectDataStreaming(stack, 'Streaming', props)).toThrow('Stack/Streaming: keyAccess must be one of KeyAccess.AUTOMATIC, KeyAccess.KEY_POLICY, '
    + `KeyAccess.GRANT, KeyAccess.EXTERNAL, got ${JSON.stringify(keyAccess)}; specify a value such as KeyAccess.AUTOMATIC`);
});

describe('serviceRoleArn', () => {
  test('is an attribute of an instance that the app defines', () => {
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
      InstanceArn: { Ref: stack.getLogicalId(instance) }, // the Ref of an instance is its ARN
    });
    expect(types(stack)).toEqual([
      'AWS::Connect::Instance', 'AWS::Connect::InstanceStorageConfig', 'AWS::KMS::Key', 'AWS::Kinesis::Stream',
    ]);
  });

  test('is the specified role of an imported instance', () => {
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

  test('is looked up at deployment once per instance and stack if the role is not known', () => {
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
    expect(connectStatements(stack)).toEqual([statement, statement]); // one in the policy of each key
    expect(stack.resolve(two.serviceRoleArn)).toEqual(role);
  });

  test('is looked up with the permission to describe this instance only', () => {
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
    expect(sdkCalls(stack, 'Update')).toEqual([call]); // a different instance is looked up again
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

  test.each([
    ['is not looked up if no key needs it and the app does not read it', false],
    ['is looked up if no key needs it but the app reads it', true],
  ])('%s', (_, isRead) => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream(MANAGED),
    });
    if (isRead) stack.exportValue(streaming.serviceRoleArn, { name: 'ServiceRole' });

    expect(types(stack).includes('Custom::AWS')).toBe(isRead);
  });
});

describe('grantRead', () => {
  test('grants the grantee permission to read all Kinesis data streams and to decrypt with their keys', () => {
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

  test('rejects a construct without a Kinesis data stream', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.newDeliveryStream(),
    });

    expect(() => streaming.grantRead(new iam.ServicePrincipal('lambda.amazonaws.com')))
      .toThrow('Stack/Streaming: grantRead() requires a Kinesis data stream, got only a delivery stream; grant access to the destination of the delivery stream');
  });
});
