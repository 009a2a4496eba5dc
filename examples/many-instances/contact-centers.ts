import { aws_kms as kms, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

export interface ContactCentersProps extends StackProps {
  /** The ARNs of existing Amazon Connect instances in one account and Region. */
  readonly instanceArns: string[];
}

/** Agent events of many instances: one stream for each instance, one key for all streams. */
export class ContactCenters extends Stack {
  constructor(scope: Construct, id: string, props: ContactCentersProps) {
    super(scope, id, props);

    const encryptionKey = new kms.Key(this, 'Key', { enableKeyRotation: true });
    for (const instanceArn of props.instanceArns) {
      const instanceId = instanceArn.split('/')[1];
      new ConnectDataStreaming(this, `Streaming${instanceId}`, {
        instance: ConnectInstance.fromInstanceArn(this, `Instance${instanceId}`, instanceArn),
        agentEvents: StreamingDestination.newKinesisStream(),
        encryptionKey,
      });
    }
  }
}
