import { Aws, type CfnResource, Lazy, Stack, Token } from 'aws-cdk-lib';
import { ArnPrincipal, type Condition, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { PhysicalResourceId, PhysicalResourceIdReference } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { singletonIn } from '../common/construct-tree';
import { CustomResources } from '../common/custom-resources';
import { format } from '../common/formatting';
import { identityOf, shortHash } from '../common/identity';
import type { Instance } from '../common/instance';
import { serviceRoleArn } from '../service-role/service-role';

const CREATE_GRANT = 'kms:CreateGrant';
const OPERATIONS = ['GenerateDataKey'];

/**
 * The KMS grants of a stack: one per instance and key. The role of the custom resources is the retiring principal of each grant, so
 * that it needs no permission on the key to delete the grant, and can delete no grant of others.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
 */
export class KmsGrants extends Construct {
  public static of(stack: Stack): KmsGrants {
    return singletonIn(stack, 'ConnectKeyGrants', KmsGrants);
  }

  private readonly grants = new Map<string, CfnResource>();

  /** Grants the instance permission to encrypt with the key. Returns the grant, for resources to depend on. */
  public grantEncrypt(key: IKey, instance: Instance): CfnResource {
    const pair = JSON.stringify([instance.identity, identityOf(key, key.keyArn)]);
    const grant = this.grants.get(pair) ?? this.add(`ConnectKeyGrant${shortHash(pair)}`, key, instance);
    this.grants.set(pair, grant);
    return grant;
  }

  private add(id: string, key: IKey, instance: Instance): CfnResource {
    const stack = Stack.of(this);
    return newGrant(stack, id, key, serviceRoleArn(stack, instance));
  }
}

function newGrant(stack: Stack, id: string, key: IKey, roleArn: string): CfnResource {
  const customResources = CustomResources.of(stack);
  const grant: CfnResource = customResources.add(id, {
    purpose: `the grant on the key ${format(stack, key.keyArn)}`,
    onUpdate: {
      service: 'kms',
      action: 'CreateGrant',
      parameters: {
        KeyId: key.keyArn,
        GranteePrincipal: roleArn,
        RetiringPrincipal: customResources.role.roleArn,
        Operations: OPERATIONS,
        // KMS returns the existing grant for a repeated call with the same name. A resource with another logical id is another grant.
        Name: Lazy.string({ produce: () => `${Aws.STACK_ID}/${shortHash(stack.resolve(grant.logicalId) as string)}` }),
      },
      outputPaths: ['GrantId'],
      physicalResourceId: PhysicalResourceId.fromResponse('GrantId'),
    },
    onDelete: {
      service: 'kms',
      action: 'RetireGrant',
      parameters: { KeyId: key.keyArn, GrantId: new PhysicalResourceIdReference() },
      // The grant does not exist: it is already retired, or its creation failed and is rolled back.
      ignoreErrorCodesMatching: '^(NotFound|InvalidGrantId|AccessDenied)Exception$',
    },
    permissions: [{ action: CREATE_GRANT, resource: key.keyArn, conditions: conditionsFor(roleArn) }],
  });
  return grant;
}

/** The statement in the policy of a key in another account that allows the account of the stack to create the grant. */
export function createGrantStatement({ account }: Stack, { knownServiceRoleArn: roleArn }: Instance): PolicyStatement {
  return new PolicyStatement({
    principals: [new ArnPrincipal(account)], // short for the account
    actions: [CREATE_GRANT],
    resources: ['*'],
    conditions: conditionsFor(Token.isUnresolved(roleArn) ? undefined : roleArn),
  });
}

function conditionsFor(roleArn?: string): Record<string, Condition> {
  return {
    ...roleArn && { StringEquals: { 'kms:GranteePrincipal': roleArn } },
    'ForAllValues:StringEquals': { 'kms:GrantOperations': OPERATIONS },
  };
}
