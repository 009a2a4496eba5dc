import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join, relative } from 'path';
import { gunzipSync } from 'zlib';
import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api';
import { deserialize, duckDbType, type HiveType, parseType } from './hive';
import { renderString, singleQuoted } from '../template/render';

/** The hidden column that contains the object of a row. `SELECT *` does not return it. */
const PATH = '$path';
const withPath = (table: string) => `"${table} with ${PATH}"`;

export type Row = Record<string, Json>;

interface Column {
  readonly Name: string;
  readonly Type: string;
}

/** The property `TableInput` of an `AWS::Glue::Table`. */
export interface TableInput {
  readonly Name: string;
  readonly PartitionKeys: Column[];
  readonly Parameters: Record<string, unknown>;
  readonly StorageDescriptor: { readonly Columns: Column[]; readonly SerdeInfo: { readonly SerializationLibrary: string } };
}

/** The Athena functions that DuckDB does not support or defines differently. */
export const FUNCTIONS = [
  'CREATE MACRO cardinality(list) AS len(list)',
  'CREATE MACRO date_diff(unit, start, stop) AS date_sub(unit, start, stop)',
  'CREATE MACRO element_at(m, k) AS m[k]',
  'CREATE MACRO sequence(start, stop) AS CASE WHEN start > stop THEN generate_series(start, stop, -1) ELSE generate_series(start, stop) END',
  'CREATE MACRO from_iso8601_timestamp(t) AS CAST(t AS TIMESTAMPTZ)',
];

/** Runs queries on a Glue table in DuckDB. A local folder stands in for the S3 bucket. */
export class Athena {
  public static async start(): Promise<Athena> {
    const connection = await (await DuckDBInstance.create()).connect();
    for (const statement of ["SET TimeZone = 'UTC'", ...FUNCTIONS]) await connection.run(statement);
    return new Athena(connection);
  }

  private readonly scratch = mkdtempSync(join(tmpdir(), 'athena-'));
  /** The deserialization error of each invalid column of each table. A query fails only if it reads such a column. */
  private readonly unreadable: Record<string, Map<string, Error>> = {};

  private constructor(private readonly connection: DuckDBConnection) {}

  public stop(): void {
    this.connection.closeSync();
    rmSync(this.scratch, { recursive: true });
  }

  /** Loads the objects of a table. The folder `s3` stands in for Amazon S3 and contains a folder for each bucket. */
  public async load(table: TableInput, s3: string): Promise<void> {
    if (table.StorageDescriptor.SerdeInfo.SerializationLibrary !== 'org.apache.hive.hcatalog.data.JsonSerDe') throw new Error('the table must use the Hive JSON SerDe');
    const unreadable = new Map<string, Error>();
    this.unreadable[table.Name] = unreadable;
    const columns = table.StorageDescriptor.Columns.map(({ Name, Type }) => [Name, parseType(Type)] as const);
    const [{ Name: partition, Type }] = table.PartitionKeys;
    const rows = partitions(table).flatMap(({ day, prefix }) => linesBelow(join(s3, prefix))
      .map(({ line, file }) => ({ ...rowOf(columns, JSON.parse(line), unreadable), [partition]: day, [PATH]: `s3://${relative(s3, file)}` })));

    const file = join(this.scratch, 'rows.json');
    writeFileSync(file, rows.map((value) => `${JSON.stringify(value)}\n`).join(''));
    const types = [...columns, [partition, parseType(Type)] as const, [PATH, parseType('string')] as const].map(([name, type]) => `'${name}': '${duckDbType(type)}'`);
    await this.connection.run(`CREATE OR REPLACE TABLE ${withPath(table.Name)} AS
      SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = {${types.join(', ')}})`);
    await this.connection.run(`CREATE OR REPLACE TABLE "${table.Name}" AS SELECT * EXCLUDE ("${PATH}") FROM ${withPath(table.Name)}`);
  }

  public async query(sql: string): Promise<Row[]> {
    const reads = (name: string) => new RegExp(`\\b${name}\\b`).test(sql);
    for (const [table, columns] of Object.entries(this.unreadable)) {
      for (const [column, error] of columns) if (reads(table) && reads(column)) throw error;
    }
    const runnable = sql.includes(`"${PATH}"`) ? sql.replace(/\bFROM (\w+)/g, (from, name: string) => name in this.unreadable ? `FROM ${withPath(name)}` : from) : sql;
    return (await this.connection.runAndReadAll(runnable)).getRowObjectsJson();
  }
}

function rowOf(columns: Array<readonly [string, HiveType]>, record: unknown, unreadable: Map<string, Error>): object {
  return Object.assign({}, ...columns.map(([name, type]) => {
    try {
      return deserialize({ kind: 'struct', fields: { [name]: type } }, record);
    } catch (error) {
      unreadable.set(name, error as Error);
      return {};
    }
  })) as object;
}

/** Writes an object to the folder that stands in for Amazon S3. */
export function putObject(s3: string, prefix: string, name: string, body: Uint8Array): void {
  const folder = join(s3, prefix);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), body);
}

/** The path of an `s3://` location of a template. Buckets are named after their logical ids. */
export function pathOf(location: unknown): string {
  const uri = renderString(location, (intrinsic, reference) => reference?.logicalId ?? singleQuoted(intrinsic));
  if (!uri.startsWith('s3://')) throw new Error(`location must start with s3://, got ${uri}`);
  return uri.slice('s3://'.length);
}

/** The days of the partition projection and the prefix of the objects of each day. */
function partitions({ PartitionKeys: [{ Name }], Parameters }: TableInput): Array<{ day: string; prefix: string }> {
  const property = (name: string) => Parameters[`projection.${name}`];
  if (property('enabled') !== 'true' || property(`${Name}.type`) !== 'date' || property(`${Name}.format`) !== 'yyyy-MM-dd') {
    throw new Error('the partition projection must use days');
  }
  const [first, last] = (property(`${Name}.range`) as string).split(',');
  if (last !== 'NOW') throw new Error(`the range of days must end at NOW, got ${last}`);

  const template = pathOf(Parameters['storage.location.template']);
  const days = [];
  for (let time = Date.parse(first); time <= Date.now(); time += 24 * 60 * 60 * 1000) {
    const day = new Date(time).toISOString().slice(0, 10);
    days.push({ day, prefix: template.replace(`\${${Name}}`, day) });
  }
  return days;
}

function linesBelow(folder: string): Array<{ line: string; file: string }> {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .flatMap((file) => linesOf(file).map((line) => ({ line, file })));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // most days have no objects
    throw error;
  }
}

/** The lines of an object. Athena decompresses objects whose names end in .gz. */
function linesOf(file: string): string[] {
  const body = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(body) : body).toString().split('\n').filter(Boolean);
}
