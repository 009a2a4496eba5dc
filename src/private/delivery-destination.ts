import { CfnDeliveryStream, type CfnDeliveryStreamProps, type IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { referencesIn } from './references';

/** The destinations as the names of metrics have them, by the properties that say so. */
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

/** What a delivery stream of the app delivers to. Of any other, nobody knows. */
export function destinationOf(stream: IDeliveryStream): string | undefined {
  const resource = referencesIn(stream, stream.deliveryStreamArn).map(({ target }) => target).find(CfnDeliveryStream.isCfnDeliveryStream);
  return resource && Object.entries(DESTINATIONS).find(([property]) => resource[property as keyof typeof DESTINATIONS] !== undefined)?.[1];
}
