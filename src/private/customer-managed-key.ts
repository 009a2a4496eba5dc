import { Stack } from 'aws-cdk-lib';
import { CfnKey, type IAlias, type IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { differ } from './differ';
import { printable } from './printable';

/** The customer managed key that is meant, or undefined for a key that AWS manages, which needs no setup. */
export function customerManagedKey(scope: Construct, given: IKey): IKey | undefined {
  const { region } = Stack.of(scope);
  if (differ(given.env.region, region)) {
    throw new Error(`${scope.node.path}: the key ${printable(scope, given.keyArn)} is in ${given.env.region}, but the stack is in ${region}; `
      + `use a key, or a multi-Region replica, in ${region}`);
  }
  if (/:alias\/aws\//.test(given.keyArn)) return undefined;

  const key = keyBehind(given);
  if (isAlias(key)) {
    throw new Error(`${scope.node.path}: ${printable(scope, key.keyArn)} is an alias, and the key behind it is not known; pass the key itself, `
      + 'such as Key.fromKeyArn(scope, id, keyArn)');
  }
  return key;
}

/** The key behind an alias that knows it; any other key as it is. */
export function keyBehind(key: IKey): IKey {
  return 'aliasTargetKey' in key && targetOf(key as IAlias) || key;
}

/** The key as a resource of this app, if it is one. */
export function keyResource(key: IKey): CfnKey | undefined {
  return [key.node.defaultChild, key.node.scope].find(CfnKey.isCfnKey);
}

function isAlias(key: IKey): boolean {
  return 'aliasTargetKey' in key || /:alias\//.test(key.keyArn);
}

function targetOf(alias: IAlias): IKey | undefined {
  try {
    return alias.aliasTargetKey;
  } catch {
    return undefined; // an alias imported by its name throws
  }
}
