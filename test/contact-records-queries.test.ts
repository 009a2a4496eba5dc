/**
 * The queries of docs/querying.md. The records are in the objects that the delivery stream of a template would
 * write, and the queries read them through the table of that template.
 */
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import * as fc from 'fast-check';
import { ConnectDataStreaming, ContactRecordsTable, StreamingDestination } from '../src';
import { Athena, pathOf, type Row } from './athena/athena';
import { deliver, tablesOf } from './athena/delivery';
import { documentedQueries } from './athena/documented-queries';
import { deserialize, parseType } from './athena/hive';
import { ALL_FIELDS, DELIVERIES } from './samples/contact-records';
import { existingInstance, newStack } from './support';

const QUERIES = documentedQueries();
const NEWEST = QUERIES['The newest version of each contact'];
const PER_HOUR = QUERIES['Contacts per queue and hour'];
const HANDLE_TIME = QUERIES['Average handle time of each agent'];
const ATTRIBUTE = QUERIES['Contacts with an attribute'];

function template(): ReturnType<typeof tablesOf>[string] {
  const stack = newStack();
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    contactRecords: StreamingDestination.newDeliveryStream(),
  });
  new ContactRecordsTable(stack, 'Table', { streaming });
  return tablesOf(stack).contact_records;
}

const { table, destination } = template();

let athena: Athena;
let s3: string;
beforeAll(async () => { athena = await Athena.start(); });
afterAll(() => athena.stop());
beforeEach(() => { s3 = mkdtempSync(join(tmpdir(), 's3-')); });
afterEach(() => rmSync(s3, { recursive: true }));

async function deliverSamples(): Promise<void> {
  deliver(s3, destination, [DELIVERIES.slice(0, 2), DELIVERIES.slice(2, 4), DELIVERIES.slice(4, 6), DELIVERIES.slice(6)]);
  await athena.load(table, s3);
}

