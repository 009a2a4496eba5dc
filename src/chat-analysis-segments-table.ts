import type { aws_glue as glue } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import type { ConnectDataStreaming } from './connect-data-streaming';
import { CHAT_ANALYSIS_SEGMENTS } from './private/common/data-types';
import { CHAT_ANALYSIS_SEGMENT } from './private/data-models/chat-analysis-segment';
import { DataTable, type TableRecords } from './private/tables/data-table';

/**
 * Properties for `ChatAnalysisSegmentsTable`.
 */
export interface ChatAnalysisSegmentsTableProps {
  /**
   * The construct that streams the contact analysis segments of chat contacts. The table needs a Kinesis data stream that
   * receives no other data type, in the Region of the table.
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
   * @default 'chat_analysis_segments'
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
 * An AWS Glue table for querying real-time contact analysis segments of chat contacts in Amazon Athena. The construct creates a
 * delivery stream that delivers the Kinesis data stream to a new bucket, with one event per line. The bucket is encrypted with the
 * key of the stream. Partition projection determines the days, so the table needs no crawler and no maintenance.
 *
 * A row is an event, which contains several segments. An event can be delivered more than once.
 *
 * A column is null if a record does not contain the field. Fields without a column are ignored.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/chat-real-time-contact-analysis-segment-streams-data-model.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export class ChatAnalysisSegmentsTable extends DataTable {
  /**
   * @throws if `streaming` does not stream contact analysis segments of chat contacts, or another data type uses the same
   * stream; if `tableName` or `firstDay` is malformed, or `firstDay` is before 2017 or more than 31 days in the future; or if
   * the app already defines a table of this name in the database
   */
  constructor(scope: Construct, id: string, props: ChatAnalysisSegmentsTableProps) {
    super(scope, id, props);
  }

  /** @internal */
  protected _records(): TableRecords {
    return {
      dataType: CHAT_ANALYSIS_SEGMENTS,
      model: CHAT_ANALYSIS_SEGMENT,
      description: 'Amazon Connect contact analysis segments of chat contacts, with a row for each event',
    };
  }
}
