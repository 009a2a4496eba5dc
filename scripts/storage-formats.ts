/**
 * `npx projen bench:storage-formats`: compares gzipped JSON with Parquet for contact records. Runs the queries of docs/querying.md in
 * DuckDB on 100,000 generated contact records in each format, and prints the size of the objects, the bytes that a query reads and
 * its duration. Gzipped JSON is read completely. Of Parquet, a query reads the metadata of each object and the columns that it uses.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { gzipSync } from 'zlib';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { FUNCTIONS } from '../test/athena/athena';
import { documentedQueries } from '../test/athena/documented-queries';
import { ALL_FIELDS } from '../test/samples/contact-records';
import { type FieldType, MODELS } from '../test/schemas/files';

const RECORDS = 100_000;
const DAYS = 30;
const OPEN_HOURS = 12;
const RUNS = 3;
const QUERIES = ['The newest version of each contact', 'Contacts per queue and hour', 'Average handle time of each agent', 'Contacts with an attribute'];
const [{ record: MODEL }] = MODELS;

/** The times for which Firehose fills an object by default, and with record format conversion. */
const JSON_MINUTES = 5;
const PARQUET_MINUTES = 15;

interface Contact {
  readonly time: number;
  readonly record: object;
}

/** Numbers that are the same in each run. */
let state = 1;
function random(below: number): number {
  state = (state * 48_271) % 2_147_483_647;
  return state % below;
}

function contacts(): Contact[] {
  const start = Date.parse('2025-03-01T08:00:00Z');
  const iso = (time: number) => new Date(time).toISOString().replace(/\.\d+/, '');
  const id = () => Array.from({ length: 4 }, () => random(2 ** 31).toString(16).padStart(8, '0')).join('-');
  const { VoiceIdResult: _, ChatMetrics: __, ...call } = ALL_FIELDS;

  const all: Contact[] = [];
  while (all.length < RECORDS) {
    const day = Math.floor((all.length / RECORDS) * DAYS);
    const initiated = start + day * 86_400_000 + random(OPEN_HOURS * 3_600_000);
    const [queued, talked, worked] = [random(300), 30 + random(900), random(120)].map((seconds) => seconds * 1000);
    const isAbandoned = random(20) === 0;
    const ended = initiated + queued + (isAbandoned ? 0 : talked);
    const record = {
      ...call,
      ContactId: id(),
      InitiationTimestamp: iso(initiated),
      ConnectedToSystemTimestamp: iso(initiated),
      DisconnectTimestamp: iso(ended),
      LastUpdateTimestamp: iso(ended + worked),
      Attributes: { language: ['de', 'en', 'fr', 'it'][random(4)], customerId: id(), orderNumber: `${random(10_000_000)}` },
      CustomerEndpoint: { Address: `+4366${random(100_000_000)}`, Type: 'TELEPHONE_NUMBER' },
      Queue: { ...call.Queue, Name: `Queue ${random(20)}`, EnqueueTimestamp: iso(initiated), DequeueTimestamp: iso(initiated + queued), Duration: queued / 1000 },
      Agent: isAbandoned ? null : {
        ...call.Agent,
        ARN: `${call.InstanceARN}/agent/${id()}`,
        Username: `agent${random(200)}`,
        ConnectedToAgentTimestamp: iso(initiated + queued),
        AgentInteractionDuration: talked / 1000,
        AfterContactWorkDuration: worked / 1000,
        CustomerHoldDuration: random(60),
      },
      Recordings: isAbandoned ? null : call.Recordings.map((recording) => ({ ...recording, Location: `bucket/recordings/${id()}.wav` })),
    };
    all.push({ time: ended + worked, record });
    if (random(4) === 0) { // the contact changes later
      const updated = ended + worked + random(3_600_000);
      all.push({ time: updated, record: { ...record, LastUpdateTimestamp: iso(updated) } });
    }
  }
  return all.slice(0, RECORDS);
}

/** Writes an object for each period of the given number of minutes, as Firehose does. */
function writeJson(folder: string, all: Contact[], minutes: number): void {
  const batches = new Map<string, string[]>();
  for (const { time, record } of all) {
    const period = new Date(Math.floor(time / (minutes * 60_000)) * minutes * 60_000).toISOString();
    const key = `dt=${period.slice(0, 10)}/${period.slice(11, 16).replace(':', '-')}`;
    batches.set(key, [...batches.get(key) ?? [], `${JSON.stringify(record)}\n`]);
  }
  for (const [key, lines] of batches) {
    mkdirSync(join(folder, key.split('/')[0]), { recursive: true });
    writeFileSync(join(folder, `${key}.json.gz`), gzipSync(lines.join('')));
  }
}

