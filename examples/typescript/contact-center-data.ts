import { aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AgentEventsTable, ConnectDataStreaming, ConnectInstance, DataStreamingAudit, DataStreamingMonitoring, StreamingDestination,
} from 'cdk-connect-data-streaming';
import type { Construct } from 'constructs';

export interface ContactCenterDataProps extends StackProps {
  /** The ARN of the existing Amazon Connect instance. */
  readonly instanceArn: string;
  /** The ARN of the existing Kinesis data stream for agent events. */
  readonly agentEventsStreamArn: string;
  /** The ARN of the customer managed key of that stream. */
  readonly agentEventsKeyArn: string;
}

/** Streams contact records, agent events and voice analysis segments, with alarms, audit rules and a table of agent events. */
export class ContactCenterData extends Stack {
  constructor(scope: Construct, id: string, props: ContactCenterDataProps) {
    super(scope, id, props);

    const agentEvents = kinesis.Stream.fromStreamAttributes(this, 'AgentEvents', {
      streamArn: props.agentEventsStreamArn,
      encryptionKey: kms.Key.fromKeyArn(this, 'AgentEventsKey', props.agentEventsKeyArn),
    });

    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceArn(this, 'Instance', props.instanceArn),
      contactRecords: StreamingDestination.newDeliveryStream({ encryption: firehose.StreamEncryption.awsOwnedKey() }),
      agentEvents: StreamingDestination.kinesisStream(agentEvents),
      voiceAnalysisSegments: StreamingDestination.newKinesisStream({
        encryption: kinesis.StreamEncryption.MANAGED,
        retentionPeriod: Duration.days(7),
      }),
    });

    new CfnOutput(this, 'VoiceStreamName', { value: streaming.voiceAnalysisSegmentsStream!.streamName });

    new AgentEventsTable(this, 'AgentEventsTable', { streaming });
    new DataStreamingMonitoring(this, 'Monitoring', { streaming });
    new DataStreamingAudit(this, 'Audit', { streaming });
  }
}
