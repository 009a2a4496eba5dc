import { join } from 'path';
import {
  aws_dynamodb as dynamodb, aws_lambda as lambda, aws_lambda_event_sources as sources, aws_logs as logs, aws_s3 as s3,
  Duration, Stack, type StackProps,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

export interface AgentEventsConsumerProps extends StackProps {
  /** The ARN of the existing Amazon Connect instance. */
  readonly instanceArn: string;
}

/** A Lambda function that reads agent events and keeps the current status of each agent in a DynamoDB table. */
export class AgentEventsConsumer extends Stack {
  constructor(scope: Construct, id: string, props: AgentEventsConsumerProps) {
    super(scope, id, props);

    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceArn(this, 'Instance', props.instanceArn),
      agentEvents: StreamingDestination.newKinesisStream(),
    });

    const agents = new dynamodb.Table(this, 'Agents', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
    });
    const consumer = new lambda.Function(this, 'Consumer', {
      runtime: lambda.Runtime.NODEJS_24_X,
      code: lambda.Code.fromAsset(join(__dirname, 'handler')),
      handler: 'index.handler',
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: { TABLE_NAME: agents.tableName },
      logGroup: new logs.LogGroup(this, 'ConsumerLogs', { retention: logs.RetentionDays.ONE_MONTH }),
    });
    agents.grant(consumer, 'dynamodb:PutItem', 'dynamodb:UpdateItem');

    const failures = new s3.Bucket(this, 'Failures', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(30) }],
    });
    // The event source grants the function permission to read the stream and to decrypt with its key.
    consumer.addEventSource(new sources.KinesisEventSource(streaming.agentEventsStream!, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(1),
      // A failing record does not block the shard: Lambda splits the batch, and sends the record to the bucket after the last retry.
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 5,
      onFailure: new sources.S3OnFailureDestination(failures),
    }));
  }
}
