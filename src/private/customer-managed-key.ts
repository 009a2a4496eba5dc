import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import type { IAlias, IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { printable } from './printable';

/** The customer managed key that is meant, or undefined for a key that AWS manages, which needs no setup. */
export function customerManagedKey(scope: Construct, key: IKey): IKey | undefined {
  const { region } = Stack.of(scope);
  if (Token.compareStrings(key.env.region, region) === TokenComparison.DIFFERENT) {
    throw new Error(`${scope.node.path}: the key ${printable(scope, key.keyArn)} is in ${key.env.region}, but the stack is in ${region}; use a key, `
      + `or a multi-Region replica, in ${region}`);
  }
  if (/:alias\/aws\//.test(key.keyArn)) return undefined;
  if (!isAlias(key)) return key;

  const target = targetOf(key);
  if (!target) {
    throw new Error(`${scope.node.path}: ${printable(scope, key.keyArn)} is an alias, and the key behind it is not known; pass the key itself, `
      + 'such as Key.fromKeyArn(scope, id, keyArn)');
  }
  return target;
}

function isAlias(key: IKey): key is IAlias {
  return 'aliasTargetKey' in key || /:alias\//.test(key.keyArn);
}

function targetOf(alias: IAlias): IKey | undefined {
  try {
    return alias.aliasTargetKey;
  } catch {
    return undefined; // an alias imported by its name throws
  }
}
