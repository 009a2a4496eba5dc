/**
 * Sends records as the instance of a deployed app does, and reads them as the roles that the app grants access: contact records from
 * the bucket with the documented queries, and agent events from the Kinesis data stream.
 */
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { gunzipSync } from 'zlib';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { type App, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { ConnectDataStreaming, ContactRecordsTable, StreamingDestination } from '../../src';
import { Athena, putObject, type TableInput } from '../athena/athena';
import { documentedQueries } from '../athena/documented-queries';
import { newInstance } from '../support';
import { Account, type Credentials } from './account';
import { addOutputs } from './apps';

const CONTACTS = 6_000;
const RECORDS = 10_000;
const DAYS = ['2026-01-02', '2026-01-03', '2026-01-04'];

interface ContactRecord {
  readonly ContactId: string;
  readonly LastUpdateTimestamp: string;
  readonly Channel: string;
  readonly Queue: { readonly Name: string; readonly EnqueueTimestamp: string };
  readonly Agent: { readonly Username: string; readonly ConnectedToAgentTimestamp: string; readonly AgentInteractionDuration: number } | null;
}

/** 10,000 contact records of 6,000 contacts: two versions of every third contact, and duplicates. */
const VERSIONS = Array.from({ length: CONTACTS }, (_, contact) =>
  Array.from({ length: contact % 3 === 0 ? 2 : 1 }, (__, version) => contactRecord(contact, version)));
const ORIGINALS = VERSIONS.flat();
const SENT = [...ORIGINALS, ...ORIGINALS.slice(0, RECORDS - ORIGINALS.length)];
const NEWEST = VERSIONS.map((versions) => versions.at(-1)!);

function contactRecord(contact: number, version: number): ContactRecord {
  const started = Date.parse('2026-01-02T08:00:00Z') + contact * 1000;
  const at = (seconds: number) => new Date(started + seconds * 1000).toISOString().replace('.000', '');
  return {
    ContactId: `00000000-0000-4000-8000-${String(contact).padStart(12, '0')}`,
    LastUpdateTimestamp: at(600 + version * 86_400),
    Channel: contact % 4 === 0 ? 'CHAT' : 'VOICE',
    Queue: { Name: `Queue ${contact % 7}`, EnqueueTimestamp: at(5) },
    Agent: contact % 5 === 0 ? null : { Username: `agent-${contact % 11}`, ConnectedToAgentTimestamp: at(20), AgentInteractionDuration: 60 + contact % 100 + version },
  };
}

const account = new Account('444444444444');
const s3 = mkdtempSync(join(tmpdir(), 's3-'));
let outputs: Record<string, string>;
let analyst: Credentials;
let keys: string[];
let lines: string[];

function define(app: App): void {
  const stack = new Stack(app, 'DataPath');
  const instance = newInstance(stack);
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance,
    contactRecords: StreamingDestination.newDeliveryStream(),
    agentEvents: StreamingDestination.newKinesisStream(),
  });
  const table = new ContactRecordsTable(stack, 'Table', { streaming, firstDay: DAYS[0] });
  const [analystRole, readerRole, otherRole] = ['Analyst', 'Reader', 'Other']
    .map((name) => new iam.Role(stack, name, { assumedBy: new iam.AccountRootPrincipal() }));
  table.grantRead(analystRole);
  streaming.grantRead(readerRole);
  // Permission to list the bucket and its objects, but not to decrypt them.
  otherRole.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject', 's3:ListBucket', 'kinesis:*'], resources: ['*'] }));
  addOutputs(stack, {
    InstanceArn: instance.attrArn,
    Bucket: streaming.contactRecordsBucket!.bucketName,
    DeliveryStream: streaming.contactRecordsDeliveryStream!.deliveryStreamName,
    StreamArn: streaming.agentEventsStream!.streamArn,
    Database: table.databaseName,
    Table: table.tableName,
    Analyst: analystRole.roleArn,
    Reader: readerRole.roleArn,
    Other: otherRole.roleArn,
  });
}

async function deployedTable(): Promise<TableInput> {
  const { Table } = await account.client(GlueClient, analyst).send(new GetTableCommand({ DatabaseName: outputs.Database, Name: outputs.Table }));
  return Table as TableInput;
}

async function sendAndDeliver(): Promise<void> {
  for (const [index, day] of DAYS.entries()) {
    const part = SENT.filter((_, position) => position % DAYS.length === index);
    expect(await account.control.send(outputs.InstanceArn, 'CONTACT_TRACE_RECORDS', part)).toEqual({ delivered: part.length, lost: 0 });
    expect((await account.control.flush(outputs.DeliveryStream, day)).reason).toBeUndefined();
  }
}

async function readObjects(): Promise<void> {
  const client = account.client(S3Client, analyst);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: outputs.Bucket }));
  keys = Contents.map(({ Key }) => Key!);
  lines = [];
  for (const key of keys) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: outputs.Bucket, Key: key }));
    const body = await Body!.transformToByteArray();
    putObject(s3, join(outputs.Bucket, key.slice(0, key.lastIndexOf('/'))), key.slice(key.lastIndexOf('/') + 1), body);
    lines.push(...gunzipSync(body).toString().split('\n').slice(0, -1));
  }
}

