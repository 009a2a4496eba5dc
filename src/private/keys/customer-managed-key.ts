import { Stack } from 'aws-cdk-lib';
import { CfnKey, type IAlias, type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { errorAt } from '../common/errors';
import { format } from '../common/formatting';
import { StackEnvironment } from '../common/stack-environment';
import { isDifferent } from '../common/tokens';
import { validateValue } from '../common/validation';
import { KEY } from '../common/value-types';

/** Returns the customer managed key that the specified key or alias refers to. Undefined for an AWS managed key, which needs no setup. */
export function customerManagedKey(scope: Construct, specified: IKey): IKey | undefined {
  validateValue(scope, 'the encryption key', specified, KEY);
  const { value: region, source } = StackEnvironment.of(scope).get('Region');
  if (isDifferent(specified.env.region, region)) {
    throw errorAt(scope, `the KMS key must be in the Region of ${source}, ${region}, got ${format(scope, specified.keyArn)} in ${specified.env.region}`,
      `specify a key, or a multi-Region replica key, in ${region}`);
  }
  if (/:alias\/aws\//.test(specified.keyArn)) return undefined;

  const key = targetKeyOf(specified);
  if (isAlias(key)) {
    throw errorAt(scope, `the KMS key must be a key or an alias with a known target key, got the imported alias ${format(scope, key.keyArn)}`,
      'specify the key itself, such as Key.fromKeyArn(scope, id, keyArn)');
  }
  validateKeyResource(scope, key);
  return key;
}

/** Throws if the app defines the key, and streams and buckets cannot use it. */
function validateKeyResource(scope: Construct, key: IKey): void {
  const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT', enabled = true } = keyResource(key) ?? {};
  if (isDifferent(keySpec, 'SYMMETRIC_DEFAULT') || isDifferent(keyUsage, 'ENCRYPT_DECRYPT') || enabled === false) {
    throw errorAt(scope, `the KMS key must be an enabled symmetric encryption key, got ${key.node.path} of ${keySpec} for ${keyUsage}${enabled ? '' : ', which is disabled'}`,
      'specify a Key with the default keySpec, keyUsage and enabled');
  }
}

/** Throws if the key is an AWS managed key of another service, which a Kinesis data stream cannot use. */
export function validateManagedKey(scope: Construct, { keyArn }: IKey): void {
  if (!keyArn.endsWith('/aws/kinesis')) {
    throw errorAt(scope, `the AWS managed key of a Kinesis data stream must be alias/aws/kinesis, got ${format(scope, keyArn)}`,
      'specify alias/aws/kinesis, or a customer managed key');
  }
}

/** Returns the target key of an alias if it is known, and any other key unchanged. */
export function targetKeyOf(key: IKey): IKey {
  return 'aliasTargetKey' in key && aliasTargetKey(key as IAlias) || key;
}

/** Returns the resource of a key that the app defines. */
export function keyResource(key: IKey): CfnKey | undefined {
  return [key.node.defaultChild, key.node.scope].find(CfnKey.isCfnKey);
}

/** Returns the key for use in the stack. A key in another stack is referenced by its ARN only: a statement in its policy would create a dependency cycle. */
export function keyForStackOf(scope: Construct, key: IKey): IKey {
  return Stack.of(key) === Stack.of(scope) ? key : Key.fromKeyArn(scope, 'Key', key.keyArn);
}

/** Deploys what the scope contains after the key. AWS CDK adds this dependency itself, unless the key is in another account. */
export function dependOnKey(scope: Construct, key: IKey): void {
  const resource = keyResource(key);
  if (resource && isInOtherAccount(scope, key)) scope.node.addDependency(resource);
}

/** Whether the key is in another account than the stack of the scope. */
export function isInOtherAccount(scope: Construct, key: IKey): boolean {
  return isDifferent(key.env.account, StackEnvironment.of(scope).get('account').value);
}

function isAlias(key: IKey): boolean {
  return 'aliasTargetKey' in key || /:alias\//.test(key.keyArn);
}

function aliasTargetKey(alias: IAlias): IKey | undefined {
  try {
    return alias.aliasTargetKey;
  } catch {
    return undefined; // an alias that was imported by name throws
  }
}
