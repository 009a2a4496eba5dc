import { createHash } from 'crypto';
import { type IResolvable, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import { CfnInstance } from 'aws-cdk-lib/aws-connect';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import { referencesIn } from './references';

/**
 * The same text for the same instance, whether it is given by ARN, by id or by reference. In its account and Region, the
 * id is unique.
 */
export function instanceIdentity(instance: connect.IInstanceRef): string {
  const { instanceArn } = instance.instanceRef;
  return identity(instance, instanceArn.slice(instanceArn.lastIndexOf('/') + 1)); // a token has no slash and stays whole
}

/** The same text for the same value. */
export function identity(scope: IConstruct, value: string): string {
  if (!Token.isUnresolved(value)) return value;

  return Tokenization.reverseString(value)
    .mapTokens({ mapToken: (token) => tokenIdentity(scope, token) })
    .join({ join: (left, right) => `${left}${right}` });
}

/** A short name for something of a long one, for construct ids. */
export function shortName(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

// Two tokens may stand for the same value, and two stacks may have the same logical id: what a token refers to tells.
function tokenIdentity(scope: IConstruct, token: IResolvable): string {
  return Reference.isReference(token)
    ? referenceIdentity(token)
    : [JSON.stringify(Stack.of(scope).resolve(token)), ...referencesIn(scope, token).map(referenceIdentity)].join(' ');
}

function referenceIdentity({ target, displayName }: Reference): string {
  return CfnInstance.isCfnInstance(target) ? target.node.addr : `${target.node.addr}.${displayName}`;
}
