import {
  App, aws_events as events, aws_events_targets as targets, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, aws_sns as sns,
  Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { auditApps } from './cloudtrail/audit-cases';
import {
  ACCOUNT, DELIVERY_STREAM_ARN, ENV, existingInstance, INSTANCE_ID, instanceWithRole, KEY_ARN, newInstance, newStack, REGION, resources, ROLE_ARN,
  STREAM_ARN, types,
} from './support';
import { ConnectDataStreaming, type ConnectDataStreamingProps, DataStreamingAudit, KeyAccess, StreamingDestination } from '../src';

interface RuleProperties {
  readonly Description: string;
  readonly EventPattern: { readonly source: string[]; readonly detail: Record<string, unknown> };
  readonly State: string;
  readonly Targets?: Array<{ readonly Arn: unknown }>;
}

const KINESIS = StreamingDestination.newKinesisStream();

/** Returns the rules by their ids. */
function rules(audit: DataStreamingAudit): Record<string, RuleProperties> {
  const stack = Stack.of(audit);
  return Object.fromEntries(audit.rules.map((rule) => [
    rule.node.id, resources(stack, 'AWS::Events::Rule')[stack.getLogicalId(rule.node.defaultChild as events.CfnRule)].Properties as unknown as RuleProperties,
  ]));
}

function auditOf(stack: Stack, props: Omit<ConnectDataStreamingProps, 'instance'>): DataStreamingAudit {
  const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), ...props });
  return new DataStreamingAudit(stack, 'Audit', { streaming });
}

function existingStream(stack: Stack, encryptionKey?: kms.IKey): kinesis.IStream {
  return kinesis.Stream.fromStreamAttributes(stack, 'Existing', { streamArn: STREAM_ARN, encryptionKey });
}

