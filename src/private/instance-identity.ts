import { Reference, Stack, Tokenization, type IResolvable } from 'aws-cdk-lib';
import { CfnInstance } from 'aws-cdk-lib/aws-connect';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';

/**
 * The same text for the same instance, whether it is given by ARN, by id or by reference. In its account and Region, the
 * id is unique.
 */
export function instanceIdentity(instance: connect.IInstanceRef): string {
  const arn = instance.instanceRef.instanceArn;
  const id = arn.startsWith('arn:') ? arn.slice(arn.lastIndexOf('/') + 1) : arn;
  return Tokenization.reverseString(id)
    .mapTokens({ mapToken: (token) => identify(instance, token) })
    .join({ join: (left, right) => `${left}${right}` });
}

// Two tokens may stand for the same value, and two stacks may have the same logical id: what a token refers to tells.
function identify(instance: connect.IInstanceRef, token: IResolvable): string {
  if (!Reference.isReference(token)) return JSON.stringify(Stack.of(instance).resolve(token));
  const { target, displayName } = token;
  return CfnInstance.isCfnInstance(target) ? target.node.addr : `${target.node.addr}.${displayName}`;
}
