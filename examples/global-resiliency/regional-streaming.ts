import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, DataStreamingMonitoring, StreamingDestination } from 'cdk-connect-data-streaming';

export interface RegionalStreamingProps extends StackProps {
  /** The ID of the Amazon Connect instance and of its replica. */
  readonly instanceId: string;
}

/** Data streaming from the instance in the Region of the stack, with alarms. */
export class RegionalStreaming extends Stack {
  constructor(scope: Construct, id: string, props: RegionalStreamingProps) {
    super(scope, id, props);

    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromLookup(this, 'Instance', {
        instanceArn: `arn:aws:connect:${this.region}:${this.account}:instance/${props.instanceId}`,
      }),
      contactRecords: StreamingDestination.newDeliveryStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    // No NoRecords alarms: the idle Region has no contacts and no agents.
    new DataStreamingMonitoring(this, 'Monitoring', { streaming });
  }
}