describe('rules', () => {
  test.each<[string, string[], (stack: Stack) => DataStreamingAudit]>([
    ['a new stream and a new delivery stream', ['KeyAccessDenied', 'KeyChanged', 'StreamChanged', 'DeliveryStreamChanged', 'AssociationChanged', 'InstanceDeleted'],
      (stack) => auditOf(stack, { contactRecords: StreamingDestination.newDeliveryStream(), agentEvents: KINESIS })],
    ['only a delivery stream, whose key Amazon Connect does not use', ['KeyChanged', 'DeliveryStreamChanged', 'AssociationChanged', 'InstanceDeleted'],
      (stack) => auditOf(stack, { contactRecords: StreamingDestination.newDeliveryStream() })],
    ['a delivery stream with the AWS owned key', ['DeliveryStreamChanged', 'AssociationChanged', 'InstanceDeleted'],
      (stack) => auditOf(stack, { contactRecords: StreamingDestination.newDeliveryStream({ encryption: firehose.StreamEncryption.awsOwnedKey() }) })],
    ['an imported delivery stream', ['DeliveryStreamChanged', 'AssociationChanged', 'InstanceDeleted'],
      (stack) => auditOf(stack, { contactRecords: StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Delivery', DELIVERY_STREAM_ARN)) })],
    ['a stream with the AWS managed key', ['StreamChanged', 'AssociationChanged', 'InstanceDeleted'],
      (stack) => auditOf(stack, { agentEvents: StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED }) })],
    ['an imported stream whose encryption is unknown', ['KeyAccessDenied', 'StreamChanged', 'AssociationChanged', 'InstanceDeleted'],
      (stack) => auditOf(stack, { agentEvents: StreamingDestination.kinesisStream(existingStream(stack)) })],
  ])('exist for the resources that can change: %s', (_, ids, audit) => {
    const stack = newStack();
    expect(Object.keys(rules(audit(stack)))).toEqual(ids);
    Template.fromStack(stack).resourceCountIs('AWS::Events::Rule', ids.length);
    expect(types(stack)).not.toContain('AWS::Lambda::Function');
  });

  test('match the API calls that end streaming, and say what happened', () => {
    const stack = newStack();
    const all = rules(auditOf(stack, { contactRecords: StreamingDestination.newDeliveryStream(), agentEvents: KINESIS }));

    expect(Object.entries(all).map(([id, { Description, EventPattern: { source, detail } }]) => [
      id, source, detail.eventSource, detail.eventName, Description.split(' ').slice(0, 4).join(' '),
    ])).toEqual([
      ['KeyAccessDenied', ['aws.kms'], ['kms.amazonaws.com'], ['GenerateDataKey'], 'AWS KMS denied kms:GenerateDataKey'],
      ['KeyChanged', ['aws.kms'], ['kms.amazonaws.com'], ['PutKeyPolicy', 'RevokeGrant', 'RetireGrant', 'DisableKey', 'ScheduleKeyDeletion'], 'A KMS key of'],
      ['StreamChanged', ['aws.kinesis'], ['kinesis.amazonaws.com'],
        ['DeleteStream', 'StartStreamEncryption', 'StopStreamEncryption', 'DecreaseStreamRetentionPeriod', 'UpdateShardCount'], 'A Kinesis data stream'],
      ['DeliveryStreamChanged', ['aws.firehose'], ['firehose.amazonaws.com'], ['DeleteDeliveryStream', 'UpdateDestination', 'StopDeliveryStreamEncryption'], 'The Firehose delivery stream'],
      ['AssociationChanged', ['aws.connect'], ['connect.amazonaws.com'], ['DisassociateInstanceStorageConfig', 'UpdateInstanceStorageConfig'], 'An association of the'],
      ['InstanceDeleted', ['aws.connect'], ['connect.amazonaws.com'], ['DeleteInstance'], 'The Amazon Connect instance'],
    ]);
    const { requestParameters } = all.InstanceDeleted.EventPattern.detail;
    expect(requestParameters).toEqual({ $or: ['InstanceId', 'instanceId'].map((name) => ({ [name]: [{ suffix: INSTANCE_ID }] })) });
  });

  test('match denied access of the role to the keys of Kinesis data streams, and receive read events', () => {
    const stack = newStack();
    const audit = auditOf(stack, { agentEvents: StreamingDestination.kinesisStream(existingStream(stack, kms.Key.fromKeyArn(stack, 'Key', KEY_ARN))) });
    const { KeyAccessDenied: denied, ...changes } = rules(audit);

    expect(denied.State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
    expect(denied.EventPattern).toEqual({
      'source': ['aws.kms'],
      'detail-type': ['AWS API Call via CloudTrail'],
      'detail': {
        eventSource: ['kms.amazonaws.com'],
        eventName: ['GenerateDataKey'],
        errorCode: ['AccessDenied', 'AccessDeniedException'],
        userIdentity: { sessionContext: { sessionIssuer: { arn: [ROLE_ARN] } } },
        resources: { ARN: [KEY_ARN, { exists: false }] },
      },
    });
    for (const { State } of Object.values(changes)) expect(State).toBe('ENABLED');
  });

  test('match denied access of the role to any key if a stream was imported without its key', () => {
    const stack = newStack();
    const { KeyAccessDenied: denied, KeyChanged: changed } = rules(auditOf(stack, {
      agentEvents: StreamingDestination.kinesisStream(existingStream(stack)), chatAnalysisSegments: KINESIS,
    }));

    expect(denied.EventPattern.detail).not.toHaveProperty('resources');
    expect(changed.EventPattern.detail).toHaveProperty('resources');
  });

  test('contain references to resources of the app, and literal ARNs of imported resources', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: newInstance(stack),
      contactRecords: StreamingDestination.newDeliveryStream(),
      agentEvents: StreamingDestination.kinesisStream(existingStream(stack, kms.Key.fromKeyArn(stack, 'Imported', KEY_ARN))),
      chatAnalysisSegments: KINESIS,
    });
    const {
      KeyAccessDenied: denied, KeyChanged: keys, StreamChanged: streams, DeliveryStreamChanged: deliveryStream, AssociationChanged: association,
    } = rules(new DataStreamingAudit(stack, 'Audit', { streaming }));
    const key = stack.resolve(streaming.encryptionKey!.keyArn) as unknown;

    expect(denied.EventPattern.detail).toMatchObject({
      userIdentity: { sessionContext: { sessionIssuer: { arn: [{ 'Fn::GetAtt': ['Instance', 'ServiceRole'] }] } } },
      resources: { ARN: [KEY_ARN, key, { exists: false }] },
    });
    expect(keys.EventPattern.detail).toMatchObject({ errorCode: [{ exists: false }], resources: { ARN: [KEY_ARN, key] } }); // the shared key once
    const { streamName, streamArn } = streaming.chatAnalysisSegmentsStream!;
    expect(streams.EventPattern.detail).toMatchObject({
      requestParameters: { $or: [{ streamName: ['existing', stack.resolve(streamName)] }, { streamARN: [STREAM_ARN, stack.resolve(streamArn)] }] },
    });
    expect(deliveryStream.EventPattern.detail).toMatchObject({
      requestParameters: { deliveryStreamName: [stack.resolve(streaming.contactRecordsDeliveryStream!.deliveryStreamName)] },
    });
    const id = [{ suffix: { 'Fn::Select': [1, { 'Fn::Split': ['/', { Ref: 'Instance' }] }] } }];
    const resourceTypes = ['CONTACT_TRACE_RECORDS', 'AGENT_EVENTS', 'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS', { exists: false }];
    expect(association.EventPattern.detail.requestParameters).toEqual({
      $or: [{ InstanceId: id }, { instanceId: id }], ResourceType: resourceTypes, resourceType: resourceTypes,
    });
  });

  test('contain the key of an alias, but no alias, which events do not contain', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const { KeyChanged: changed } = rules(auditOf(stack, {
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: key.addAlias('streams') }),
    }));
    expect(changed.EventPattern.detail.resources).toEqual({ ARN: [stack.resolve(key.keyArn)] });

    const imported = newStack();
    const alias = kms.Alias.fromAliasName(imported, 'Alias', 'alias/streams');
    const agentEvents = StreamingDestination.kinesisStream(existingStream(imported, alias));
    const audit = auditOf(imported, { agentEvents, keyAccess: KeyAccess.EXTERNAL });
    expect(Object.keys(rules(audit))).toEqual(['StreamChanged', 'AssociationChanged', 'InstanceDeleted']);
  });

  test('contain a shared stream once', () => {
    const stack = newStack();
    const shared = StreamingDestination.kinesisStream(existingStream(stack, kms.Key.fromKeyArn(stack, 'Key', KEY_ARN)));
    const { StreamChanged: streams, KeyChanged: keys } = rules(auditOf(stack, { voiceAnalysisSegments: shared, chatAnalysisSegments: shared }));

    expect(streams.EventPattern.detail.requestParameters).toEqual({ $or: [{ streamName: ['existing'] }, { streamARN: [STREAM_ARN] }] });
    expect(keys.EventPattern.detail.resources).toEqual({ ARN: [KEY_ARN] });
  });

  test('add a lookup of the role at deployment if the role is not known', () => {
    const stack = newStack();
    const unaudited = newStack();
    const streamingOf = (scope: Stack) => new ConnectDataStreaming(scope, 'Streaming', {
      instance: existingInstance(scope), agentEvents: StreamingDestination.kinesisStream(existingStream(scope)),
    });
    streamingOf(unaudited);
    new DataStreamingAudit(stack, 'Audit', { streaming: streamingOf(stack) });

    expect(types(unaudited)).not.toContain('Custom::AWS');
    expect(types(stack)).toContain('Custom::AWS');
  });

  test('have distinct descriptions and no targets by default', () => {
    const found = Object.values(rules(auditOf(newStack(), { contactRecords: StreamingDestination.newDeliveryStream(), agentEvents: KINESIS })));
    expect(new Set(found.map(({ Description }) => Description)).size).toBe(6);
    for (const { Description, Targets } of found) {
      expect(Description.length).toBeLessThanOrEqual(512); // the limit of Amazon EventBridge
      expect(Targets).toBeUndefined();
    }
  });

  test('reject an object of another service as a target', () => {
    const stack = newStack();
    const topic = new sns.Topic(stack, 'Topic');
    const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream() });
    for (const [index, [target, shown]] of ([[topic, 'Stack/Topic'], [new SnsAction(topic), 'SnsAction']] as const).entries()) {
      expect(() => new DataStreamingAudit(stack, `Audit${index}`, { streaming, targets: [target as unknown as events.IRuleTarget] }))
        .toThrow(`Stack/Audit${index}: targets[0] must be an Amazon EventBridge target, got ${shown}; specify a target such as new SnsTopic(topic)`);
    }
  });

  test('send events to all specified targets', () => {
    const stack = newStack();
    const topics = ['OnCall', 'Security'].map((id) => new sns.Topic(stack, id));
    const streaming = new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: KINESIS });
    const audit = new DataStreamingAudit(stack, 'Audit', { streaming, targets: topics.map((topic) => new targets.SnsTopic(topic)) });
    audit.rules.pop(); // the property is a copy

    const found = Object.values(rules(audit));
    expect(found).toHaveLength(5);
    for (const { Targets } of found) expect(Targets?.map(({ Arn }) => Arn)).toEqual(topics.map((topic) => stack.resolve(topic.topicArn) as unknown));
  });

  test('require a ConnectDataStreaming, which JavaScript does not ensure', () => {
    expect(() => new DataStreamingAudit(newStack(), 'Audit', { streaming: undefined as unknown as ConnectDataStreaming }))
      .toThrow('Stack/Audit: streaming must be a ConnectDataStreaming, got undefined; specify the construct that streams the data');
  });

  test('can be in another stack of the same account and Region', () => {
    const app = new App();
    const streams = new Stack(app, 'Streams', { env: ENV });
    const security = new Stack(app, 'Security', { env: ENV });
    const streaming = new ConnectDataStreaming(streams, 'Streaming', { instance: newInstance(streams), agentEvents: KINESIS });
    const audit = new DataStreamingAudit(security, 'Audit', { streaming });

    expect(Object.keys(rules(audit))).toHaveLength(5);
    Template.fromStack(streams).resourceCountIs('AWS::Events::Rule', 0);
    expect(security.dependencies).toEqual([streams]);
  });
});

describe('events for AWS Event Ruler', () => {
  const apps = auditApps().map((app) => [app.name, app] as const);

  test.each(apps)('contain matches and other resources for each rule and event name: %s', (_, { patterns, cases }) => {
    const text = JSON.stringify(patterns);
    expect(text).not.toMatch(/Fn::|"Ref"/); // each reference is resolved
    for (const [rule, pattern] of Object.entries(patterns)) {
      for (const eventName of (pattern as RuleProperties['EventPattern']).detail.eventName as string[]) {
        const ofName = cases.filter(({ event }) => event.detail.eventName === eventName);
        expect(ofName.some((one) => one.rule === rule)).toBe(true);
        expect(ofName.some((one) => one.rule === undefined)).toBe(true);
      }
    }
  });

  test('contain the values of the patterns', () => {
    const [{ patterns }] = auditApps();
    for (const value of [KEY_ARN, ROLE_ARN, STREAM_ARN, INSTANCE_ID]) expect(JSON.stringify(patterns)).toContain(value);
    expect(STREAM_ARN).toContain(`${REGION}:${ACCOUNT}`);
  });
});
