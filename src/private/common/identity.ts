import { createHash } from 'crypto';
import { type IResolvable, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import { CfnInstance } from 'aws-cdk-lib/aws-connect';
import type { IConstruct } from 'constructs';
import { tokensIn } from './tokens';

/** A text that is equal for equal values, and different for different values. A lazy value is identified by the construct that has it. */
export function identityOf(scope: IConstruct, value: string): string {
  if (!Token.isUnresolved(value)) return value;

  return Tokenization.reverseString(value)
    .mapTokens({ mapToken: (token) => tokenIdentity(scope, token) })
    .join({ join: (left, right) => `${left}${right}` });
}

/**
 * Whether the value contains a token that does not reference a construct, such as an import value, a dynamic reference or a
 * mapping. Its text is the same in each stack, but its value can differ.
 */
export function isStackSpecific(scope: IConstruct, value: string): boolean {
  return Tokenization.reverseString(value).tokens.some((token) => {
    const { references, isLazy } = tokensIn(scope, token);
    return !isLazy && references.length === 0;
  });
}

/** A short hash of a text, for construct ids. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

// Two tokens may have the same value, and two stacks may contain the same logical id, so the target of a reference decides.
function tokenIdentity(scope: IConstruct, token: IResolvable): string {
  if (Reference.isReference(token)) return referenceIdentity(token);

  const { references, isLazy } = tokensIn(scope, token);
  return isLazy ? scope.node.addr : [JSON.stringify(Stack.of(scope).resolve(token)), ...references.map(referenceIdentity)].join(' ');
}

function referenceIdentity({ target, displayName }: Reference): string {
  return CfnInstance.isCfnInstance(target) ? target.node.addr : `${target.node.addr}.${displayName}`;
}
