import { aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const INSTANCE_ARN = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_abc';

export class HandWritten extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);

    const key = new kms.Key(this, 'Key', { enableKeyRotation: true });
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'Allow use of the key for Amazon Connect streaming',
      principals: [new iam.ArnPrincipal(ROLE_ARN)],
      actions: ['kms:GenerateDataKey'],
      resources: ['*'],
    }));
    const stream = new kinesis.Stream(this, 'Stream', { encryptionKey: key });

    new connect.CfnInstanceStorageConfig(this, 'AgentEvents', {
      instanceArn: INSTANCE_ARN,
      resourceType: 'AGENT_EVENTS',
      storageType: 'KINESIS_STREAM',
      kinesisStreamConfig: { streamArn: stream.streamArn },
    });
  }
}
