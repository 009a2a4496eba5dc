import { aws_kinesis as kinesis, aws_kms as kms, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

const INSTANCE_ARN = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_abc';

export class Migrated extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);

    const key = new kms.Key(this, 'Key', { enableKeyRotation: true });
    const stream = new kinesis.Stream(this, 'Stream', { encryptionKey: key });

    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceAttributes(this, 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn: ROLE_ARN }),
      agentEvents: StreamingDestination.kinesisStream(stream),
    });
    streaming.agentEventsAssociation!.overrideLogicalId('AgentEvents');
  }
}
