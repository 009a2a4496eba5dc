import { CfnDeliveryStream, type IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { referencesIn } from './references';

/** The resource of a delivery stream that the app defines, also if the delivery stream is imported by its ARN or name. */
export function deliveryStreamResource(stream: IDeliveryStream): CfnDeliveryStream | undefined {
  return referencesIn(stream, stream.deliveryStreamArn).map(({ target }) => target).find(CfnDeliveryStream.isCfnDeliveryStream);
}
