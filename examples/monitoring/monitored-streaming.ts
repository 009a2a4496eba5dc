import { aws_cloudwatch_actions as actions, aws_sns as sns, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, DataStreamingMonitoring, StreamingDestination } from 'cdk-connect-data-streaming';

const INSTANCE_ARN = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';

/** Agent events with alarms that notify an SNS topic. */
export class MonitoredStreaming extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const topic = new sns.Topic(this, 'OnCall', { enforceSSL: true });
    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN),
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    const monitoring = new DataStreamingMonitoring(this, 'Monitoring', {
      streaming,
      alarmActions: [new actions.SnsAction(topic)],
      noAgentEventsFor: Duration.hours(16), // longer than a night
    });

    for (const alarm of monitoring.alarms) {
      alarm.addOkAction(new actions.SnsAction(topic));
    }
  }
}
