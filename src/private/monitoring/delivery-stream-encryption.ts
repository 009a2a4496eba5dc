import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';

/** Whether a delivery stream is certain to have no customer managed key. Firehose reports errors of customer managed keys only. */
export function hasNoCustomerManagedKey({ deliveryStreamEncryptionConfigurationInput: encryption }: CfnDeliveryStream): boolean {
  return encryption === undefined || ('keyType' in encryption && encryption.keyType === 'AWS_OWNED_CMK');
}
