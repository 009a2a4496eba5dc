import { CfnDeliveryStream, type IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { aws_kinesisfirehose as firehoseRefs } from 'aws-cdk-lib/interfaces';
import { tokensIn } from './tokens';

/** The resource of a delivery stream that the app defines, also if the delivery stream is imported by the ARN of that resource. */
export function deliveryStreamResource(stream: firehoseRefs.IDeliveryStreamRef): CfnDeliveryStream | undefined {
  const { references } = tokensIn(stream, stream.deliveryStreamRef.deliveryStreamArn);
  return references.map(({ target }) => target).find(CfnDeliveryStream.isCfnDeliveryStream);
}

/** Whether the delivery stream is an L2 construct or an imported delivery stream. */
export function isDeliveryStream(stream: firehoseRefs.IDeliveryStreamRef): stream is IDeliveryStream {
  return 'deliveryStreamArn' in stream;
}
