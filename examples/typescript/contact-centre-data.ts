import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

export interface ContactCentreDataProps extends StackProps {
  /** The ARN of the existing Amazon Connect instance. */
  readonly instanceArn: string;
}

/** Contact records in a bucket, agent events in a Kinesis data stream. */
export class ContactCentreData extends Stack {
  constructor(scope: Construct, id: string, props: ContactCentreDataProps) {
    super(scope, id, props);

    new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceArn(this, 'Instance', props.instanceArn),
      contactRecords: StreamingDestination.newDeliveryStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
    });
  }
}
