import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ConnectDataStreaming } from 'cdk-connect-data-streaming';

/** Acknowledges what the pack `AwsSolutions` finds in data streaming. */
export function acknowledgeAwsSolutions(streaming: ConnectDataStreaming): void {
  const stack = Stack.of(streaming);
  const bucket = streaming.contactRecordsBucket;
  if (bucket) {
    acknowledge(streaming, 'grants of the CDK on one bucket and one key, for the role of the delivery stream', [
      ...['s3:GetObject*', 's3:GetBucket*', 's3:List*', 's3:DeleteObject*', 's3:Abort*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*']
        .map((action) => `AwsSolutions-IAM5[Action::${action}]`),
      `AwsSolutions-IAM5[Resource::<${stack.getLogicalId(bucket.node.defaultChild as CfnElement)}.Arn>/*]`,
    ]);
  }
  acknowledge(streaming, 'a customer managed key, for readers in other accounts, rotation and audit', ['AwsSolutions-KDS3']);
  for (const lookup of childrenOf(stack, /^ConnectServiceRole/)) {
    acknowledge(lookup, 'ds:DescribeDirectories, which connect:DescribeInstance needs, has no resource level', ['AwsSolutions-IAM5[Resource::*]']);
  }
  for (const handler of childrenOf(stack, CUSTOM_RESOURCE_HANDLER)) {
    acknowledge(handler, 'the Lambda function that the CDK makes for custom resources, with the runtime of its choice', [
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      'AwsSolutions-L1',
    ]);
  }
}

/** Acknowledges what the pack `HIPAA.Security` finds in data streaming. */
export function acknowledgeHipaa(streaming: ConnectDataStreaming): void {
  const stack = Stack.of(streaming);
  acknowledge(streaming, 'the policy of one role for one purpose, written by the CDK', ['HIPAA.Security-IAMNoInlinePolicy']);
  acknowledge(streaming, 'Amazon Connect keeps contact records for 24 months itself', ['HIPAA.Security-S3BucketReplicationEnabled']);
  acknowledge(streaming, 'objects are written once, and what is deleted must be gone', ['HIPAA.Security-S3BucketVersioningEnabled']);
  acknowledge(streaming, 'errors of the delivery, without contact records', ['HIPAA.Security-CloudWatchLogGroupEncrypted']);
  for (const accessLogs of streaming.node.findAll().filter(({ node }) => node.id === 'AccessLogs')) {
    acknowledge(accessLogs, 'S3 writes access logs to buckets with SSE-S3 only', ['HIPAA.Security-S3DefaultEncryptionKMS']);
  }
  for (const customResource of childrenOf(stack, /^Connect(ServiceRole|KeyGrant)/)) {
    acknowledge(customResource, 'the policy of one role for one purpose, written by the CDK', ['HIPAA.Security-IAMNoInlinePolicy']);
  }
  for (const handler of childrenOf(stack, CUSTOM_RESOURCE_HANDLER)) {
    acknowledge(handler, 'runs during deployments only, which report its errors, and calls nothing but the AWS API', [
      'HIPAA.Security-LambdaConcurrency',
      'HIPAA.Security-LambdaDLQ',
      'HIPAA.Security-LambdaInsideVPC',
    ]);
  }
}

const CUSTOM_RESOURCE_HANDLER = /^AWS679f53fac002430cb0da5b7982bd2287$/;

function childrenOf(stack: Stack, id: RegExp): IConstruct[] {
  return stack.node.children.filter((child) => id.test(child.node.id));
}

/** Does what `Validations.of(scope).acknowledge()` does, which refuses ids with two `::` in aws-cdk-lib 2.257. */
function acknowledge(scope: IConstruct, reason: string, ids: string[]): void {
  for (const id of ids) scope.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [id]: reason });
}
