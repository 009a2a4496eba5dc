/** Events that the rules of `DataStreamingAudit` must match, and the same events of other resources, which they must not match. */
import { App, aws_connect as connect, aws_kinesis as kinesis, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { apiCall, type CloudTrailEvent, identityOf, keyResources } from './events';
import { ConnectDataStreaming, ConnectInstance, DataStreamingAudit, StreamingDestination } from '../../src';
import { type Intrinsic, replaceIntrinsics } from '../../src/template/intrinsics';
import type { Template as SynthesizedTemplate } from '../../src/template/template';
import { ACCOUNT, ENV, INSTANCE_ARN, INSTANCE_ID, KEY_ARN, OTHER_INSTANCE_ARN, REGION, ROLE_ARN, STREAM_ARN } from '../support';

export interface AuditCase {
  readonly name: string;
  /** The id of the only rule that matches the event, if any. */
  readonly rule?: string;
  readonly event: CloudTrailEvent;
}

export interface AuditApp {
  readonly name: string;
  /** The event patterns by the ids of the rules. */
  readonly patterns: Record<string, unknown>;
  readonly cases: AuditCase[];
}

const OTHER_KEY_ARN = KEY_ARN.replace('key/1', 'key/9');

/** An app whose resources were imported by literal ARNs, and an app that defines them all. */
export function auditApps(): AuditApp[] {
  return [importedResources(), definedResources()];
}

function importedResources(): AuditApp {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: ConnectInstance.fromInstanceAttributes(stack, 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn: ROLE_ARN }),
    agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, 'Events', {
      streamArn: STREAM_ARN, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
    })),
  });
  new DataStreamingAudit(stack, 'Audit', { streaming });
  return {
    name: 'imported resources',
    patterns: patternsOf(stack),
    cases: casesOf({ role: ROLE_ARN, key: KEY_ARN, stream: 'existing', streamArn: STREAM_ARN, instanceArn: INSTANCE_ARN, resourceType: 'AGENT_EVENTS' }),
  };
}

function definedResources(): AuditApp {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: new connect.CfnInstance(stack, 'Instance', {
      attributes: { inboundCalls: true, outboundCalls: true }, identityManagementType: 'CONNECT_MANAGED', instanceAlias: 'contact-center',
    }),
    contactRecords: StreamingDestination.newDeliveryStream(),
    chatAnalysisSegments: StreamingDestination.newKinesisStream(),
  });
  new DataStreamingAudit(stack, 'Audit', { streaming });
  const deployed = (value: unknown) => deployedValue(stack.resolve(value)) as string;
  return {
    name: 'resources of the app',
    patterns: patternsOf(stack),
    cases: casesOf({
      role: deployed(streaming.serviceRoleArn),
      key: deployed(streaming.encryptionKey!.keyArn),
      stream: deployed(streaming.chatAnalysisSegmentsStream!.streamName),
      streamArn: deployed(streaming.chatAnalysisSegmentsStream!.streamArn),
      deliveryStream: deployed(streaming.contactRecordsDeliveryStream!.deliveryStreamName),
      instanceArn: deployed(streaming.chatAnalysisSegmentsAssociation!.instanceArn),
      resourceType: 'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS',
    }),
  };
}

interface Resources {
  readonly role: string;
  readonly key: string;
  readonly stream: string;
  readonly streamArn: string;
  readonly deliveryStream?: string;
  readonly instanceArn: string;
  readonly resourceType: string;
}

