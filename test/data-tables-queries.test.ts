/**
 * The queries of docs/querying.md on agent events, contact analysis segments and several tables. The records are in the objects that
 * the delivery streams of a template would write, and the queries read them through the tables of that template.
 */
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import * as fc from 'fast-check';
import { AgentEventsTable, ChatAnalysisSegmentsTable, ConnectDataStreaming, ContactRecordsTable, StreamingDestination, VoiceAnalysisSegmentsTable } from '../src';
import { Athena, pathOf, type Row } from './athena/athena';
import { deliver, type Delivery, tablesOf } from './athena/delivery';
import { documentedQueries } from './athena/documented-queries';
import { deserialize, parseType } from './athena/hive';
import { syntaxErrors } from './athena/syntax-errors';
import * as agentEvents from './samples/agent-events';
import * as segments from './samples/analysis-segments';
import { DELIVERIES } from './samples/contact-records';
import { existingInstance, newStack } from './support';

const QUERIES = documentedQueries();
const STATUS_TIMES = QUERIES['Time of each agent in each status'];
const MISSED = QUERIES['Missed contacts of each agent'];
const MISSED_BEFORE_ANSWER = QUERIES['Contacts that were missed before they were answered'];
const SENTIMENT = QUERIES['Sentiment of customers by queue'];
const CATEGORIES = QUERIES['Categories and issues of each contact'];

function template(): ReturnType<typeof tablesOf> {
  const stack = newStack();
  const NEW = StreamingDestination.newKinesisStream();
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack), contactRecords: NEW, agentEvents: NEW, voiceAnalysisSegments: NEW, chatAnalysisSegments: NEW,
  });
  new ContactRecordsTable(stack, 'ContactRecords', { streaming });
  new AgentEventsTable(stack, 'AgentEvents', { streaming });
  new VoiceAnalysisSegmentsTable(stack, 'VoiceAnalysisSegments', { streaming });
  new ChatAnalysisSegmentsTable(stack, 'ChatAnalysisSegments', { streaming });
  return tablesOf(stack);
}

const TABLES = template();

let athena: Athena;
let s3: string;
beforeAll(async () => { athena = await Athena.start(); });
afterAll(() => athena.stop());
beforeEach(() => { s3 = mkdtempSync(join(tmpdir(), 's3-')); });
afterEach(() => rmSync(s3, { recursive: true }));

/** Delivers the batches of each table, and loads all tables. */
async function load(batches: Record<string, Delivery[][]>): Promise<void> {
  for (const [name, { table, destination }] of Object.entries(TABLES)) {
    deliver(s3, destination, batches[name] ?? []);
    await athena.load(table, s3);
  }
}

/** Splits records into batches of two, all on one day, and delivers each batch twice. */
function twice(records: object[], day = '2025-03-02'): Delivery[][] {
  const batches = records.flatMap((_, index) => index % 2 ? [] : [records.slice(index, index + 2).map((record) => ({ day, record }))]);
  return [...batches, ...batches];
}

/** The query for another day than that of the documentation. */
function onDay(query: string, day: string, next: string): string {
  return query.replaceAll('2026-11-22T', `${day}T`).replaceAll('2026-11-23T', `${next}T`);
}

const CALL = agentEvents.CONTACT;
const AT = (time: string) => `2025-03-02T${time}.000Z`;
const EVENTS = [
  agentEvents.LOGIN, // ann, offline since the day before
  agentEvents.event('2', 'ann', AT('08:00:10'), 'Available', AT('08:00:10')),
  agentEvents.event('3', 'ann', AT('08:02:10'), 'Available', AT('08:00:10'), 'HEART_BEAT', [{ ...CALL, State: 'CONNECTING' }]),
  agentEvents.event('4', 'ann', AT('10:00:05'), 'Available', AT('08:00:10'), 'STATE_CHANGE', [{ ...CALL, State: 'MISSED', StateStartTimestamp: AT('10:00:05') }]),
  agentEvents.event('5', 'ann', AT('10:02:05'), 'Available', AT('08:00:10'), 'HEART_BEAT', [{ ...CALL, State: 'MISSED', StateStartTimestamp: AT('10:00:05') }]),
  agentEvents.event('6', 'ann', AT('12:00:00'), 'Lunch', AT('12:00:00')),
  agentEvents.event('7', 'ann', AT('12:30:00'), 'Available', AT('12:30:00'), 'STATE_CHANGE', [
    { ...CALL, ContactId: 'chat', Channel: 'CHAT', State: 'REJECTED', StateStartTimestamp: AT('12:30:00') },
    { ...CALL, ContactId: 'call', State: 'CONNECTED' },
  ]),
  agentEvents.event('8', 'ann', '2025-03-03T00:10:00.000Z', 'Available', AT('12:30:00'), 'HEART_BEAT'),
  agentEvents.event('9', 'jo', AT('23:58:00'), 'Available', AT('23:58:00')),
  agentEvents.event('10', 'jo', '2025-03-02T23:59:59.500Z', 'Available', AT('23:58:00'), 'HEART_BEAT'),
];

