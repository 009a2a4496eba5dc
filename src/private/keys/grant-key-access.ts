import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { CfnStream, IStream } from 'aws-cdk-lib/aws-kinesis';
import type { CfnKey, IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct, IDependable } from 'constructs';
import { customerManagedKey, isInOtherAccount, keyResource, validateManagedKey } from './customer-managed-key';
import { KeyPolicies, keyPolicyStatement } from './key-policies';
import { createGrantStatement, KmsGrants } from './kms-grants';
import { KeyAccess } from '../../key-access';
import { addWarning, errorAt } from '../common/errors';
import { format } from '../common/formatting';
import type { Instance } from '../common/instance';
import { streamResource } from '../common/kinesis-streams';
import { enclosingStacks, outermostStack } from '../common/stacks';
import { serviceRoleArn } from '../service-role/service-role';

const UNKNOWN_ROLE = '<ServiceRole that aws connect describe-instance returns>';

/** Grants the instance permission to encrypt with the key of the stream. Returns what the association must depend on. */
export function grantKeyAccess(scope: Construct, stream: IStream, instance: Instance, keyAccess: KeyAccess): IDependable[] {
  if (keyAccess === KeyAccess.EXTERNAL || !stream.encryptionKey) return [];
  const key = customerManagedKey(scope, stream.encryptionKey);
  if (!key) {
    validateManagedKey(scope, stream.encryptionKey);
    return [];
  }

  if (keyAccess === KeyAccess.KEY_POLICY) validateKeyPolicyAccess(scope, key, instance);
  const resource = keyResource(key);
  const isByPolicy = keyAccess === KeyAccess.KEY_POLICY
    || (keyAccess === KeyAccess.AUTOMATIC && resource && !isInOtherAccount(scope, key) && canReferenceInstance(scope, resource.stack, instance));
  return isByPolicy ? allowInKeyPolicy(stream, resource!, key, instance) : [createGrant(scope, stream, key, instance)];
}

function allowInKeyPolicy(stream: IStream, resource: CfnKey, key: IKey, instance: Instance): IDependable[] {
  KeyPolicies.of(resource.stack).allow(key, resource, serviceRoleArn(resource.stack, instance));
  return dependsOnKey(stream, key) ? [] : [resource];
}

/** Whether the stream references the key, as L2 streams do, so that a resource that depends on the stream also depends on the key. */
function dependsOnKey(stream: IStream, key: IKey): boolean {
  const encryption = streamResource(stream)?.streamEncryption as CfnStream.StreamEncryptionProperty | undefined;
  return encryption?.keyId === key.keyArn;
}

function createGrant(scope: Construct, stream: IStream, key: IKey, instance: Instance): IDependable {
  const resource = streamResource(stream);
  const isBeforeStream = resource && canReferenceInstance(scope, resource.stack, instance);
  const grant = KmsGrants.of(isBeforeStream ? resource.stack : Stack.of(scope)).grantEncrypt(key, instance);
  if (isInOtherAccount(scope, key)) allowGrantInOtherAccount(scope, grant, key, instance);

  // An update must not encrypt an associated stream with another key before the grant on that key exists.
  if (isBeforeStream) resource.node.addDependency(grant);
  return grant;
}

/** The policy of a key in another account must allow the account of the grant to create it. */
function allowGrantInOtherAccount(scope: Construct, grant: CfnResource, key: IKey, instance: Instance): void {
  const resource = keyResource(key);
  if (resource) {
    KeyPolicies.of(resource.stack).allowAccount(key, resource, createGrantStatement(grant.stack, instance));
    grant.node.addDependency(resource);
    return;
  }
  addWarning(scope, 'createGrantByKeyOwner',
    `AWS CDK cannot determine whether the policy of the key ${format(scope, key.keyArn)}, which is in another account, allows this account to create a `
    + 'grant. If it does not, the deployment fails',
    'ask the key owner to add this statement, then acknowledge this warning: '
    + format(scope, createGrantStatement(grant.stack, instance).toStatementJson()));
}

function validateKeyPolicyAccess(scope: Construct, key: IKey, instance: Instance): void {
  const obstacle = obstacleToKeyPolicy(scope, key, instance);
  if (!obstacle) return;

  const statement = format(scope, keyPolicyStatement(instance.knownServiceRoleArn ?? UNKNOWN_ROLE).toStatementJson());
  throw errorAt(scope, `KeyAccess.KEY_POLICY cannot add a statement to the policy of the key ${format(scope, key.keyArn)}: ${obstacle}`,
    isInOtherAccount(scope, key)
      ? 'use KeyAccess.GRANT'
      : `use KeyAccess.GRANT, or use KeyAccess.EXTERNAL after the key owner has added this statement: ${statement}`);
}

function obstacleToKeyPolicy(scope: Construct, key: IKey, instance: Instance): string | undefined {
  if (isInOtherAccount(scope, key)) return `it is in another account, ${key.env.account}, where only a grant can allow a service-linked role`;

  const stack = keyResource(key)?.stack;
  if (!stack) return 'this app does not define the key';

  const dependent = instance.referencedStacks?.find((other) => other !== stack && canDependOnKey(other, stack, Stack.of(scope)));
  return dependent && `the stack of the key, ${stack.node.path}, cannot reference the instance in ${dependent.node.path}, which depends on the stack of the key`;
}

/**
 * Whether the stack of the instance depends on the stack of the key, or can depend on it: it contains the construct, which
 * references the key, or it is a nested stack beside the key, whose other resources can reference the key.
 */
function canDependOnKey(stackOfInstance: Stack, stackOfKey: Stack, user: Stack): boolean {
  const [instances, keys] = [stackOfInstance, stackOfKey].map(outermostStack);
  if (instances !== keys) return instances === outermostStack(user) || dependsOn(instances, keys);
  return stackOfInstance === user || !enclosingStacks(stackOfKey).includes(stackOfInstance);
}

/**
 * Whether a reference from the stack to the instance cannot create a dependency cycle, whatever else the app contains: the
 * stack contains the association, which references the instance anyway, or it depends on the stack of the instance already.
 * An instance in a nested stack is different, because other resources of the nested stack can reference the key and the stream.
 */
function canReferenceInstance(scope: Construct, stack: Stack, instance: Instance): boolean {
  const stacks = instance.referencedStacks;
  return stack === Stack.of(scope)
    ? !stacks?.some((other) => other !== stack && enclosingStacks(other).includes(stack))
    : stacks?.every((other) => other === stack || dependsOn(stack, other)) ?? false;
}

function dependsOn(stack: Stack, other: Stack): boolean {
  const visited = new Set([stack]);
  for (const visiting of visited) visiting.dependencies.forEach((dependency) => visited.add(dependency)); // also visits what it adds
  return stack !== other && visited.has(other);
}