describe('documented queries', () => {
  test('return the newest version of each contact', async () => {
    await deliverSamples();
    expect(await athena.query(NEWEST)).toEqual([
      {
        contactid: '00000000-0000-4000-8000-000000000004',
        channel: 'TASK',
        initiationmethod: 'API',
        queue: null,
        agent: null,
        initiationtimestamp: '2025-03-01T08:00:00Z',
        disconnecttimestamp: null,
        lastupdatetimestamp: '2025-03-04T08:00:00Z',
      },
      {
        contactid: '00000000-0000-4000-8000-000000000002',
        channel: 'VOICE',
        initiationmethod: 'INBOUND',
        queue: 'Rückfragen',
        agent: null,
        initiationtimestamp: '2025-03-02T09:10:00Z',
        disconnecttimestamp: '2025-03-02T09:12:00Z',
        lastupdatetimestamp: '2025-03-02T09:12:10Z',
      },
      {
        contactid: '00000000-0000-4000-8000-000000000001',
        channel: 'VOICE',
        initiationmethod: 'INBOUND',
        queue: 'Rückfragen',
        agent: 'jörg',
        initiationtimestamp: '2025-03-02T09:58:30Z',
        disconnecttimestamp: '2025-03-02T10:10:00Z',
        lastupdatetimestamp: '2025-03-02T10:12:00Z',
      },
      {
        contactid: '00000000-0000-4000-8000-000000000003',
        channel: 'CHAT',
        initiationmethod: 'API',
        queue: 'Sales',
        agent: 'ann',
        initiationtimestamp: '2025-03-02T23:59:59Z',
        disconnecttimestamp: '2025-03-03T00:20:00Z',
        lastupdatetimestamp: '2025-03-03T00:21:00Z',
      },
    ]);
  });

  test('count the contacts per queue and hour', async () => {
    await deliverSamples();
    expect(await athena.query(PER_HOUR)).toEqual([
      { queue: 'Rückfragen', hour: '2025-03-02 09:00:00+00', contacts: '2', abandoned: '1' },
      { queue: 'Sales', hour: '2025-03-03 00:00:00+00', contacts: '1', abandoned: '0' },
    ]);
  });

  test('compute the average handle time of each agent', async () => {
    await deliverSamples();
    expect(await athena.query(HANDLE_TIME)).toEqual([
      { agent: 'ann', channel: 'CHAT', contacts: '1', handle_time: 1201 },
      { agent: 'jörg', channel: 'VOICE', contacts: '1', handle_time: 605 },
    ]);
  });

  test('find contacts with an attribute', async () => {
    await deliverSamples();
    expect((await athena.query(ATTRIBUTE)).map(({ contactid }) => contactid)).toEqual([
      '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001',
    ]);
  });

  test('return no rows if no records were delivered', async () => {
    await athena.load(table, s3);
    for (const sql of [NEWEST, PER_HOUR, HANDLE_TIME, ATTRIBUTE]) expect(await athena.query(sql)).toEqual([]);
  });

  test('fail on a value with a wrong type only if they read its column', async () => {
    deliver(s3, destination, [[{ day: '2025-03-02', record: { ...ALL_FIELDS, Recording: 'none', Agent: { ...ALL_FIELDS.Agent, NumberOfHolds: 'two' } } }]]);
    await athena.load(table, s3);
    expect(await athena.query(ATTRIBUTE)).toHaveLength(1);
    await expect(athena.query(HANDLE_TIME)).rejects.toThrow('HIVE_BAD_DATA: .agent.numberofholds is "two", not INTEGER');
    await expect(athena.query('SELECT recording FROM contact_records')).rejects.toThrow('HIVE_BAD_DATA: .recording is "none", not STRUCT');
  });

  test('can be limited to records that were delivered since a day, if they start on the day before', async () => {
    const [first, midnight, after] = ['2025-03-02', '2025-03-03', '2025-03-04'];
    const chat = { ...ALL_FIELDS, ContactId: 'after-midnight', Channel: 'CHAT', InitiationTimestamp: `${midnight}T00:00:05Z`, LastUpdateTimestamp: `${midnight}T00:01:00Z` };
    const task = { ...ALL_FIELDS, ContactId: 'later', Channel: 'TASK', InitiationTimestamp: `${after}T12:00:00Z`, LastUpdateTimestamp: `${after}T12:01:00Z` };
    deliver(s3, destination, [[{ day: first, record: ALL_FIELDS }, { day: midnight, record: chat }], [{ day: after, record: task }]]);
    await athena.load(table, s3);

    const since = async (day: string) =>
      (await athena.query(NEWEST.replace('FROM contact_records', `FROM contact_records\n  WHERE dt >= '${day}'`))).map(({ channel }) => channel);
    expect(await since(midnight)).toEqual(['TASK']); // Firehose names the object with the chat after the day of its oldest record
    expect(await since(first)).toEqual(['VOICE', 'CHAT', 'TASK']);
  });
});

