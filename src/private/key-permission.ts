import { Stack } from 'aws-cdk-lib';
import { CfnStream, type IStream } from 'aws-cdk-lib/aws-kinesis';
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

/** Lets the instance encrypt what it puts into the stream. Returns what must be there before it does. */
export function permitEncryption(scope: Construct, stream: IStream, instance: connect.IInstanceRef, access: KeyAccess): IDependable[] {
  if (access === KeyAccess.EXTERNAL || !stream.encryptionKey) return [];
  const key = customerManagedKey(scope, stream.encryptionKey);
  if (!key) return [];

  const obstacle = obstacleToKeyPolicy(scope, key, instance);
  if (access === KeyAccess.KEY_POLICY && obstacle) {
    const roleArn = knownServiceRoleArn(instance) ?? '<ServiceRole of aws connect describe-instance>';
    throw new Error(`${scope.node.path}: the policy of the key ${printable(scope, key.keyArn)} ${obstacle}; use KeyAccess.GRANT, or `
      + 'KeyAccess.EXTERNAL once its owner has added the statement: '
      + printable(scope, keyPolicyStatement(roleArn).toStatementJson()));
  }
  return access === KeyAccess.GRANT || obstacle
    ? [permitByGrant(scope, stream, key, instance)]
    : [permitByPolicy(keyResource(key)!, key, instance)];
}

function permitByPolicy(resource: CfnKey, key: IKey, instance: connect.IInstanceRef): IDependable {
  KeyPolicyStatements.of(resource).allow(key, serviceRoleArn(resource.stack, instance));
  return resource;
}

function permitByGrant(scope: Construct, stream: IStream, key: IKey, instance: connect.IInstanceRef): IDependable {
  const resource = stream.node.defaultChild;
  if (!CfnStream.isCfnStream(resource) || stackInTheWay(scope, resource.stack, instance)) return keyGrant(Stack.of(scope), key, instance);

  // A stream that is associated already must not move to a key before the grant is there.
  const grant = keyGrant(resource.stack, key, instance);
  resource.node.addDependency(grant);
  return grant;
}

function obstacleToKeyPolicy(scope: Construct, key: IKey, instance: connect.IInstanceRef): string | undefined {
  const resource = keyResource(key);
  if (!resource) return 'is not this app\'s';

  const needed = stackInTheWay(scope, resource.stack, instance);
  return needed && `can't name the role of an instance of ${needed.node.path}, which needs ${resource.stack.node.path}, the stack of the key`;
}

/** The key as a resource of this app, if it is one. */
function keyResource(key: IKey): CfnKey | undefined {
  return [key.node.defaultChild, key.node.scope].find(CfnKey.isCfnKey);
}

/** A stack that knows the instance, but needs the other stack, so that the other can't refer to the instance. */
function stackInTheWay(scope: Construct, other: Stack, instance: connect.IInstanceRef): Stack | undefined {
  return referencesIn(scope, knownServiceRoleArn(instance) ?? instance.instanceRef.instanceArn)
    .map(({ target }) => Stack.of(target))
    .find((stack) => stack !== other && (stack === Stack.of(scope) || dependsOn(stack, other)));
}

function dependsOn(stack: Stack, other: Stack): boolean {
  return stack.dependencies.some((dependency) => dependency === other || dependsOn(dependency, other));
}
