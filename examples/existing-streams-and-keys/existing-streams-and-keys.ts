import {
  aws_iam as iam, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, CfnOutput, Stack, type StackProps, Validations,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from 'cdk-connect-data-streaming';

const INSTANCE_ARN = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';

/** Streams to an existing Kinesis data stream with an imported key and to an existing delivery stream. */
export class ExistingStreams extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const instance = ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN);
    const consumer = new iam.Role(this, 'Consumer', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });

    const agentEvents = kinesis.Stream.fromStreamAttributes(this, 'AgentEvents', {
      streamArn: 'arn:aws:kinesis:us-east-1:111122223333:stream/agent-events',
      encryptionKey: kms.Key.fromKeyArn(this, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555'),
    });
    const contactRecords = firehose.DeliveryStream.fromDeliveryStreamName(this, 'ContactRecords', 'contact-records');

    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance,
      agentEvents: StreamingDestination.kinesisStream(agentEvents),
      contactRecords: StreamingDestination.deliveryStream(contactRecords),
    });

    streaming.grantRead(consumer);
  }
}

/** Streams to an existing Kinesis data stream with the AWS managed key and to one without encryption. */
export class StreamsWithoutCustomerManagedKey extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const instance = ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN);

    const agentEvents = kinesis.Stream.fromStreamAttributes(this, 'AgentEvents', {
      streamArn: 'arn:aws:kinesis:us-east-1:111122223333:stream/agent-events',
      encryptionKey: kms.Alias.fromAliasName(this, 'ManagedKey', 'alias/aws/kinesis'),
    });

    const unencrypted = kinesis.Stream.fromStreamArn(this, 'Segments', 'arn:aws:kinesis:us-east-1:111122223333:stream/segments');
    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance,
      agentEvents: StreamingDestination.kinesisStream(agentEvents),
      chatAnalysisSegments: StreamingDestination.kinesisStream(unencrypted),
    });
    Validations.of(streaming).acknowledge({ id: 'cdk-connect-data-streaming:unknownStreamEncryption', reason: 'The stream is not encrypted.' });
  }
}

/** Outputs the role ARN for the owner of the key. */
export class ExternalKeyAccess extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const instance = ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN);

    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance,
      agentEvents: StreamingDestination.newKinesisStream(),
      encryptionKey: kms.Key.fromKeyArn(this, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555'),
      keyAccess: KeyAccess.EXTERNAL,
    });
    new CfnOutput(this, 'ServiceRoleArn', { value: streaming.serviceRoleArn });
  }
}

/** Streams to a Kinesis data stream that is defined as an L1 construct. */
export class L1Stream extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const instance = ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN);

    const stream = new kinesis.CfnStream(this, 'Stream', {
      streamModeDetails: { streamMode: 'ON_DEMAND' },
      streamEncryption: { encryptionType: 'KMS', keyId: new kms.Key(this, 'Key').keyArn },
    });
    new ConnectDataStreaming(this, 'Streaming', {
      instance,
      agentEvents: StreamingDestination.kinesisStream(stream),
    });
  }
}
