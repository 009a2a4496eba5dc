import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { IConstruct } from 'constructs';
import { auditedKeys } from './audited-keys';
import { DATA_TYPES } from '../common/data-types';
import { instanceIdOf } from '../common/instance-id';
import { deliveryStreamOf, isStreamed, type Streams } from '../common/streams';

/** A rule to create. */
export interface AuditRule {
  readonly id: string;
  readonly description: string;
  readonly eventPattern: EventPattern;
  /** The state of the rule, if it must also receive the read events of CloudTrail. */
  readonly state?: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
}

/** The `ConnectDataStreaming` to audit. */
type Streaming = Streams & {
  /** Reading it can add a lookup at deployment. */
  readonly serviceRoleArn: string;
};

const ABSENT = { exists: false };

/** The rules for the resources of a `ConnectDataStreaming`. Each of them matches events of these resources only. */
export function auditRules(scope: IConstruct, streaming: Streaming): AuditRule[] {
  return [...keyRules(scope, streaming), ...streamRules(streaming), ...instanceRules(streaming)];
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html */
function keyRules(scope: IConstruct, streaming: Streaming): AuditRule[] {
  const { all, ofKinesisStreams, isIncomplete } = auditedKeys(scope, streaming);
  const rules: AuditRule[] = [];
  if (isIncomplete || ofKinesisStreams.length > 0) {
    rules.push({
      id: 'KeyAccessDenied',
      description: 'AWS KMS denied kms:GenerateDataKey to the service-linked role of the Amazon Connect instance: records are lost. Check the key policy and the grants of the key.',
      eventPattern: apiCalls('kms', ['GenerateDataKey'], {
        errorCode: ['AccessDenied', 'AccessDeniedException'],
        userIdentity: { sessionContext: { sessionIssuer: { arn: [streaming.serviceRoleArn] } } },
        ...isIncomplete ? {} : { resources: { ARN: [...ofKinesisStreams, ABSENT] } }, // the event of a denied call may contain no key
      }),
      state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', // GenerateDataKey is a read event
    });
  }
  if (all.length > 0) {
    rules.push({
      id: 'KeyChanged',
      description: 'A KMS key of the data streams was disabled or scheduled for deletion, or access to it was changed. Check that Amazon Connect and Firehose can still use it.',
      eventPattern: successfulCalls('kms', ['PutKeyPolicy', 'RevokeGrant', 'RetireGrant', 'DisableKey', 'ScheduleKeyDeletion'], {
        resources: { ARN: all },
      }),
    });
  }
  return rules;
}

function streamRules(streaming: Streaming): AuditRule[] {
  const streams = DATA_TYPES.flatMap(({ streamProperty }) => streaming[streamProperty] ?? []);
  const deliveryStreams = DATA_TYPES.flatMap((dataType) => deliveryStreamOf(streaming, dataType) ?? []);
  const rules: AuditRule[] = [];
  if (streams.length > 0) {
    rules.push({
      id: 'StreamChanged',
      description: 'A Kinesis data stream of Amazon Connect was deleted, or its encryption, retention period or capacity was changed. Check that records still arrive.',
      // https://docs.aws.amazon.com/streams/latest/dev/logging-using-cloudtrail.html
      eventPattern: successfulCalls('kinesis', ['DeleteStream', 'StartStreamEncryption', 'StopStreamEncryption', 'DecreaseStreamRetentionPeriod', 'UpdateShardCount'], {
        requestParameters: {
          $or: [
            { streamName: unique(streams.map(({ streamName }) => streamName)) },
            { streamARN: unique(streams.map(({ streamArn }) => streamArn)) },
          ],
        },
      }),
    });
  }
  if (deliveryStreams.length > 0) {
    rules.push({
      id: 'DeliveryStreamChanged',
      description: 'The Firehose delivery stream of Amazon Connect was deleted, or its destination or encryption was changed. Check that records still arrive.',
      // https://docs.aws.amazon.com/firehose/latest/dev/monitoring-using-cloudtrail.html
      eventPattern: successfulCalls('firehose', ['DeleteDeliveryStream', 'UpdateDestination', 'StopDeliveryStreamEncryption'], {
        requestParameters: { deliveryStreamName: deliveryStreams.map(({ deliveryStreamName }) => deliveryStreamName) },
      }),
    });
  }
  return rules;
}

/** @see https://docs.aws.amazon.com/connect/latest/adminguide/logging-using-cloudtrail.html */
function instanceRules(streaming: Streaming): AuditRule[] {
  // Clients specify the id of an instance or its ARN, and CloudFormation specifies the encoded ARN. Each of them ends with the id.
  const id = [{ suffix: instanceIdOf(streaming) }];
  const instance = { $or: [{ InstanceId: id }, { instanceId: id }] };
  const resourceTypes = [...DATA_TYPES.filter((dataType) => isStreamed(streaming, dataType)).map(({ resourceType }) => resourceType), ABSENT];
  return [{
    id: 'AssociationChanged',
    description: 'An association of the Amazon Connect instance with a stream was changed or deleted. Check that the instance still streams its data types.',
    eventPattern: successfulCalls('connect', ['DisassociateInstanceStorageConfig', 'UpdateInstanceStorageConfig'], {
      requestParameters: { ...instance, ResourceType: resourceTypes, resourceType: resourceTypes },
    }),
  }, {
    id: 'InstanceDeleted',
    description: 'The Amazon Connect instance was deleted. It no longer streams data.',
    eventPattern: successfulCalls('connect', ['DeleteInstance'], { requestParameters: instance }),
  }];
}

function successfulCalls(service: string, eventNames: string[], detail: Record<string, unknown>): EventPattern {
  return apiCalls(service, eventNames, { errorCode: [ABSENT], ...detail });
}

function apiCalls(service: string, eventNames: string[], detail: Record<string, unknown>): EventPattern {
  return {
    source: [`aws.${service}`],
    detailType: ['AWS API Call via CloudTrail'],
    detail: { eventSource: [`${service}.amazonaws.com`], eventName: eventNames, ...detail },
  };
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