/** The type of a column in DuckDB, with the names of the fields in the records. */
function duckDbType(type: FieldType): string {
  switch (type.kind) {
    case 'primitive': return { string: 'VARCHAR', int: 'INTEGER', bigint: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN' }[type.column];
    case 'array': return `${duckDbType(type.element)}[]`;
    case 'map': return `MAP(VARCHAR, ${duckDbType(type.element)})`;
    case 'struct': return `STRUCT(${columns(type.fields).map(([name, field]) => `"${name}" ${duckDbType(field)}`).join(', ')})`;
    case 'json': throw new Error('fields without a fixed schema have no column');
  }
}

function columns(fields: Record<string, FieldType>): Array<[string, FieldType]> {
  return Object.entries(fields).filter(([, { kind }]) => kind !== 'json');
}

const COLUMNS = columns(MODEL.fields).map(([name, type]) => `"${name}": '${duckDbType(type)}'`).join(', ');

function readJson(folder: string): string {
  return `read_json('${folder}/**/*.json.gz', format = 'newline_delimited', hive_partitioning = true, columns = {${COLUMNS}})`;
}

function readParquet(folder: string): string {
  return `read_parquet('${folder}/**/*.parquet', hive_partitioning = true)`;
}

/** Writes the records as Parquet: an object for each period, or for each day. */
async function writeParquet(database: DuckDBConnection, from: string, to: string, isPerDay: boolean): Promise<void> {
  for (const [index, day] of readdirSync(from).entries()) {
    const objects = isPerDay ? [`${day}/*`] : readdirSync(join(from, day)).map((name) => `${day}/${name}`);
    mkdirSync(join(to, day), { recursive: true });
    for (const [number, object] of objects.entries()) {
      await database.run(`COPY (SELECT * EXCLUDE (dt) FROM read_json('${from}/${object}', format = 'newline_delimited', hive_partitioning = true,
        columns = {${COLUMNS}})) TO '${to}/${day}/${index}-${number}.parquet' (FORMAT parquet, COMPRESSION snappy)`);
    }
  }
}

/** The bytes of Parquet objects that the query reads: the metadata, and the column chunks that it uses. */
async function bytesRead(database: DuckDBConnection, folder: string, size: number, sql: string): Promise<number> {
  const rows = await database.runAndReadAll(`SELECT path_in_schema AS path, CAST(sum(total_compressed_size) AS DOUBLE) AS bytes
    FROM parquet_metadata('${folder}/**/*.parquet') GROUP BY 1`);
  const chunks = rows.getRowObjectsJson() as unknown as Array<{ path: string; bytes: number }>;
  const unused = chunks.filter(({ path }) => {
    const [column, ...fields] = path.toLowerCase().split(', ');
    const name = fields.includes('key_value') ? column : [column, ...fields].join('[.]');
    return !new RegExp(`\\b${name}\\b`).test(sql);
  });
  return size - unused.reduce((sum, { bytes }) => sum + bytes, 0);
}

function files(folder: string): number[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
}

async function medianSeconds(run: () => Promise<unknown>): Promise<number> {
  const times = [];
  for (let index = 0; index < RUNS; index++) {
    const start = process.hrtime.bigint();
    await run();
    times.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  return times.sort((one, other) => one - other)[Math.floor(RUNS / 2)];
}

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'storage-formats-'));
  const database = await (await DuckDBInstance.create()).connect();
  try {
    for (const statement of ["SET TimeZone = 'UTC'", 'SET threads = 2', ...FUNCTIONS]) await database.run(statement);
    const all = contacts();
    const folder = (name: string) => join(root, name);
    writeJson(folder('json'), all, JSON_MINUTES);
    writeJson(folder('periods'), all, PARQUET_MINUTES);
    await writeParquet(database, folder('periods'), folder('parquet'), false);
    await writeParquet(database, folder('periods'), folder('days'), true);

    const formats = [
      { name: `gzipped JSON, an object each ${JSON_MINUTES} minutes`, path: folder('json'), view: readJson(folder('json')) },
      { name: `Parquet, an object each ${PARQUET_MINUTES} minutes`, path: folder('parquet'), view: readParquet(folder('parquet')) },
      { name: 'Parquet, an object each day', path: folder('days'), view: readParquet(folder('days')) },
    ];
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    const lines = ['| format | query | objects | size | bytes read | seconds |', '| --- | --- | --- | --- | --- | --- |'];
    const results = new Map<string, string>();
    for (const { name, path, view } of formats) {
      await database.run(`CREATE OR REPLACE VIEW contact_records AS SELECT * FROM ${view}`);
      const sizes = files(path);
      const size = sizes.reduce((sum, bytes) => sum + bytes, 0);
      for (const heading of QUERIES) {
        const sql = documentedQueries()[heading];
        const rows = JSON.stringify((await database.runAndReadAll(sql)).getRowObjectsJson());
        if ((results.get(heading) ?? rows) !== rows) throw new Error(`${heading} must return the same rows for each format, got other rows for ${name}`);
        results.set(heading, rows);
        const bytes = name.startsWith('Parquet') ? await bytesRead(database, path, size, sql) : size;
        const seconds = await medianSeconds(() => database.runAndReadAll(sql));
        lines.push(`| ${name} | ${heading.toLowerCase()} | ${sizes.length.toLocaleString('en-US')} | ${megabytes(size)} | ${megabytes(bytes)} | ${seconds.toFixed(2)} |`);
      }
    }
    const json = all.reduce((sum, { record }) => sum + JSON.stringify(record).length + 1, 0);
    console.log(`${RECORDS.toLocaleString('en-US')} contact records of ${DAYS} days, ${megabytes(json)} as JSON; median of ${RUNS} runs in DuckDB with 2 threads\n`);
    console.log(lines.join('\n'));
  } finally {
    database.closeSync();
    rmSync(root, { recursive: true });
  }
}

void main();
