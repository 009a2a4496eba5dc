import type { DataType } from '../common/data-types';

/** The layout of records in their bucket: a prefix for each data type, partitioned by day in UTC. */
export interface RecordLayout {
  /** The prefix of the records. */
  readonly prefix: string;
  /** The prefix of records that Firehose cannot deliver. */
  readonly errorPrefix: string;
}

/** The partition key, and the format of its values. */
export const PARTITION = { key: 'dt', dateFormat: 'yyyy-MM-dd' };

export function layoutOf({ tableName }: DataType): RecordLayout {
  const folder = tableName.replace(/_/g, '-');
  return { prefix: `${folder}/`, errorPrefix: `${folder}-errors/` };
}
