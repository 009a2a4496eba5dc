import { Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { addWarning } from '../common/errors';
import { format } from '../common/formatting';
import { isInOtherAccount, keyResource } from '../keys/customer-managed-key';
import { KeyPolicies } from '../keys/key-policies';

/** Allows the account of a delivery stream to use a key in another account through the services. */
export function allowDelivery(scope: Construct, key: IKey, services: Array<'firehose' | 'kinesis' | 's3'>): void {
  if (!isInOtherAccount(scope, key)) return;

  const { account, region } = Stack.of(scope);
  const ofGrants = ['kms:CreateGrant', 'kms:DescribeKey']; // Firehose creates a grant to encrypt the delivery stream
  const statement = new iam.PolicyStatement({
    principals: [new iam.ArnPrincipal(account)], // short for the account
    actions: ['kms:Decrypt', 'kms:GenerateDataKey', ...services.includes('firehose') ? ofGrants : []],
    resources: ['*'],
    conditions: { StringEquals: { 'kms:ViaService': services.map((service) => `${service}.${region}.${Aws.URL_SUFFIX}`) } },
  });
  const resource = keyResource(key);
  if (resource) {
    KeyPolicies.of(resource.stack).allowAccount(key, resource, statement);
    return;
  }
  addWarning(scope, 'deliverByKeyOwner',
    `AWS CDK cannot determine whether the policy of the key ${format(scope, key.keyArn)}, which is in another account, allows this account to use it. If it `
    + 'does not, no records are delivered',
    `ask the key owner to add this statement, then acknowledge this warning: ${format(scope, statement.toStatementJson())}`);
}