beforeAll(async () => {
  await account.bootstrap();
  const { exitCode, text } = await account.deploy(define);
  expect([exitCode, text]).toEqual([0, expect.any(String)]);
  outputs = await account.outputs('DataPath');
  analyst = await account.assume(outputs.Analyst);
  await sendAndDeliver();
  await readObjects();
});
afterAll(() => {
  account.remove();
  rmSync(s3, { recursive: true });
});

test('objects have the documented prefix and compression', () => {
  expect(keys).toHaveLength(DAYS.length);
  expect(keys.map((key) => key.replace(/[^/]*$/, ''))).toEqual(DAYS.map((day) => `contact-records/dt=${day}/`));
  keys.forEach((key) => expect(key).toMatch(/\.gz$/));
});

test('each line of the objects is a contact record, and none is lost', () => {
  expect(lines).toHaveLength(RECORDS);
  expectSame(lines, SENT);
});

describe('documented queries on the deployed table', () => {
  let athena: Athena;
  beforeAll(async () => {
    athena = await Athena.start();
    await athena.load(await deployedTable(), s3);
  });
  afterAll(() => athena.stop());

  test('return the newest version of each contact once', async () => {
    const rows = await athena.query(documentedQueries()['The newest version of each contact']);
    expectSame(rows.map(({ contactid, lastupdatetimestamp }) => JSON.stringify([contactid, lastupdatetimestamp])),
      NEWEST.map(({ ContactId, LastUpdateTimestamp }) => [ContactId, LastUpdateTimestamp]));
  });

  test('count each contact once per queue and hour', async () => {
    const rows = await athena.query(documentedQueries()['Contacts per queue and hour']);
    expect(rows.reduce((sum, { contacts }) => sum + Number(contacts), 0)).toBe(CONTACTS);
    expect(rows.reduce((sum, { abandoned }) => sum + Number(abandoned), 0)).toBe(NEWEST.filter(({ Agent }) => !Agent).length);
  });

  test('average the handle time of the newest versions', async () => {
    const rows = await athena.query(documentedQueries()['Average handle time of each agent']);
    const contacts = NEWEST.filter(({ Agent, Channel }) => Agent?.Username === 'agent-3' && Channel === 'VOICE');
    const average = contacts.reduce((sum, { Agent }) => sum + Agent!.AgentInteractionDuration, 0) / contacts.length;
    const row = rows.find(({ agent, channel }) => agent === 'agent-3' && channel === 'VOICE');
    expect(row).toMatchObject({ contacts: `${contacts.length}`, handle_time: expect.closeTo(average, 6) as number });
  });

  test('read one partition for each day of delivery', async () => {
    const rows = await athena.query('SELECT dt, count(*) AS records FROM contact_records GROUP BY 1 ORDER BY 1');
    expect(rows.map(({ dt }) => dt)).toEqual(DAYS);
    expect(rows.reduce((sum, { records }) => sum + Number(records), 0)).toBe(RECORDS);
  });
});

test('agent events arrive in the Kinesis data stream, and the role with read access reads all of them', async () => {
  const events = Array.from({ length: RECORDS }, (_, index) => ({ EventId: `event-${index}`, AgentARN: `${outputs.InstanceArn}/agent/${index % 50}` }));
  expect(await account.control.send(outputs.InstanceArn, 'AGENT_EVENTS', events)).toEqual({ delivered: RECORDS, lost: 0 });

  expectSame(await readStream(account.client(KinesisClient, await account.assume(outputs.Reader))), events);
});

test('a role without permission to decrypt reads neither the objects nor the stream', async () => {
  const other = await account.assume(outputs.Other);
  await expect(account.client(S3Client, other).send(new GetObjectCommand({ Bucket: outputs.Bucket, Key: keys[0] }))).rejects.toThrow(/not authorized to perform: s3:GetObject/);
  await expect(readStream(account.client(KinesisClient, other))).rejects.toThrow(/not authorized to perform: kinesis:GetRecords/);
});

async function readStream(client: KinesisClient): Promise<string[]> {
  const StreamARN = outputs.StreamArn;
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamARN }));
  const read: string[] = [];
  for (const { ShardId } of Shards) {
    let { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamARN, ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
    for (let count = -1; count !== 0;) {
      const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ StreamARN, ShardIterator }));
      read.push(...Records.map(({ Data }) => Buffer.from(Data!).toString()));
      [count, ShardIterator] = [Records.length, NextShardIterator];
    }
  }
  return read;
}

/** Expects the same values, in any order. Only the first differences are shown. */
function expectSame(received: string[], sent: unknown[]): void {
  expect(received).toHaveLength(sent.length);
  const [actual, expected] = [[...received].sort(), sent.map((record) => JSON.stringify(record)).sort()];
  const differences = expected.flatMap((record, index) => record === actual[index] ? [] : [[record, actual[index]]]);
  expect(differences.slice(0, 3)).toEqual([]);
}
