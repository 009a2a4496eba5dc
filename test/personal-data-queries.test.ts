/**
 * The queries and commands of docs/data-protection.md that delete the data of a person. The records are in the objects that the
 * delivery streams of a template would write. A folder stands in for Amazon S3.
 */
import { spawnSync } from 'child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { gunzipSync } from 'zlib';
import { ChatAnalysisSegmentsTable, ConnectDataStreaming, ContactRecordsTable, StreamingDestination, VoiceAnalysisSegmentsTable } from '../src';
import { Athena } from './athena/athena';
import { deliver, tablesOf } from './athena/delivery';
import { codeBlocks } from './athena/documented-queries';
import { syntaxErrors } from './athena/syntax-errors';
import { CHAT_SEGMENTS, VOICE_SEGMENTS } from './samples/analysis-segments';
import { DELIVERIES } from './samples/contact-records';
import { existingInstance, newStack } from './support';

const QUERIES = codeBlocks('data-protection.md', 'sql');
const FIND_CONTACTS = QUERIES['1. Find the contacts'];
const FIND_OBJECTS = QUERIES['2. Find the objects'];
const REMOVE_RECORDS = codeBlocks('data-protection.md', 'sh')['3. Remove the records'];
const CONTACT = '00000000-0000-4000-8000-000000000001';

/** Copies objects to and from the folder that stands in for Amazon S3. */
const AWS = `#!/bin/sh
[ "$1 $2" = "s3 cp" ] || exit 1
case "$3" in
  s3://*) exec cat "$S3/\${3#s3://}" ;;
  *) exec cp "$3" "$S3/\${4#s3://}" ;;
esac
`;

/** jq, which is not installed on every machine. */
const JQ = `#!${process.execPath}
const { raw } = require(${JSON.stringify(require.resolve('jq-wasm'))});
const [filter, ...flags] = process.argv.slice(2).reverse();
raw(require('fs').readFileSync(0, 'utf8'), filter, flags.reverse()).then((output) => console.log(output));
`;

const TABLES = (() => {
  const stack = newStack();
  const NEW = StreamingDestination.newKinesisStream();
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    contactRecords: StreamingDestination.newDeliveryStream(),
    voiceAnalysisSegments: NEW,
    chatAnalysisSegments: NEW,
  });
  new ContactRecordsTable(stack, 'ContactRecords', { streaming });
  new VoiceAnalysisSegmentsTable(stack, 'VoiceAnalysisSegments', { streaming });
  new ChatAnalysisSegmentsTable(stack, 'ChatAnalysisSegments', { streaming });
  return tablesOf(stack);
})();

let athena: Athena;
let s3: string;
beforeAll(async () => {
  athena = await Athena.start();
  s3 = mkdtempSync(join(tmpdir(), 's3-'));
  deliver(s3, TABLES.contact_records.destination, [DELIVERIES.slice(0, 3), DELIVERIES.slice(3)]);
  deliver(s3, TABLES.voice_analysis_segments.destination, [[{ day: '2025-03-02', record: VOICE_SEGMENTS }]]);
  deliver(s3, TABLES.chat_analysis_segments.destination, [[{ day: '2025-03-02', record: CHAT_SEGMENTS }]]);
  await loadTables();
});
afterAll(() => {
  athena.stop();
  rmSync(s3, { recursive: true });
});

async function loadTables(): Promise<void> {
  for (const { table } of Object.values(TABLES)) await athena.load(table, s3);
}

function recordsIn(folder: string): Array<{ ContactId?: string }> {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('-errors'))
    .flatMap((entry) => gunzipSync(readFileSync(join(entry.parentPath, entry.name))).toString().split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as { ContactId?: string });
}

function runRemoval(objects: unknown[]): ReturnType<typeof spawnSync> {
  const cwd = mkdtempSync(join(tmpdir(), 'removal-'));
  mkdirSync(join(cwd, 'bin'));
  for (const [name, script] of Object.entries({ aws: AWS, jq: JQ })) {
    writeFileSync(join(cwd, 'bin', name), script);
    chmodSync(join(cwd, 'bin', name), 0o755);
  }
  writeFileSync(join(cwd, 'objects.txt'), objects.map((object) => `${object as string}\n`).join(''));
  const result = spawnSync('bash', ['-c', REMOVE_RECORDS], { cwd, encoding: 'utf8', env: { PATH: `${join(cwd, 'bin')}:${process.env.PATH}`, S3: s3 } });
  rmSync(cwd, { recursive: true });
  return result;
}

test('the queries have the syntax of Athena', () => {
  expect(syntaxErrors([FIND_CONTACTS, FIND_OBJECTS])).toEqual([[], []]);
});

test('the contacts of a customer are found by an identifier of the customer', async () => {
  expect(await athena.query(FIND_CONTACTS)).toEqual([{ contactid: CONTACT }]);
});

test('the objects that contain records of a contact are found in all tables', async () => {
  const objects = (await athena.query(FIND_OBJECTS)).map(({ object }) => object as string);
  expect(objects).toEqual([
    expect.stringMatching(/^s3:\/\/\w+\/contact-records\/dt=2025-03-02\/.*\.gz$/),
    expect.stringMatching(/^s3:\/\/\w+\/contact-records\/dt=2025-03-03\/.*\.gz$/),
    expect.stringMatching(/^s3:\/\/\w+\/voice-analysis-segments\/dt=.*\.gz$/),
  ]);
});

test('an object that cannot be read is not replaced', () => {
  const file = join(s3, 'contact-records.gz');
  writeFileSync(file, 'not compressed');
  expect(runRemoval(['s3://contact-records.gz']).status).not.toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('not compressed');
  rmSync(file);
});

test('the commands remove the records of the contact from the objects, and no other records', async () => {
  const before = recordsIn(s3);
  const objects = (await athena.query(FIND_OBJECTS)).map(({ object }) => object);

  expect(runRemoval(objects).status).toBe(0);

  expect(recordsIn(s3)).toEqual(before.filter(({ ContactId }) => ContactId !== CONTACT));
  await loadTables();
  expect(await athena.query(FIND_OBJECTS)).toEqual([]);
});