describe('table columns', () => {
  const columns = Object.fromEntries(table.StorageDescriptor.Columns.map(({ Name, Type }) => [Name, parseType(Type)]));

  test('contain all fields of the data model, with lowercase names', () => {
    expect(Object.keys(columns).sort()).toEqual(Object.keys(ALL_FIELDS).map((name) => name.toLowerCase()).sort());
  });

  test('contain all values of a record, except for fields without a fixed schema', () => {
    const row = deserialize({ kind: 'struct', fields: columns }, ALL_FIELDS);
    const { OutboundStrategy, RoutingCriteria: [criteria], SegmentAttributes, ...rest } = ALL_FIELDS;
    const [{ Expression: _, ...step }] = criteria.Steps;
    expect(row).toEqual(withLowercaseNames({
      ...rest,
      OutboundStrategy: { Type: OutboundStrategy.Type },
      RoutingCriteria: [{ ...criteria, Steps: [step] }],
      SegmentAttributes: { ...SegmentAttributes, 'connect:X': { ValueInteger: 3 } },
    }));
  });

  test('can all be queried, including nested fields', async () => {
    await deliverSamples();
    const [row] = await athena.query(`SELECT * FROM contact_records WHERE lastupdatetimestamp = '${ALL_FIELDS.LastUpdateTimestamp}'`) as [Row];
    expect(Object.keys(row)).toEqual([...Object.keys(columns), 'dt']);
    expect(row.dt).toBe('2025-03-02');
    expect(Object.entries(row).filter(([, value]) => value === null).map(([name]) => name).sort())
      .toEqual(Object.entries(ALL_FIELDS).filter(([, value]) => value === null).map(([name]) => name.toLowerCase()).sort());

    expect(await athena.query(`
      SELECT agent.hierarchygroups.level1.groupname AS hierarchy, agent.statetransitions[1].state AS state, element_at(attributes, 'greeting') AS greeting,
        chatmetrics.agentmetrics.totalresponsetimeinmillis AS long, chatmetrics.contactmetrics.multiparty AS boolean,
        qualitymetrics.agent.audio.qualityscore AS double, "references"[2].value AS reference, recordings[1].fragmentstartnumber AS text,
        element_at(segmentattributes, 'connect:Subtype').valuestring AS subtype, element_at(contactevaluations, 'form-1').status AS evaluation,
        routingcriteria[1].steps[1].expiry.durationinseconds AS integer
      FROM contact_records WHERE lastupdatetimestamp = '${ALL_FIELDS.LastUpdateTimestamp}'`)).toEqual([{
      hierarchy: 'Österreich',
      state: 'SILENT_MONITOR',
      greeting: ALL_FIELDS.Attributes.greeting,
      long: '9007199254740991',
      boolean: true,
      double: 4.25,
      reference: 'https://example.com',
      text: '91343852333181432392682062622220590765191907586',
      subtype: 'connect:Telephony',
      evaluation: 'COMPLETE',
      integer: 30,
    }]);
  });
});

test('the table reads the location that the delivery stream writes to', () => {
  const { Prefix, BucketARN } = destination;
  expect(pathOf(table.Parameters['storage.location.template']).replace('${dt}', 'X'))
    .toBe(`${BucketARN['Fn::GetAtt'][0]}/${Prefix.replace('!{timestamp:yyyy-MM-dd}', 'X')}`);
});

