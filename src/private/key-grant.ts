import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type AwsCustomResource, PhysicalResourceId, PhysicalResourceIdReference } from 'aws-cdk-lib/custom-resources';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { Construct, type IDependable } from 'constructs';
import { identity, instanceIdentity, shortName } from './identity';
import { SdkCalls } from './sdk-calls';
import { serviceRoleArn } from './service-role';

const ID = 'ConnectKeyGrants';
const OPERATIONS = ['GenerateDataKey'];

/**
 * The grants of a stack by which instances may encrypt with keys: one per instance and key.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
 */
export class KeyGrants extends Construct {
  public static of(stack: Stack): KeyGrants {
    return stack.node.tryFindChild(ID) as KeyGrants | undefined ?? new KeyGrants(stack, ID);
  }

  private readonly grants = new Map<string, IDependable>();

  /** Grants the use of the key. Returns what must be there before it is used. */
  public grant(key: IKey, instance: connect.IInstanceRef): IDependable {
    const pair = JSON.stringify([instanceIdentity(instance), identity(key, key.keyArn)]);
    const grant = this.grants.get(pair) ?? this.add(`ConnectKeyGrant${shortName(pair)}`, key, instance);
    this.grants.set(pair, grant);
    return grant;
  }

  private add(id: string, key: IKey, instance: connect.IInstanceRef): IDependable {
    const stack = Stack.of(this);
    return newGrant(stack, id, key, serviceRoleArn(stack, instance)).node.defaultChild!; // the custom resource itself, without its policy
  }
}

function newGrant(stack: Stack, id: string, key: IKey, roleArn: string): AwsCustomResource {
  return SdkCalls.of(stack).add(id, {
    name: `a grant on the key ${key.keyArn}`,
    onUpdate: {
      service: 'kms',
      action: 'CreateGrant',
      parameters: {
        KeyId: key.keyArn,
        GranteePrincipal: roleArn,
        Operations: OPERATIONS,
        // With a name, a repeated call finds its own grant; with this name, it never finds that of another resource.
        Name: `${Aws.STACK_ID}/${id}`,
      },
      outputPaths: ['GrantId'],
      physicalResourceId: PhysicalResourceId.fromResponse('GrantId'),
    },
    onDelete: {
      service: 'kms',
      action: 'RevokeGrant',
      parameters: { KeyId: key.keyArn, GrantId: new PhysicalResourceIdReference() },
      ignoreErrorCodesMatching: '^(NotFound|InvalidGrantId)Exception$', // gone already, or never made
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
