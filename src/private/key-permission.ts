import { Stack } from 'aws-cdk-lib';
import { CfnKey, type IKey } from 'aws-cdk-lib/aws-kms';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import type { Construct, IDependable } from 'constructs';
import { customerManagedKey } from './customer-managed-key';
import { keyGrant } from './key-grant';
import { keyPolicyStatement, KeyPolicyStatements } from './key-policy';
import { printable } from './printable';
import { referencesIn } from './references';
import { knownServiceRoleArn, serviceRoleArn } from './service-role';
import { KeyAccess } from '../key-access';

/** Lets the instance encrypt with the key. Returns what must be there before the instance uses the key. */
export function permitEncryption(scope: Construct, streamKey: IKey, instance: connect.IInstanceRef, access: KeyAccess): IDependable[] {
  if (access === KeyAccess.EXTERNAL) return [];
  const key = customerManagedKey(scope, streamKey);
  if (!key) return [];

  const obstacle = obstacleToKeyPolicy(scope, key, instance);
  if (access === KeyAccess.KEY_POLICY && obstacle) {
    const roleArn = knownServiceRoleArn(instance) ?? '<ServiceRole of aws connect describe-instance>';
    throw new Error(`${scope.node.path}: the policy of the key ${printable(scope, key.keyArn)} ${obstacle}; use KeyAccess.GRANT, or `
      + 'KeyAccess.EXTERNAL once its owner has added the statement: '
      + printable(scope, keyPolicyStatement(roleArn).toStatementJson()));
  }
  if (access === KeyAccess.GRANT || obstacle) return [keyGrant(Stack.of(scope), key, instance)];

  const resource = keyResource(key)!;
  KeyPolicyStatements.of(resource).allow(key, serviceRoleArn(resource.stack, instance));
  return [resource];
}

function obstacleToKeyPolicy(scope: Construct, key: IKey, instance: connect.IInstanceRef): string | undefined {
  const resource = keyResource(key);
  if (!resource) return 'is not this app\'s';

  const association = Stack.of(scope);
  const instanceStacks = referencesIn(scope, knownServiceRoleArn(instance) ?? instance.instanceRef.instanceArn).map(({ target }) => Stack.of(target));
  const needed = instanceStacks.find((stack) => stack !== resource.stack && (stack === association || dependsOn(stack, resource.stack)));
  return needed && `can't name the role of an instance of ${needed.node.path}, which needs ${resource.stack.node.path}, the stack of the key`;
}

/** The key as a resource of this app, if it is one. */
function keyResource(key: IKey): CfnKey | undefined {
  return [key.node.defaultChild, key.node.scope].find(CfnKey.isCfnKey);
}

function dependsOn(stack: Stack, other: Stack): boolean {
  return stack.dependencies.some((dependency) => dependency === other || dependsOn(dependency, other));
}
