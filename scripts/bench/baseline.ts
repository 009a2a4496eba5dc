/** The same infrastructure defined with the L1 and L2 constructs of aws-cdk-lib. */
import {
  aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, custom_resources as cr, type Stack,
} from 'aws-cdk-lib';
import type { IDependable } from 'constructs';
import { type AddStreaming, instanceArn, keyArn, newInstance, roleArn, streamArn, type Variant } from './scenario';

interface StreamArns {
  readonly contactRecords: string;
  readonly agentEvents: string;
}

export const variants: Record<Variant, AddStreaming> = {
  'lookup at deployment': (stack, number) => addWithNewStreams(stack, number, instanceArn(number), lookUpServiceRole(stack, number)),
  'known role': (stack, number) => addWithNewStreams(stack, number, instanceArn(number), roleArn(number)),
  'new instance': (stack, number) => {
    const instance = newInstance(stack, number);
    addWithNewStreams(stack, number, instance.attrArn, instance.attrServiceRole);
  },
  'imported key': (stack, number) => {
    const grant = createGrant(stack, number, lookUpServiceRole(stack, number));
    const streamArns = { contactRecords: streamArn(number, 'contact-records'), agentEvents: streamArn(number, 'agent-events') };
    addAssociations(stack, number, instanceArn(number), streamArns, grant);
  },
};

function addWithNewStreams(stack: Stack, number: number, instance: string, serviceRole: string): void {
  const key = new kms.Key(stack, `Key${number}`, {
    description: 'Amazon Connect data streaming',
    enableKeyRotation: true,
  });
  key.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'Allow use of the key for Amazon Connect streaming',
    principals: [new iam.ArnPrincipal(serviceRole)],
    actions: ['kms:GenerateDataKey'],
    resources: ['*'],
  }));
  const newStream = (id: string) => new kinesis.Stream(stack, `${id}${number}`, {
    streamMode: kinesis.StreamMode.ON_DEMAND,
    encryption: kinesis.StreamEncryption.KMS,
    encryptionKey: key,
  });
  const streamArns = { contactRecords: newStream('ContactRecordsStream').streamArn, agentEvents: newStream('AgentEventsStream').streamArn };
  addAssociations(stack, number, instance, streamArns, key);
}

/** The associations are deployed sequentially, after Amazon Connect has permission to use the key. */
function addAssociations(stack: Stack, number: number, instance: string, streamArns: StreamArns, permission: IDependable): void {
  const contactRecords = new connect.CfnInstanceStorageConfig(stack, `ContactRecords${number}`, {
    instanceArn: instance,
    resourceType: 'CONTACT_TRACE_RECORDS',
    storageType: 'KINESIS_STREAM',
    kinesisStreamConfig: { streamArn: streamArns.contactRecords },
  });
  const agentEvents = new connect.CfnInstanceStorageConfig(stack, `AgentEvents${number}`, {
    instanceArn: instance,
    resourceType: 'AGENT_EVENTS',
    storageType: 'KINESIS_STREAM',
    kinesisStreamConfig: { streamArn: streamArns.agentEvents },
  });
  contactRecords.node.addDependency(permission);
  agentEvents.node.addDependency(permission, contactRecords);
}

/** Looks up the ARN of the service-linked role of the instance at deployment. */
function lookUpServiceRole(stack: Stack, number: number): string {
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

/** Creates a KMS grant that allows the service-linked role to use the key. */
function createGrant(stack: Stack, number: number, serviceRole: string): IDependable {
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
