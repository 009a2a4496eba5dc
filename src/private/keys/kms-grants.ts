import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type AwsCustomResource, PhysicalResourceId, PhysicalResourceIdReference } from 'aws-cdk-lib/custom-resources';
import { Construct, type IDependable } from 'constructs';
import { CustomResources } from '../common/custom-resources';
import { format } from '../common/formatting';
import { identityOf, shortHash } from '../common/identity';
import type { Instance } from '../common/instance';
import { singletonIn } from '../common/singleton';
import { serviceRoleArn } from '../service-role/service-role';

const OPERATIONS = ['GenerateDataKey'];

/**
 * The KMS grants of a stack: one per instance and key.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
 */
export class KmsGrants extends Construct {
  public static of(stack: Stack): KmsGrants {
    return singletonIn(stack, 'ConnectKeyGrants', KmsGrants);
  }

  private readonly grants = new Map<string, IDependable>();

  /** Grants the instance permission to encrypt with the key. Returns the grant, for resources to depend on. */
  public grantEncrypt(key: IKey, instance: Instance): IDependable {
    const pair = JSON.stringify([instance.identity, identityOf(key, key.keyArn)]);
    const grant = this.grants.get(pair) ?? this.add(`ConnectKeyGrant${shortHash(pair)}`, key, instance);
    this.grants.set(pair, grant);
    return grant;
  }

  private add(id: string, key: IKey, instance: Instance): IDependable {
    const stack = Stack.of(this);
    return newGrant(stack, id, key, serviceRoleArn(stack, instance)).node.defaultChild!; // it depends on its policy already
  }
}

function newGrant(stack: Stack, id: string, key: IKey, roleArn: string): AwsCustomResource {
  return CustomResources.of(stack).add(id, {
    purpose: `the grant on the key ${format(stack, key.keyArn)}`,
    onUpdate: {
      service: 'kms',
      action: 'CreateGrant',
      parameters: {
        KeyId: key.keyArn,
        GranteePrincipal: roleArn,
        Operations: OPERATIONS,
        // KMS returns the existing grant for a repeated call with the same name, and no other resource uses this name.
        Name: `${Aws.STACK_ID}/${id}`,
      },
      outputPaths: ['GrantId'],
      physicalResourceId: PhysicalResourceId.fromResponse('GrantId'),
    },
    onDelete: {
      service: 'kms',
      action: 'RevokeGrant',
      parameters: { KeyId: key.keyArn, GrantId: new PhysicalResourceIdReference() },
      ignoreErrorCodesMatching: '^(NotFound|InvalidGrantId)Exception$', // already revoked, or never created
    },
    statements: [
      new PolicyStatement({
        actions: ['kms:CreateGrant'],
        resources: [key.keyArn],
        conditions: {
          'StringEquals': { 'kms:GranteePrincipal': roleArn },
          'ForAllValues:StringEquals': { 'kms:GrantOperations': OPERATIONS },
        },
      }),
      new PolicyStatement({ actions: ['kms:RevokeGrant'], resources: [key.keyArn] }),
    ],
  });
}
