import type { Stack } from 'aws-cdk-lib';
import { DeploymentLookups } from './lookup-at-deployment';
import type { Instance } from '../common/instance';

/** Returns the ARN of the service-linked role of the instance for use in the stack. Adds a lookup to the stack if the role is not known. */
export function serviceRoleArn(stack: Stack, instance: Instance): string {
  return instance.knownServiceRoleArn ?? DeploymentLookups.of(stack).lookUp(instance);
}
