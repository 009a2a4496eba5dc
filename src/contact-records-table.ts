import type { aws_glue as glue } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import type { ConnectDataStreaming } from './connect-data-streaming';
import { CONTACT_RECORDS } from './private/common/data-types';
import { CONTACT_RECORD } from './private/data-models/contact-record';
import { DataTable, type TableRecords } from './private/tables/data-table';

/**
 * Properties for `ContactRecordsTable`.
 */
export interface ContactRecordsTableProps {
  /**
   * The construct that streams the contact records. Their destination must be `StreamingDestination.newDeliveryStream()` without a
   * `destination` of your own, or a Kinesis data stream that receives no other data type, in the Region of the table.
   */
  readonly streaming: ConnectDataStreaming;

  /**
   * The AWS Glue database that contains the table.
   *
   * @default - a new database, with a name that is generated from the path of this construct
   */
  readonly database?: glue.IDatabaseRef;

  /**
   * The name of the table. It consists of lowercase letters, digits and underscores, so that queries do not need quotes.
   *
   * @default 'contact_records'
   */
  readonly tableName?: string;

  /**
   * The first day that the table contains, in UTC and in the format `yyyy-MM-dd`. A query sends one request to Amazon S3 for each
   * day from the first day until today, unless it excludes the day.
   *
   * @default '2020-01-01'
   */
  readonly firstDay?: string;
}

/**
 * An AWS Glue table for querying contact records in Amazon Athena. It reads the objects that the delivery stream of `streaming`
 * delivers to its bucket. If contact records are sent to a Kinesis data stream, this construct creates a delivery stream that
 * delivers them to a new bucket, which is encrypted with the key of the stream. Partition projection determines the days, so the
 * table needs no crawler and no maintenance.
 *
 * Amazon Connect sends a contact record again when it changes, so the table may contain several rows for a contact.
 *
 * A column is null if a record does not contain the field. Fields without a column are ignored.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export class ContactRecordsTable extends DataTable {
  /**
   * @throws if `streaming` streams contact records neither to a bucket nor to a Kinesis data stream, or another data type uses
   * the same stream; if `tableName` or `firstDay` is malformed, or `firstDay` is before 2017 or more than 31 days in the future;
   * or if the app already defines a table of this name in the database
   */
  constructor(scope: Construct, id: string, props: ContactRecordsTableProps) {
    super(scope, id, props);
  }

  /** @internal */
  protected _records(): TableRecords {
    return {
      dataType: CONTACT_RECORDS,
      model: CONTACT_RECORD,
      description: 'Amazon Connect contact records, with a row for each version of a contact',
    };
  }
}