test('documented queries return the same results as a computation in TypeScript for random records', async () => {
  const [version, day] = [seconds('2025-03-01T00:00:00Z', 5 * 86_400), fc.constantFrom('2025-03-01', '2025-03-02', '2025-03-06')];
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(fc.option(value), { nil: undefined });
  const record = fc.record({
    ContactId: fc.constantFrom('a', 'b', 'c', 'd', 'ü'),
    LastUpdateTimestamp: version,
    Channel: fc.constantFrom('VOICE', 'CHAT', 'TASK', 'EMAIL'),
    InitiationMethod: optional(fc.constantFrom('INBOUND', 'API')),
    InitiationTimestamp: version,
    DisconnectTimestamp: optional(version),
    Queue: optional(fc.record({ Name: fc.constantFrom('Sales', 'Röhren', ''), EnqueueTimestamp: optional(version), Unknown: fc.jsonValue() })),
    Agent: optional(fc.record({
      Username: optional(fc.constantFrom('ann', 'jörg')),
      ConnectedToAgentTimestamp: optional(version),
      AgentInteractionDuration: optional(fc.nat(1_000_000)),
      CustomerHoldDuration: optional(fc.nat(100_000)),
      AfterContactWorkDuration: optional(fc.nat(100_000)),
    })),
    Attributes: optional(fc.dictionary(fc.constantFrom('language', 'Language', 'x', 'ß'), fc.oneof(fc.constantFrom('de', 'en'), fc.string({ unit: 'grapheme' })))),
    UnknownField: fc.jsonValue(),
  });
  const versions = fc.uniqueArray(record, { minLength: 1, maxLength: 30, selector: ({ ContactId, LastUpdateTimestamp }) => `${ContactId} ${LastUpdateTimestamp}` });
  const deliveries = versions.chain((records) => fc.array(fc.array(fc.record({ record: fc.constantFrom(...records), day }))));

  await fc.assert(fc.asyncProperty(deliveries, async (batches) => {
    rmSync(s3, { recursive: true });
    deliver(s3, destination, batches);
    await athena.load(table, s3);

    const newest = new Map<string, (typeof batches)[0][0]['record']>();
    for (const { record: one } of batches.flat()) {
      if ((newest.get(one.ContactId)?.LastUpdateTimestamp ?? '') < one.LastUpdateTimestamp) newest.set(one.ContactId, one);
    }
    const contacts = [...newest.values()];

    expect(sorted(await athena.query(NEWEST))).toEqual(sorted(contacts.map((contact) => ({
      contactid: contact.ContactId,
      channel: contact.Channel,
      initiationmethod: contact.InitiationMethod ?? null,
      queue: contact.Queue?.Name ?? null,
      agent: contact.Agent?.Username ?? null,
      initiationtimestamp: contact.InitiationTimestamp,
      disconnecttimestamp: contact.DisconnectTimestamp ?? null,
      lastupdatetimestamp: contact.LastUpdateTimestamp,
    }))));

    const queued = contacts.filter((contact) => contact.Queue?.EnqueueTimestamp);
    expect(sorted(await athena.query(PER_HOUR))).toEqual(sorted(grouped(queued, ({ Queue }) => ({
      queue: Queue!.Name,
      hour: `${Queue!.EnqueueTimestamp!.slice(0, 13).replace('T', ' ')}:00:00+00`,
    }), (group) => ({
      contacts: `${group.length}`,
      abandoned: `${group.filter(({ Agent }) => !Agent?.ConnectedToAgentTimestamp).length}`,
    }))));

    const handled = contacts.filter((contact) => contact.Agent?.Username);
    const handleTime = ({ Agent }: typeof contacts[0]) =>
      (Agent!.AgentInteractionDuration ?? 0) + (Agent!.CustomerHoldDuration ?? 0) + (Agent!.AfterContactWorkDuration ?? 0);
    expect(sorted(await athena.query(HANDLE_TIME))).toEqual(sorted(grouped(handled, ({ Agent, Channel }) => ({
      agent: Agent!.Username!,
      channel: Channel,
    }), (group) => ({
      contacts: `${group.length}`,
      handle_time: group.map(handleTime).reduce((sum, time) => sum + time) / group.length,
    }))));

    expect((await athena.query(ATTRIBUTE)).map(({ contactid }) => contactid).sort())
      .toEqual(contacts.filter(({ Attributes }) => Attributes?.language === 'de').map(({ ContactId }) => ContactId).sort());
  }), { numRuns: 50 });
});

function seconds(from: string, count: number): fc.Arbitrary<string> {
  return fc.nat(count).map((second) => new Date(Date.parse(from) + second * 1000).toISOString().replace('.000', ''));
}

function sorted(rows: Row[]): Row[] {
  return rows.sort((one, other) => JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
}

function grouped<T>(items: T[], key: (item: T) => Row, value: (group: T[]) => Row): Row[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(JSON.stringify(key(item)), [...groups.get(JSON.stringify(key(item))) ?? [], item]);
  return [...groups].map(([id, group]) => ({ ...JSON.parse(id) as Row, ...value(group) }));
}

/** Converts the names of columns and fields to lowercase, but not the keys of maps. */
function withLowercaseNames(record: Record<string, unknown>): unknown {
  const deep = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), deep(inner)]));
  };
  const keyed = (value: unknown): unknown => Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, deep(inner)]));
  const maps = ['Attributes', 'ContactDetails', 'ContactEvaluations', 'SegmentAttributes', 'Tags'];
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), maps.includes(name) ? keyed(value) : deep(value)]));
}
