/**
 * The objects that Firehose writes for the delivery stream of a template.
 */
import { gzipSync } from 'zlib';
import { type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { putObject, type TableInput } from './athena';

/** A record, and the day on which Firehose receives it. */
export interface Delivery {
  readonly day: string;
  readonly record: object;
}

/** The property `ExtendedS3DestinationConfiguration` of an `AWS::KinesisFirehose::DeliveryStream`. */
export interface Destination {
  readonly BucketARN: { readonly 'Fn::GetAtt': [string, 'Arn'] };
  readonly Prefix: string;
  readonly ErrorOutputPrefix: string;
  readonly CompressionFormat: string;
}

/** Returns the tables of the stack by name, each with the destination of the delivery stream that delivers its records. */
export function tablesOf(stack: Stack): Record<string, { table: TableInput; destination: Destination }> {
  const template = Template.fromStack(stack);
  const properties = (type: string) => Object.values(template.findResources(type)).map((resource) => (resource as { Properties: object }).Properties);
  const destinations = properties('AWS::KinesisFirehose::DeliveryStream')
    .map((stream) => (stream as { ExtendedS3DestinationConfiguration: Destination }).ExtendedS3DestinationConfiguration);
  return Object.fromEntries(properties('AWS::Glue::Table').map((resource) => {
    const table = (resource as { TableInput: TableInput }).TableInput;
    const destination = destinations.find(({ Prefix }) => Prefix.startsWith(`${table.Name.replace(/_/g, '-')}/`))!;
    return [table.Name, { table, destination }];
  }));
}

/** Writes an object for each batch, under the day on which its oldest record arrived, as Firehose does. */
export function deliver(s3: string, destination: Destination, batches: Delivery[][]): void {
  if (destination.CompressionFormat !== 'GZIP') throw new Error(`objects must be compressed with GZIP, got ${destination.CompressionFormat}`);
  const bucket = destination.BucketARN['Fn::GetAtt'][0];
  batches.filter((batch) => batch.length > 0).forEach((batch, index) => {
    const [oldest] = batch.map(({ day }) => day).sort();
    const body = batch.map(({ record }) => `${JSON.stringify(record)}\n`).join('');
    putObject(s3, `${bucket}/${destination.Prefix.replace('!{timestamp:yyyy-MM-dd}', oldest)}`, `records-1-${oldest}-${index}.gz`, gzipSync(body));
  });
  putObject(s3, `${bucket}/${destination.ErrorOutputPrefix.replace(/!\{[^}]*\}/g, 'x')}`, 'error-1.gz', gzipSync('not a record\n'));
}
