import { dirname, join } from 'path';
import {
  aws_dynamodb as dynamodb, aws_lambda as lambda, aws_lambda_event_sources as sources, aws_lambda_nodejs as nodejs, aws_logs as logs, aws_s3 as s3,
  aws_ssm as ssm, Duration, Stack, type StackProps,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

export interface AgentEventsConsumerProps extends StackProps {
  /** The ARN of the existing Amazon Connect instance. */
  readonly instanceArn: string;
  /** The language of the Lambda function. */
  readonly language: 'javascript' | 'python';
}

/** The Powertools layer, which contains `fastjsonschema`. */
const POWERTOOLS_LAYER = '/aws/service/powertools/python/x86_64/python3.13/latest';

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
    const options = {
      memorySize: 256,
      timeout: Duration.minutes(1),
      logGroup: new logs.LogGroup(this, 'ConsumerLogs', { retention: logs.RetentionDays.ONE_MONTH }),
    };
    const consumer = props.language === 'python' ? this.newPythonFunction(options) : this.newJavascriptFunction(options);
    consumer.addEnvironment('TABLE_NAME', agents.tableName);
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
  /** The function bundles the schema with esbuild. */
  private newJavascriptFunction(options: lambda.FunctionOptions): lambda.Function {
    return new nodejs.NodejsFunction(this, 'Consumer', {
      ...options,
      runtime: lambda.Runtime.NODEJS_24_X,
      entry: join(__dirname, 'handler', 'index.mjs'),
    });
  }

  /** The function reads the schema from a layer. */
  private newPythonFunction(options: lambda.FunctionOptions): lambda.Function {
    const schema = require.resolve('cdk-connect-data-streaming/schemas/agent-event.json');
    return new lambda.Function(this, 'Consumer', {
      ...options,
      runtime: lambda.Runtime.PYTHON_3_13,
      code: lambda.Code.fromAsset(join(__dirname, 'python'), { exclude: ['__pycache__'] }),
      handler: 'index.handler',
      environment: { SCHEMA_FILE: '/opt/agent-event.json' },
      layers: [
        new lambda.LayerVersion(this, 'Schemas', { code: lambda.Code.fromAsset(dirname(schema)) }),
        lambda.LayerVersion.fromLayerVersionArn(this, 'Powertools', ssm.StringParameter.valueForStringParameter(this, POWERTOOLS_LAYER)),
      ],
    });
  }
}
