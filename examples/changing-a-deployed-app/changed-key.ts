import { aws_iam as iam, aws_kms as kms, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

const INSTANCE_ARN = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';

/** The stream moves from the old key to the new key. Both keys stay in the stack. */
export class ChangedKey extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const oldKey = new kms.Key(this, 'OldKey', { enableKeyRotation: true });
    const newKey = new kms.Key(this, 'NewKey', { enableKeyRotation: true });

    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN),
      agentEvents: StreamingDestination.newKinesisStream(),
      encryptionKey: newKey, // was oldKey
    });
    oldKey.addToResourcePolicy(new iam.PolicyStatement({ // remove this in the next deployment
      principals: [new iam.ArnPrincipal(streaming.serviceRoleArn)],
      actions: ['kms:GenerateDataKey'],
      resources: ['*'],
    }));
  }
}
