import type { CfnDeliveryStreamProps, IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { deliveryStreamResource } from '../common/delivery-streams';

/** The names of destinations in metrics, by the properties that configure the destinations. */
const DESTINATIONS = {
  extendedS3DestinationConfiguration: 'S3',
  s3DestinationConfiguration: 'S3',
  redshiftDestinationConfiguration: 'Redshift',
  elasticsearchDestinationConfiguration: 'Elasticsearch',
  amazonopensearchserviceDestinationConfiguration: 'AmazonOpenSearchService',
  amazonOpenSearchServerlessDestinationConfiguration: 'AmazonOpenSearchServerless',
  splunkDestinationConfiguration: 'Splunk',
  httpEndpointDestinationConfiguration: 'HttpEndpoint',
  snowflakeDestinationConfiguration: 'Snowflake',
  icebergDestinationConfiguration: 'Iceberg',
} satisfies Partial<Record<keyof CfnDeliveryStreamProps, string>>;

/** The name of the destination of a delivery stream that the app defines. Unknown for other delivery streams. */
export function destinationOf(stream: IDeliveryStream): string | undefined {
  const resource = deliveryStreamResource(stream);
  return resource && Object.entries(DESTINATIONS).find(([property]) => resource[property as keyof typeof DESTINATIONS] !== undefined)?.[1];
}