const SEGMENTS = { voice_analysis_segments: twice(segments.VOICE_EVENTS), chat_analysis_segments: twice(segments.CHAT_EVENTS) };

describe('documented queries', () => {
  test('have the syntax of Athena, and are all run by a test', () => {
    const tested = [STATUS_TIMES, MISSED, MISSED_BEFORE_ANSWER, SENTIMENT, CATEGORIES, ...['The newest version of each contact', 'Contacts per queue and hour',
      'Average handle time of each agent', 'Contacts with an attribute'].map((heading) => QUERIES[heading])];
    expect(Object.values(QUERIES).sort()).toEqual(tested.sort());

    const errors = syntaxErrors([...tested, SENTIMENT.replace('GROUP BY', 'GROUP')]);
    expect(errors.map((messages) => messages.length > 0)).toEqual([...tested.map(() => false), true]);
  });

  test('return no rows if no records were delivered', async () => {
    await load({});
    for (const sql of Object.values(QUERIES)) expect(await athena.query(sql)).toEqual([]);
  });

  test('compute the time of each agent in each status', async () => {
    await load({ agent_events: twice(EVENTS) });
    expect(await athena.query(onDay(STATUS_TIMES, '2025-03-02', '2025-03-03'))).toEqual([
      { agent: 'ann', status: 'Available', seconds: `${(12 * 3600 - 8 * 3600 - 10) + (24 * 3600 - 12.5 * 3600)}` },
      { agent: 'ann', status: 'Lunch', seconds: '1800' },
      { agent: 'ann', status: 'Offline', seconds: `${8 * 3600 + 10}` },
      { agent: 'jo', status: 'Available', seconds: '119' }, // until the last heartbeat, in whole seconds
    ]);
    expect(await athena.query(onDay(STATUS_TIMES, '2025-03-03', '2025-03-04'))).toEqual([{ agent: 'ann', status: 'Available', seconds: '600' }]);
  });

  test('count the missed contacts of each agent once', async () => {
    await load({ agent_events: twice(EVENTS) });
    expect(await athena.query(MISSED)).toEqual([
      { agent: 'ann', queue: 'Rückfragen', channel: 'CHAT', contacts: '1', last_missed_at: AT('12:30:00') },
      { agent: 'ann', queue: 'Rückfragen', channel: 'VOICE', contacts: '1', last_missed_at: AT('10:00:05') },
    ]);
  });

  test('join contact records with the agents that missed the contact', async () => {
    await load({ agent_events: twice(EVENTS), contact_records: [DELIVERIES] });
    expect(await athena.query(MISSED_BEFORE_ANSWER)).toEqual([{
      contactid: CALL.ContactId, queue: 'Rückfragen', missed_by: 'ann', missed_at: AT('10:00:05'), answered_by: 'jörg', answered_at: '2025-03-02T10:00:40Z',
    }]);
  });

  test('count the sentiment of customers by queue', async () => {
    await load({ ...SEGMENTS, contact_records: [DELIVERIES] });
    expect(await athena.query(SENTIMENT)).toEqual([
      { queue: 'Rückfragen', channel: 'VOICE', sentiment: 'NEGATIVE', transcripts: '1', contacts: '1' },
      { queue: 'Rückfragen', channel: 'VOICE', sentiment: 'POSITIVE', transcripts: '1', contacts: '1' },
      { queue: 'Sales', channel: 'CHAT', sentiment: 'NEGATIVE', transcripts: '1', contacts: '1' },
    ]);
  });

  test('find the categories and issues of each contact', async () => {
    await load(SEGMENTS);
    const [voice, chat] = [segments.VOICE_SEGMENTS, segments.CHAT_SEGMENTS]
      .map(({ ContactId, Channel }) => ({ contactid: ContactId, channel: Channel }));
    expect(await athena.query(CATEGORIES)).toEqual([
      { ...voice, type: 'category', name: 'Billing' },
      { ...voice, type: 'category', name: 'Complaint' },
      { ...voice, type: 'issue', name: 'Meine Rechnung ist falsch' },
      { ...voice, type: 'issue', name: 'niemand ruft zurück' },
      { ...chat, type: 'category', name: 'Delivery' },
      { ...chat, type: 'issue', name: 'My order is missing' },
    ]);
  });
});

