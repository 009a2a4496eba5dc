import { aws_iam as iam, aws_kms as kms, RemovalPolicies, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

const INSTANCE_ARN = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';

/** The first deployment: retains everything that streams. */
export class Leaving extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const streaming = new ConnectDataStreaming(this, 'Streaming', {
      instance: ConnectInstance.fromInstanceArn(this, 'Instance', INSTANCE_ARN),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: new kms.Key(this, 'Key') }),
    });

    RemovalPolicies.of(streaming).apply(RemovalPolicy.RETAIN);
    RemovalPolicies.of(this).apply(RemovalPolicy.RETAIN, { applyToResourceTypes: ['Custom::AWS'] });
  }
}

/** The second deployment: the construct is removed. The key stays in the stack, and Amazon Connect still uses it. */
export class Left extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const key = new kms.Key(this, 'Key');

    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'Allow use of the key for Amazon Connect streaming',
      principals: [new iam.ArnPrincipal('arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_abc')],
      actions: ['kms:GenerateDataKey'],
      resources: ['*'],
    }));
  }
}
