import type { Stack } from 'aws-cdk-lib';
import { CfnInstance } from 'aws-cdk-lib/aws-connect';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { instanceIdentity, shortName } from './identity';
import { SHARED_FUNCTION } from './sdk-call';

/** An instance that knows its role, or at least might: `ConnectInstance`, and any other library's that has the attribute. */
interface InstanceWithRole extends connect.IInstanceRef {
  readonly serviceRoleArn?: string;
}

const SERVICE_ROLE = 'Instance.ServiceRole';

/** The ARN of the role that the instance puts records with, for use in the stack. */
export function serviceRoleArn(stack: Stack, instance: connect.IInstanceRef): string {
  return knownServiceRoleArn(instance) ?? lookup(stack, instance).getResponseField(SERVICE_ROLE);
}

/** The ARN of the role, if it needs no look-up. */
export function knownServiceRoleArn(instance: connect.IInstanceRef): string | undefined {
  if (CfnInstance.isCfnInstance(instance)) return instance.attrServiceRole;
  return (instance as InstanceWithRole).serviceRoleArn;
}

/** The look-up of the instance's role: one per instance and stack. */
function lookup(stack: Stack, instance: connect.IInstanceRef): AwsCustomResource {
  const id = `ConnectServiceRole${shortName(instanceIdentity(instance))}`;
  const existing = stack.node.tryFindChild(id);
  if (existing) return existing as AwsCustomResource;

  const { instanceArn } = instance.instanceRef;
  return new AwsCustomResource(stack, id, {
    ...SHARED_FUNCTION,
    onUpdate: { // on creation too
      service: 'connect',
      action: 'DescribeInstance',
      parameters: { InstanceId: instanceArn },
      outputPaths: [SERVICE_ROLE], // the whole answer may exceed the 4 KiB that a custom resource may return
      physicalResourceId: PhysicalResourceId.fromResponse('Instance.Id'),
    },
    policy: AwsCustomResourcePolicy.fromStatements([
      new PolicyStatement({ actions: ['connect:DescribeInstance'], resources: [instanceArn] }),
      new PolicyStatement({ actions: ['ds:DescribeDirectories'], resources: ['*'] }), // DescribeInstance needs it, without a resource level
    ]),
  });
}
