import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type {
  AgentEventsTable, ChatAnalysisSegmentsTable, ConnectDataStreaming, ContactRecordsTable, VoiceAnalysisSegmentsTable,
} from 'cdk-connect-data-streaming';

type Table = AgentEventsTable | ChatAnalysisSegmentsTable | ContactRecordsTable | VoiceAnalysisSegmentsTable;

/**
 * Acknowledges the findings of the rule packs `AwsSolutions`, `HIPAA.Security`, `NIST.800.53.R5` and `PCI.DSS.321` for data
 * streaming, and for tables that deliver a Kinesis data stream. Call it after all resources of the stack have been defined.
 */
export function acknowledgeFindings(streaming: ConnectDataStreaming, ...tables: Table[]): void {
  acknowledgeAwsSolutions(streaming, ...tables);
  for (const pack of ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321']) {
    acknowledgeCompliance(pack, streaming, ...tables);
  }
}

function acknowledgeAwsSolutions(streaming: ConnectDataStreaming, ...tables: Table[]): void {
  const stack = Stack.of(streaming);
  const buckets = [[streaming, streaming.contactRecordsBucket], ...tables.map((table) => [table, table.bucket] as const)] as const;
  for (const [construct, bucket] of buckets) {
    acknowledge(construct, 'AWS CDK grants the role of the delivery stream access to one bucket and one key', [
      ...['s3:GetObject*', 's3:GetBucket*', 's3:List*', 's3:DeleteObject*', 's3:Abort*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*']
        .map((action) => `AwsSolutions-IAM5[Action::${action}]`),
      ...bucket ? [`AwsSolutions-IAM5[Resource::<${Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnElement)}.Arn>/*]`] : [],
    ]);
  }
  for (const table of tables) {
    acknowledge(table, 'a delivery stream that reads a Kinesis data stream uses the encryption of its source', ['AwsSolutions-KDF1']);
  }
  acknowledge(streaming, 'a customer managed key allows cross-account access, rotation and auditing', ['AwsSolutions-KDS3']);
  for (const customResources of childrenOf(stack, /^ConnectSdkCalls$/)) {
    acknowledge(customResources, 'connect:DescribeInstance requires ds:DescribeDirectories on all resources', ['AwsSolutions-IAM5[Resource::*]']);
  }
  for (const handler of childrenOf(stack, CUSTOM_RESOURCE_HANDLER)) {
    acknowledge(handler, 'AWS CDK creates this Lambda function for custom resources and selects the runtime', [
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      'AwsSolutions-L1',
    ]);
  }
}

function acknowledgeCompliance(pack: string, streaming: ConnectDataStreaming, ...tables: Table[]): void {
  const stack = Stack.of(streaming);
  for (const construct of [streaming, ...tables]) {
    acknowledge(construct, 'AWS CDK generates the inline policy of this single-purpose role', [`${pack}-IAMNoInlinePolicy`]);
    acknowledge(construct, 'Amazon Connect also retains contact records for 24 months', [`${pack}-S3BucketReplicationEnabled`]);
    acknowledge(construct, 'deleted records must not remain as object versions', [`${pack}-S3BucketVersioningEnabled`]);
    acknowledge(construct, 'contains delivery errors, not records', [`${pack}-CloudWatchLogGroupEncrypted`]);
    for (const accessLogs of construct.node.findAll().filter(({ node }) => node.id === 'AccessLogs')) {
      acknowledge(accessLogs, 'Amazon S3 delivers server access logs only to buckets with SSE-S3', [`${pack}-S3DefaultEncryptionKMS`]);
    }
  }
  for (const customResources of childrenOf(stack, /^ConnectSdkCalls$/)) {
    acknowledge(customResources, 'the custom resources of the stack share this single-purpose role', [`${pack}-IAMNoInlinePolicy`]);
  }
  for (const handler of childrenOf(stack, CUSTOM_RESOURCE_HANDLER)) {
    acknowledge(handler, 'runs only during deployments, which report its errors, and calls only AWS APIs', [
      `${pack}-LambdaConcurrency`,
      `${pack}-LambdaDLQ`,
      `${pack}-LambdaInsideVPC`,
    ]);
    acknowledge(handler, 'contains the API calls of deployments, not records', [`${pack}-CloudWatchLogGroupEncrypted`]);
  }
}

const CUSTOM_RESOURCE_HANDLER = /^AWS679f53fac002430cb0da5b7982bd2287$/;

function childrenOf(stack: Stack, id: RegExp): IConstruct[] {
  return stack.node.children.filter((child) => id.test(child.node.id));
}

/** Replaces `Validations.of(scope).acknowledge()`, which rejects IDs that contain `::` twice in aws-cdk-lib 2.257. */
function acknowledge(scope: IConstruct, reason: string, ids: string[]): void {
  for (const id of ids) scope.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [id]: reason });
}
