import type { aws_glue as glue } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import type { ConnectDataStreaming } from './connect-data-streaming';
import { AGENT_EVENTS } from './private/common/data-types';
import { AGENT_EVENT } from './private/data-models/agent-event';
import { DataTable, type TableRecords } from './private/tables/data-table';

/**
 * Properties for `AgentEventsTable`.
 */
export interface AgentEventsTableProps {
  /**
   * The construct that streams the agent events. The table needs a Kinesis data stream that receives no other data type, in the
   * Region of the table.
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
   * @default 'agent_events'
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
 * An AWS Glue table for querying agent events in Amazon Athena. The construct creates a delivery stream that delivers the Kinesis
 * data stream to a new bucket, with one event per line. The bucket is encrypted with the key of the stream. Partition projection
 * determines the days, so the table needs no crawler and no maintenance.
 *
 * Amazon Connect sends an event for each change, and a heartbeat event every 120 seconds. An event can be delivered more than
 * once: its rows have the same `eventid`.
 *
 * A column is null if a record does not contain the field. Fields without a column are ignored.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-stream-model.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export class AgentEventsTable extends DataTable {
  /**
   * @throws if `streaming` does not stream agent events, or another data type uses the same stream; if `tableName` or `firstDay`
   * is malformed, or `firstDay` is before 2017 or more than 31 days in the future; or if the app already defines a table of this
   * name in the database
   */
  constructor(scope: Construct, id: string, props: AgentEventsTableProps) {
    super(scope, id, props);
  }

  /** @internal */
  protected _records(): TableRecords {
    return {
      dataType: AGENT_EVENTS,
      model: AGENT_EVENT,
      description: 'Amazon Connect agent events, with a row for each delivery of an event',
    };
  }
}
