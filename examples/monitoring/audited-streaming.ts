import { aws_events_targets as targets, aws_sns as sns, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, DataStreamingAudit, StreamingDestination } from 'cdk-connect-data-streaming';

const INSTANCE_ARN = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';

/** Agent events with rules that report denied access and dangerous changes to an SNS topic. */
export class AuditedStreaming extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const topic = new sns.Topic(this, 'Security', { enforceSSL: true });
    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN),
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    new DataStreamingAudit(this, 'Audit', {
      streaming,
      targets: [new targets.SnsTopic(topic)],
    });
  }
}