describe('tables', () => {
  const SAMPLES: Record<string, object[]> = {
    agent_events: [agentEvents.ALL_FIELDS, agentEvents.LOGIN],
    voice_analysis_segments: segments.VOICE_EVENTS,
    chat_analysis_segments: segments.CHAT_EVENTS,
    contact_records: DELIVERIES.map(({ record }) => record),
  };

  test.each(Object.keys(SAMPLES))('%s read all documented records, with unknown fields', async (name) => {
    const records = SAMPLES[name].map((record) => ({ ...record, FieldOfTheFuture: { deep: [1, null, 'x'] } }));
    await load({ [name]: [records.map((record) => ({ day: '2025-03-02', record }))] });
    const rows = await athena.query(`SELECT * FROM ${name}`);
    expect(rows).toHaveLength(records.length);
    expect(rows.map(({ dt }) => dt)).toEqual(records.map(() => '2025-03-02'));
    expect(Object.keys(rows[0])).not.toContain('fieldofthefuture');
  });

  test.each(['agent_events', 'voice_analysis_segments', 'chat_analysis_segments'])('%s contain all values of a record', (name) => {
    const fields = Object.fromEntries(TABLES[name].table.StorageDescriptor.Columns.map(({ Name, Type }) => [Name, parseType(Type)]));
    for (const record of SAMPLES[name]) {
      const row = deserialize({ kind: 'struct', fields }, record);
      expect(leaves(row)).toEqual(leaves(record));
    }
  });

  test.each(Object.keys(SAMPLES))('%s read the location that the delivery stream writes to', (name) => {
    const { table, destination: { BucketARN, Prefix } } = TABLES[name];
    expect(pathOf(table.Parameters['storage.location.template']).replace('${dt}', 'X'))
      .toBe(`${BucketARN['Fn::GetAtt'][0]}/${Prefix.replace('!{timestamp:yyyy-MM-dd}', 'X')}`);
  });
});

test('the time in each status is the same as a computation in TypeScript for random events', async () => {
  const start = Date.parse('2025-03-02T00:00:00Z');
  const iso = (second: number) => new Date(start + second * 1000).toISOString();
  // The starts of the statuses of an agent from the day before until the day after, each with heartbeats.
  const statuses = fc.array(fc.record({
    start: fc.integer({ min: -40_000, max: 120_000 }), status: fc.constantFrom('Available', 'Lunch', 'Offline'), heartbeats: fc.array(fc.nat(5_000), { maxLength: 3 }),
  }), { minLength: 1, maxLength: 8 }).map((list) => list
    .sort((one, other) => one.start - other.start)
    .filter((one, index) => one.start !== list[index + 1]?.start));

  await fc.assert(fc.asyncProperty(fc.record({ ann: statuses, jo: statuses }), fc.boolean(), async (agents, duplicates) => {
    rmSync(s3, { recursive: true });
    const expected: Record<string, number> = {};
    const events = Object.entries(agents).flatMap(([agent, list]) => list.flatMap((one, index) => {
      const next = list[index + 1]?.start as number | undefined;
      const seen = [one.start, ...one.heartbeats.map((after) => one.start + after)].filter((second) => next === undefined || second < next);
      const [from, to] = [Math.max(one.start, 0), Math.min(next ?? Math.max(...seen), 86_400)];
      if (to > from) expected[`${agent} ${one.status}`] = (expected[`${agent} ${one.status}`] ?? 0) + to - from;
      return seen.map((second) => agentEvents.event(`${agent} ${second}`, agent, iso(second), one.status, iso(one.start)));
    }));
    await load({ agent_events: duplicates ? twice(events) : [events.map((record) => ({ day: '2025-03-02', record }))] });
    const rows = await athena.query(onDay(STATUS_TIMES, '2025-03-02', '2025-03-03'));
    expect(Object.fromEntries(rows.map(({ agent, status, seconds }: Row) => [`${agent as string} ${status as string}`, Number(seconds)]))).toEqual(expected);
  }), { numRuns: 25 });
});

/** The values of a record at any depth, without null. */
function leaves(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  return typeof value === 'object' ? Object.values(value).flatMap(leaves).sort() : [value];
}
