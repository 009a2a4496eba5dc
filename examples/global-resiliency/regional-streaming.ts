import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

export interface RegionalStreamingProps extends StackProps {
  /** The id that the Amazon Connect instance and its replica share. */
  readonly instanceId: string;
}

/** What streams from the instance of one Region, in that Region. */
export class RegionalStreaming extends Stack {
  constructor(scope: Construct, id: string, props: RegionalStreamingProps) {
    super(scope, id, props);

    new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromLookup(this, 'Instance', {
        instanceArn: `arn:aws:connect:${this.region}:${this.account}:instance/${props.instanceId}`,
      }),
      contactRecords: StreamingDestination.newDeliveryStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
    });
  }
}
