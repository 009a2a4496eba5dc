/** The same infrastructure, written by hand with L1 and L2 constructs of aws-cdk-lib. */
import {
  aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, custom_resources as cr, type Stack,
} from 'aws-cdk-lib';
import type { Construct, IDependable } from 'constructs';
import { instanceArn, keyArn, newInstance, roleArn, type Streaming, streamArn, type Variant } from './scenario';

type Kind = 'ContactRecords' | 'AgentEvents';
type Place = readonly [scope: Construct, id: string];

/** Where in the construct tree the resources of an instance are. */
export interface Places {
  readonly key: Place;
  readonly streams: Readonly<Record<Kind, Place>>;
  readonly associations: Readonly<Record<Kind, Place>>;
}

/** All straight in the stack. */
export const streamings = twin((stack, number) => ({
  key: [stack, `Key${number}`],
  streams: { ContactRecords: [stack, `ContactRecordsStream${number}`], AgentEvents: [stack, `AgentEventsStream${number}`] },
  associations: { ContactRecords: [stack, `ContactRecords${number}`], AgentEvents: [stack, `AgentEvents${number}`] },
}));

export function twin(placesFor: (stack: Stack, number: number) => Places): Record<Variant, Streaming> {
  return {
    'look-up': (stack, number) => newStreams(placesFor(stack, number), instanceArn(number), serviceRoleArn(stack, number)),
    'known role': (stack, number) => newStreams(placesFor(stack, number), instanceArn(number), roleArn(number)),
    'instance of the app': (stack, number) => {
      const instance = newInstance(stack, number);
      newStreams(placesFor(stack, number), instance.attrArn, instance.attrServiceRole);
    },
    'grant': (stack, number) => {
      const grant = newGrant(stack, number, serviceRoleArn(stack, number));
      const { associations } = placesFor(stack, number);
      associate(associations, instanceArn(number), streamArn(number, 'contact-records'), streamArn(number, 'agent-events'), grant);
    },
  };
}

function newStreams(places: Places, instance: string, serviceRole: string): void {
  const key = new kms.Key(...places.key, {
    description: 'Amazon Connect data streaming',
    enableKeyRotation: true,
  });
  key.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'Allow use of the key for Amazon Connect streaming',
    principals: [new iam.ArnPrincipal(serviceRole)],
    actions: ['kms:GenerateDataKey'],
    resources: ['*'],
  }));
  const newStream = (kind: Kind) => new kinesis.Stream(...places.streams[kind], {
    streamMode: kinesis.StreamMode.ON_DEMAND,
    encryption: kinesis.StreamEncryption.KMS,
    encryptionKey: key,
  });
  associate(places.associations, instance, newStream('ContactRecords').streamArn, newStream('AgentEvents').streamArn, key);
}

function associate(
  places: Places['associations'], instance: string, contactRecordsStreamArn: string, agentEventsStreamArn: string, permission: IDependable,
): void {
  const contactRecords = new connect.CfnInstanceStorageConfig(...places.ContactRecords, {
    instanceArn: instance,
    resourceType: 'CONTACT_TRACE_RECORDS',
    storageType: 'KINESIS_STREAM',
    kinesisStreamConfig: { streamArn: contactRecordsStreamArn },
  });
  const agentEvents = new connect.CfnInstanceStorageConfig(...places.AgentEvents, {
    instanceArn: instance,
    resourceType: 'AGENT_EVENTS',
    storageType: 'KINESIS_STREAM',
    kinesisStreamConfig: { streamArn: agentEventsStreamArn },
  });
  contactRecords.node.addDependency(permission);
  agentEvents.node.addDependency(permission, contactRecords);
}

function serviceRoleArn(stack: Stack, number: number): string {
  return new cr.AwsCustomResource(stack, `ServiceRole${number}`, {
    onUpdate: {
      service: 'connect',
      action: 'DescribeInstance',
      parameters: { InstanceId: instanceArn(number) },
      outputPaths: ['Instance.ServiceRole'],
      physicalResourceId: cr.PhysicalResourceId.of(instanceArn(number)),
    },
    policy: cr.AwsCustomResourcePolicy.fromStatements([
      new iam.PolicyStatement({ actions: ['connect:DescribeInstance'], resources: [instanceArn(number)] }),
      new iam.PolicyStatement({ actions: ['ds:DescribeDirectories'], resources: ['*'] }),
    ]),
    installLatestAwsSdk: false,
  }).getResponseField('Instance.ServiceRole');
}

function newGrant(stack: Stack, number: number, serviceRole: string): IDependable {
  return new cr.AwsCustomResource(stack, `Grant${number}`, {
    onUpdate: {
      service: 'kms',
      action: 'CreateGrant',
      parameters: {
        KeyId: keyArn(number),
        GranteePrincipal: serviceRole,
        Operations: ['GenerateDataKey'],
        Name: `${stack.stackId}/${number}`,
      },
      outputPaths: ['GrantId'],
      physicalResourceId: cr.PhysicalResourceId.fromResponse('GrantId'),
    },
    onDelete: {
      service: 'kms',
      action: 'RevokeGrant',
      parameters: { KeyId: keyArn(number), GrantId: new cr.PhysicalResourceIdReference() },
      ignoreErrorCodesMatching: '^(NotFound|InvalidGrantId)Exception$',
    },
    policy: cr.AwsCustomResourcePolicy.fromStatements([
      new iam.PolicyStatement({
        actions: ['kms:CreateGrant'],
        resources: [keyArn(number)],
        conditions: {
          'StringEquals': { 'kms:GranteePrincipal': serviceRole },
          'ForAllValues:StringEquals': { 'kms:GrantOperations': ['GenerateDataKey'] },
        },
      }),
      new iam.PolicyStatement({ actions: ['kms:RevokeGrant'], resources: [keyArn(number)] }),
    ]),
    installLatestAwsSdk: false,
  });
}