function casesOf({ role, key, stream, streamArn, deliveryStream, instanceArn, resourceType }: Resources): AuditCase[] {
  const instanceId = instanceArn.slice(instanceArn.lastIndexOf('/') + 1);
  const denied = { errorCode: 'AccessDenied', errorMessage: 'not authorized to perform: kms:GenerateDataKey', readOnly: true };
  const generateDataKey = (name: string, detail: Record<string, unknown>, rule?: string): AuditCase =>
    ({ name: `GenerateDataKey ${name}`, rule, event: apiCall('kms', 'GenerateDataKey', { userIdentity: identityOf(role), resources: keyResources(key), ...denied, ...detail }) });
  return [
    generateDataKey('denied to the role', {}, 'KeyAccessDenied'),
    generateDataKey('denied to the role, without a key in the event', { resources: undefined }, 'KeyAccessDenied'),
    generateDataKey('denied to the role for another key', { resources: keyResources(OTHER_KEY_ARN) }),
    generateDataKey('denied to another role', { userIdentity: identityOf(`arn:aws:iam::${ACCOUNT}:role/Other`) }),
    generateDataKey('of the role, allowed', { errorCode: undefined, errorMessage: undefined }),
    generateDataKey('of the role, throttled', { errorCode: 'ThrottlingException' }),

    ...['PutKeyPolicy', 'RevokeGrant', 'RetireGrant', 'DisableKey', 'ScheduleKeyDeletion'].flatMap((eventName) => [
      { name: eventName, rule: 'KeyChanged', event: apiCall('kms', eventName, { resources: keyResources(key) }) },
      { name: `${eventName} of another key`, event: apiCall('kms', eventName, { resources: keyResources(OTHER_KEY_ARN) }) },
      { name: `${eventName}, denied`, event: apiCall('kms', eventName, { resources: keyResources(key), errorCode: 'AccessDenied' }) },
    ]),
    { name: 'EnableKey', event: apiCall('kms', 'EnableKey', { resources: keyResources(key) }) },

    ...['DeleteStream', 'StartStreamEncryption', 'StopStreamEncryption', 'DecreaseStreamRetentionPeriod', 'UpdateShardCount'].flatMap((eventName) => [
      { name: `${eventName} by name`, rule: 'StreamChanged', event: apiCall('kinesis', eventName, { requestParameters: { streamName: stream } }) },
      { name: `${eventName} by ARN`, rule: 'StreamChanged', event: apiCall('kinesis', eventName, { requestParameters: { streamARN: streamArn } }) },
      { name: `${eventName} of another stream`, event: apiCall('kinesis', eventName, { requestParameters: { streamName: `${stream}-2` } }) },
      { name: `${eventName} of another stream by ARN`, event: apiCall('kinesis', eventName, { requestParameters: { streamARN: `${streamArn}-2` } }) },
    ]),
    { name: 'DeleteStream, denied', event: apiCall('kinesis', 'DeleteStream', { requestParameters: { streamName: stream }, errorCode: 'AccessDenied' }) },
    { name: 'IncreaseStreamRetentionPeriod', event: apiCall('kinesis', 'IncreaseStreamRetentionPeriod', { requestParameters: { streamName: stream } }) },

    ...['DeleteDeliveryStream', 'UpdateDestination', 'StopDeliveryStreamEncryption'].flatMap((eventName) => [
      ...deliveryStream ? [{ name: eventName, rule: 'DeliveryStreamChanged', event: apiCall('firehose', eventName, { requestParameters: { deliveryStreamName: deliveryStream } }) }] : [],
      { name: `${eventName} of another delivery stream`, event: apiCall('firehose', eventName, { requestParameters: { deliveryStreamName: 'other' } }) },
    ]),

    ...['DisassociateInstanceStorageConfig', 'UpdateInstanceStorageConfig'].flatMap((eventName) => [
      ...[instanceId, instanceArn, encodeURIComponent(instanceArn)].map((InstanceId) => ({
        name: `${eventName} of ${InstanceId}`,
        rule: 'AssociationChanged',
        event: apiCall('connect', eventName, { requestParameters: { InstanceId, AssociationId: 'abc', ResourceType: resourceType } }),
      })),
      {
        name: `${eventName} with lowercase parameters`,
        rule: 'AssociationChanged',
        event: apiCall('connect', eventName, { requestParameters: { instanceId, associationId: 'abc', resourceType } }),
      },
      {
        name: `${eventName} of another data type`,
        event: apiCall('connect', eventName, { requestParameters: { InstanceId: instanceId, AssociationId: 'abc', ResourceType: 'CALL_RECORDINGS' } }),
      },
      {
        name: `${eventName} of another data type with lowercase parameters`,
        event: apiCall('connect', eventName, { requestParameters: { instanceId, associationId: 'abc', resourceType: 'CALL_RECORDINGS' } }),
      },
      {
        name: `${eventName} of another instance`,
        event: apiCall('connect', eventName, { requestParameters: { InstanceId: OTHER_INSTANCE_ARN, AssociationId: 'abc', ResourceType: resourceType } }),
      },
      {
        name: `${eventName}, throttled`,
        event: apiCall('connect', eventName, { requestParameters: { InstanceId: instanceId, ResourceType: resourceType }, errorCode: 'TooManyRequestsException' }),
      },
    ]),
    { name: 'DeleteInstance', rule: 'InstanceDeleted', event: apiCall('connect', 'DeleteInstance', { requestParameters: { InstanceId: instanceId } }) },
    { name: 'DeleteInstance of another instance', event: apiCall('connect', 'DeleteInstance', { requestParameters: { InstanceId: OTHER_INSTANCE_ARN } }) },
  ];
}

/** Returns the event patterns with the values that references have after a deployment. */
function patternsOf(stack: Stack): Record<string, unknown> {
  const { Resources: resources } = Template.fromStack(stack).toJSON() as SynthesizedTemplate;
  return Object.fromEntries(Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::Events::Rule')
    .map(([logicalId, { Properties }]) => [logicalId.replace(/^Audit|[0-9A-F]{8}$/g, ''), deployedValue(Properties!.EventPattern)]));
}

function deployedValue(value: unknown): unknown {
  return replaceIntrinsics(value, ({ name, argument }: Intrinsic): unknown => {
    const args = deployedValue(argument) as [unknown, unknown];
    switch (name) {
      case 'Ref': return argument === 'Instance' ? deployedArn('connect', `instance/${INSTANCE_ID}`) : `deployed-${String(argument)}`;
      case 'Fn::GetAtt': return deployedAttribute(args as [string, string]);
      case 'Fn::Split': return String(args[1]).split(String(args[0]));
      case 'Fn::Select': return (args[1] as unknown[])[Number(args[0])];
      default: throw new Error(`cannot resolve ${name}`);
    }
  });
}

function deployedAttribute([logicalId, attribute]: [string, string]): string {
  if (attribute === 'ServiceRole') return ROLE_ARN;
  if (logicalId.includes('Key')) return deployedArn('kms', `key/${logicalId}`);
  return deployedArn('kinesis', `stream/deployed-${logicalId}`);
}

function deployedArn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}
