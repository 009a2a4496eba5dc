import type { Stack } from 'aws-cdk-lib';
import { CfnInstance } from 'aws-cdk-lib/aws-connect';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { ServiceRoleLookups } from './service-role-lookups';

/** An instance that knows its role, or at least might: `ConnectInstance`, and any other library's that has the attribute. */
interface InstanceWithRole extends connect.IInstanceRef {
  readonly serviceRoleArn?: string;
}

/** The ARN of the role that the instance puts records with, for use in the stack. */
export function serviceRoleArn(stack: Stack, instance: connect.IInstanceRef): string {
  return knownServiceRoleArn(instance) ?? ServiceRoleLookups.of(stack).lookUp(instance);
}

/** The ARN of the role, if it needs no look-up. */
export function knownServiceRoleArn(instance: connect.IInstanceRef): string | undefined {
  if (CfnInstance.isCfnInstance(instance)) return instance.attrServiceRole;
  return (instance as InstanceWithRole).serviceRoleArn;
}
