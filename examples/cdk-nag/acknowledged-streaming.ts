import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledgeFindings } from './acknowledge';
import { AgentEventsTable, ConnectDataStreaming, ConnectInstance, ContactRecordsTable, StreamingDestination } from 'cdk-connect-data-streaming';

const INSTANCE_ARN = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';

/** Contact records and agent events with tables, without findings of cdk-nag. */
export class AcknowledgedStreaming extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN),
      contactRecords: StreamingDestination.newDeliveryStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
    });
    new ContactRecordsTable(this, 'ContactRecordsTable', { streaming });
    const agentEventsTable = new AgentEventsTable(this, 'AgentEventsTable', { streaming });

    acknowledgeFindings(streaming, agentEventsTable);
  }
}
