import type { CfnDeliveryStream, CfnDeliveryStreamProps } from 'aws-cdk-lib/aws-kinesisfirehose';

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

/** The name of the destination, if the configuration contains one. */
export function destinationOf(resource: CfnDeliveryStream): string | undefined {
  return Object.entries(DESTINATIONS).find(([property]) => resource[property as keyof typeof DESTINATIONS] !== undefined)?.[1];
}
