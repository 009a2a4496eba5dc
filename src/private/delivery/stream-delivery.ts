import { Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { recordsDestination } from './destination';
import type { DataType } from '../common/data-types';
import { addWarning } from '../common/errors';
import { format } from '../common/formatting';
import { customerManagedKey, dependOnKey, isInOtherAccount, keyForStackOf, keyResource } from '../keys/customer-managed-key';
import { KeyPolicies } from '../keys/key-policies';

/** @see https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
const READ_ACTIONS = ['kinesis:DescribeStream', 'kinesis:GetShardIterator', 'kinesis:GetRecords', 'kinesis:ListShards'];

/** Delivers the records of a Kinesis data stream to a bucket that is encrypted with the key of the stream. */
export function deliverStream(scope: Construct, dataType: DataType, stream: kinesis.IStream, bucket: s3.IBucket): firehose.IDeliveryStream {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('firehose.amazonaws.com') });
  return new firehose.DeliveryStream(scope, 'DeliveryStream', {
    source: new StreamSource(stream, bucket.encryptionKey),
    destination: recordsDestination(dataType, bucket, role),
    role,
  });
}

/** A Kinesis data stream from which Firehose reads with the permissions that it needs. */
class StreamSource extends firehose.KinesisStreamSource {
  constructor(private readonly source: kinesis.IStream, private readonly key?: kms.IKey) {
    super(source);
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const grant = this.source.grant(grantee, ...READ_ACTIONS);
    return this.key ? grant.combine(this.key.grantDecrypt(grantee)) : grant;
  }
}

/**
 * The key of a Kinesis data stream, for a role and a bucket of this stack, which are deployed after it. Undefined if the stream has
 * no customer managed key.
 */
export function streamKey(scope: Construct, { encryptionKey }: kinesis.IStream): kms.IKey | undefined {
  const key = encryptionKey && customerManagedKey(scope, encryptionKey);
  if (!key) return undefined;

  if (isInOtherAccount(scope, key)) allowDeliveryInOtherAccount(scope, key);
  dependOnKey(scope, key);
  return keyForStackOf(scope, key);
}

/** The policy of a key in another account must allow the account of the delivery stream to use it. */
function allowDeliveryInOtherAccount(scope: Construct, key: kms.IKey): void {
  const { account, region } = Stack.of(scope);
  const statement = new iam.PolicyStatement({
    principals: [new iam.ArnPrincipal(account)], // short for the account
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
    conditions: { StringEquals: { 'kms:ViaService': ['kinesis', 's3'].map((service) => `${service}.${region}.${Aws.URL_SUFFIX}`) } },
  });
  const resource = keyResource(key);
  if (resource) {
    KeyPolicies.of(resource.stack).allowAccount(key, resource, statement);
    return;
  }
  addWarning(scope, 'deliverByKeyOwner',
    `AWS CDK cannot determine whether the policy of the key ${format(scope, key.keyArn)}, which is in another account, allows this account to use it. If it `
    + 'does not, no records are delivered to the table',
    `ask the key owner to add this statement, then acknowledge this warning: ${format(scope, statement.toStatementJson())}`);
}
