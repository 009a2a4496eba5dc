import {
  aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, RemovalPolicies, RemovalPolicy, Stack, type StackProps,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from 'cdk-connect-data-streaming';

/** Associations that were created in the console: contact records to a delivery stream, agent events to an encrypted Kinesis data stream. */
export class AdoptedStreaming extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);

    const agentEvents = kinesis.Stream.fromStreamAttributes(this, 'AgentEvents', {
      streamArn: 'arn:aws:kinesis:us-east-1:111122223333:stream/agent-events',
      encryptionKey: kms.Key.fromKeyArn(this, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555'),
    });

    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromLookup(this, 'Instance', {
        instanceArn: 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111',
      }),
      contactRecords: StreamingDestination.deliveryStream(
        firehose.DeliveryStream.fromDeliveryStreamName(this, 'ContactRecords', 'contact-records')),
      agentEvents: StreamingDestination.kinesisStream(agentEvents),
      keyAccess: KeyAccess.EXTERNAL, // the key policy already grants Amazon Connect access
    });
    RemovalPolicies.of(streaming).apply(RemovalPolicy.RETAIN);
  }
}
