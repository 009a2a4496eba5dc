import { Aws, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, PhysicalResourceIdReference } from 'aws-cdk-lib/custom-resources';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import type { IDependable } from 'constructs';
import { identity, instanceIdentity, shortName } from './identity';
import { SHARED_FUNCTION } from './sdk-call';
import { serviceRoleArn } from './service-role';

const OPERATIONS = ['GenerateDataKey'];

/**
 * The grant by which the instance may encrypt with the key: one per instance, key and stack.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
 */
export function keyGrant(stack: Stack, key: IKey, instance: connect.IInstanceRef): IDependable {
  const id = `ConnectKeyGrant${shortName(instanceIdentity(instance), identity(key, key.keyArn))}`;
  const grant = stack.node.tryFindChild(id) ?? newGrant(stack, id, key, serviceRoleArn(stack, instance));
  return grant.node.defaultChild!; // the custom resource itself, without its policy
}

function newGrant(stack: Stack, id: string, key: IKey, roleArn: string): AwsCustomResource {
  return new AwsCustomResource(stack, id, {
    ...SHARED_FUNCTION,
    onUpdate: { // on creation too
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
    policy: AwsCustomResourcePolicy.fromStatements([
      new PolicyStatement({
        actions: ['kms:CreateGrant'],
        resources: [key.keyArn],
        conditions: {
          'StringEquals': { 'kms:GranteePrincipal': roleArn },
          'ForAllValues:StringEquals': { 'kms:GrantOperations': OPERATIONS },
        },
      }),
      new PolicyStatement({ actions: ['kms:RevokeGrant'], resources: [key.keyArn] }),
    ]),
  });
}
