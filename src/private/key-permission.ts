import { Stack } from 'aws-cdk-lib';
import type { CfnStream, IStream } from 'aws-cdk-lib/aws-kinesis';
import type { CfnKey, IKey } from 'aws-cdk-lib/aws-kms';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import type { Construct, IDependable } from 'constructs';
import { customerManagedKey, keyResource } from './customer-managed-key';
import { streamResource } from './distinct-streams';
import { KeyGrants } from './key-grant';
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

  if (access === KeyAccess.KEY_POLICY) requireKeyPolicy(scope, key, instance);
  const resource = keyResource(key);
  const byPolicy = access === KeyAccess.KEY_POLICY || (access === KeyAccess.AUTOMATIC && resource && mayKnow(scope, resource.stack, instance));
  return byPolicy ? permitByPolicy(stream, resource!, key, instance) : [permitByGrant(scope, stream, key, instance)];
}

function permitByPolicy(stream: IStream, resource: CfnKey, key: IKey, instance: connect.IInstanceRef): IDependable[] {
  KeyPolicyStatements.of(resource.stack).allow(key, resource, serviceRoleArn(resource.stack, instance));
  return refersTo(stream, key) ? [] : [resource];
}

/** Whether the stream refers to the key, as L2 streams do: what waits for the stream then waits for the key. */
function refersTo(stream: IStream, key: IKey): boolean {
  const encryption = streamResource(stream)?.streamEncryption as CfnStream.StreamEncryptionProperty | undefined;
  return encryption?.keyId === key.keyArn;
}

function permitByGrant(scope: Construct, stream: IStream, key: IKey, instance: connect.IInstanceRef): IDependable {
  const resource = streamResource(stream);
  if (!resource || !mayKnow(scope, resource.stack, instance)) return KeyGrants.of(Stack.of(scope)).grant(key, instance);

  // A stream that is associated already must not move to a key before the grant is there.
  const grant = KeyGrants.of(resource.stack).grant(key, instance);
  resource.node.addDependency(grant);
  return grant;
}

function requireKeyPolicy(scope: Construct, key: IKey, instance: connect.IInstanceRef): void {
  const obstacle = obstacleToKeyPolicy(scope, key, instance);
  if (!obstacle) return;

  const roleArn = knownServiceRoleArn(instance) ?? '<ServiceRole of aws connect describe-instance>';
  throw new Error(`${scope.node.path}: the policy of the key ${printable(scope, key.keyArn)} ${obstacle}; use KeyAccess.GRANT, or `
    + 'KeyAccess.EXTERNAL once its owner has added the statement: '
    + printable(scope, keyPolicyStatement(roleArn).toStatementJson()));
}

function obstacleToKeyPolicy(scope: Construct, key: IKey, instance: connect.IInstanceRef): string | undefined {
  const stack = keyResource(key)?.stack;
  if (!stack) return 'is not this app\'s';

  const dependent = stacksOf(instance).find((other) => other !== stack && (other === Stack.of(scope) || dependsOn(other, stack)));
  return dependent && `can't name the role of an instance of ${dependent.node.path}, which needs ${stack.node.path}, the stack of the key`;
}

/**
 * Whether the stack may refer to the instance, whatever else the app holds: it is the stack of the association, which
 * does anyway, or needs the stack of the instance already. A new reference between stacks might close a cycle.
 */
function mayKnow(scope: Construct, stack: Stack, instance: connect.IInstanceRef): boolean {
  return stack === Stack.of(scope) || stacksOf(instance).every((other) => other === stack || dependsOn(stack, other));
}

/** The stacks that a template has to refer to, to name the instance and its role. */
function stacksOf(instance: connect.IInstanceRef): Stack[] {
  return referencesIn(instance, knownServiceRoleArn(instance) ?? instance.instanceRef.instanceArn).map(({ target }) => Stack.of(target));
}

function dependsOn(stack: Stack, other: Stack): boolean {
  return stack.dependencies.some((dependency) => dependency === other || dependsOn(dependency, other));
}
