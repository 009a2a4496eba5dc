/**
 * Existing streams: a Kinesis data stream with a customer managed key, a Kinesis data stream with the AWS managed key, and a
 * delivery stream. The streams are imported by their ARNs, so the association must depend on the key.
 */
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import {
  aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, aws_s3 as s3, RemovalPolicies,
  RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { expectStorageConfigs, newApp, newInstance } from './support';
import { ConnectDataStreaming, StreamingDestination } from '../src';

const app = newApp();
const stack = new Stack(app, 'ConnectExistingStreams');

const instance = newInstance(stack, 'Instance', 'cdk-connect-existing-streams');
const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
const encrypted = new kinesis.Stream(stack, 'Encrypted', { encryptionKey: key, streamMode: kinesis.StreamMode.ON_DEMAND });
const managed = new kinesis.Stream(stack, 'Managed', { encryption: kinesis.StreamEncryption.MANAGED, streamMode: kinesis.StreamMode.ON_DEMAND });
const delivery = new firehose.DeliveryStream(stack, 'Delivery', {
  destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket'), { processors: [new firehose.AppendDelimiterToRecordProcessor()] }),
});

new ConnectDataStreaming(stack, 'Streaming', {
  instance,
  contactRecords: StreamingDestination.deliveryStream(
    firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'ImportedDelivery', delivery.deliveryStreamArn)),
  agentEvents: StreamingDestination.kinesisStream(
    kinesis.Stream.fromStreamAttributes(stack, 'ImportedEncrypted', { streamArn: encrypted.streamArn, encryptionKey: key })),
  chatAnalysisSegments: StreamingDestination.kinesisStream(
    kinesis.Stream.fromStreamAttributes(stack, 'ImportedManaged', {
      streamArn: managed.streamArn,
      encryptionKey: kms.Alias.fromAliasName(stack, 'ManagedKey', 'alias/aws/kinesis'),
    })),
});
RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);

const test = new IntegTest(app, 'ExistingStreams', { testCases: [stack] });
expectStorageConfigs(test, instance.attrArn, {
  CONTACT_TRACE_RECORDS: 'KINESIS_FIREHOSE',
  AGENT_EVENTS: 'KINESIS_STREAM',
  REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS: 'KINESIS_STREAM',
});
