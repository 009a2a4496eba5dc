/**
 * The JSON Schemas and the TypeScript types of the package: they match the data models, and accept the records that Amazon Connect
 * documents.
 */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import * as agentEvents from './samples/agent-events';
import * as segments from './samples/analysis-segments';
import { ALL_FIELDS, DELIVERIES } from './samples/contact-records';
import { type FieldType, MODELS, schemaFiles } from './schemas/files';

type Sample = Record<string, unknown>;

const FOLDER = join(__dirname, '..', 'schemas');

const SAMPLES: Record<string, Sample[]> = {
  'contact-record.json': DELIVERIES.map(({ record }) => record),
  'agent-event.json': [agentEvents.ALL_FIELDS, agentEvents.LOGIN, { ...agentEvents.ALL_FIELDS, EventType: 'HEART_BEAT' }, { ...agentEvents.ALL_FIELDS, EventType: 'LOGOUT' }],
  'voice-analysis-segment.json': [...segments.VOICE_EVENTS, segments.FAILED.voice] as unknown as Sample[],
  'chat-analysis-segment.json': [...segments.CHAT_EVENTS, segments.FAILED.chat] as unknown as Sample[],
};

/** The record with the most fields of each schema. */
const FULL: Record<string, Sample> = {
  'contact-record.json': ALL_FIELDS,
  'agent-event.json': agentEvents.ALL_FIELDS,
  'voice-analysis-segment.json': segments.VOICE_SEGMENTS as unknown as Sample,
  'chat-analysis-segment.json': segments.CHAT_SEGMENTS as unknown as Sample,
};

const FILES = Object.keys(SAMPLES);
const ajv = new Ajv2020({ allowUnionTypes: true });
const validators = Object.fromEntries(FILES.map((file) => [file, ajv.compile(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as object)]));

function isValid(file: string, record: unknown): boolean {
  return (validators[file] as ValidateFunction)(record) as boolean;
}

/** Adds an unknown field to each object of the value that has fixed fields, at any depth. */
function withUnknownFields(type: FieldType | undefined, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => withUnknownFields(elementOf(type), element));
  if (typeof value !== 'object' || value === null) return value;
  const isMap = type?.kind === 'map';
  const known = Object.entries(value)
    .map(([name, inner]) => [name, withUnknownFields(isMap ? elementOf(type) : fieldOf(type, name), inner)] as const);
  return { ...Object.fromEntries(known), ...!isMap && { FieldOfTheFuture: { deep: [1, null] } } };
}

/** Returns a copy of the record for each field of the data model, with a value that is not of its type. */
function brokenCopies(type: FieldType | undefined, value: unknown, path = ''): Array<[string, unknown]> {
  if (!type || type.kind === 'json' || value === null) return [];
  const wrong: [string, unknown] = [path, type.kind === 'primitive' ? [] : 'text'];
  if (type.kind === 'primitive' || typeof value !== 'object') return [wrong];
  const inner = Object.entries(value as object).flatMap(([name, nested]: [string, unknown]) =>
    brokenCopies(type.kind === 'struct' ? fieldOf(type, name) : type.element, nested, `${path}.${name}`)
      .map(([at, broken]): [string, unknown] => [at, Array.isArray(value)
        ? value.map((element: unknown, index) => `${index}` === name ? broken : element)
        : { ...value as object, [name]: broken }]));
  return [wrong, ...inner];
}

function elementOf(type: FieldType | undefined): FieldType | undefined {
  return type && 'element' in type ? type.element : undefined;
}

function fieldOf(type: FieldType | undefined, name: string): FieldType | undefined {
  return type?.kind === 'struct' ? type.fields[name] : undefined;
}

test('the folder of schemas contains the files that the data models generate, and no others', () => {
  const files = Object.fromEntries(readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]));
  expect(files).toEqual(schemaFiles()); // otherwise run: npx projen schemas
});

describe.each(FILES)('%s', (file) => {
  const model = MODELS.find(({ schemaFile }) => schemaFile === file)!;
  const required = Object.entries(model.record.fields).filter(([, field]) => field.required).map(([name]) => name);

  test('accepts all documented records', () => {
    for (const sample of SAMPLES[file]) expect([sample, isValid(file, sample)]).toEqual([sample, true]);
  });

  test('ignores unknown fields at any depth', () => {
    for (const sample of SAMPLES[file]) expect(isValid(file, withUnknownFields(model.record, sample))).toBe(true);
  });

  test('accepts records in which all optional fields are null or missing', () => {
    const sample = SAMPLES[file][0];
    const isOptional = (name: string) => !required.includes(name);
    expect(isValid(file, Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, isOptional(name) ? null : value])))).toBe(true);
    expect(isValid(file, Object.fromEntries(Object.entries(sample).filter(([name]) => !isOptional(name))))).toBe(true);
  });

  test.each(required)('rejects records in which %s is missing, null, empty or of another type', (name) => {
    const { [name]: _, ...rest } = FULL[file];
    const invalid = [rest, { ...rest, [name]: null }, { ...rest, [name]: '' }, { ...rest, [name]: 42 }, { ...rest, [name]: {} }];
    expect(invalid.map((record) => isValid(file, record))).toEqual(invalid.map(() => false));
  });

  test('rejects records with a value of another type in any field, at any depth', () => {
    for (const [path, broken] of brokenCopies(model.record, FULL[file])) expect([path, isValid(file, broken)]).toEqual([path, false]);
  });

  test('rejects the records of other data types, and values that are not records', () => {
    for (const [other, samples] of Object.entries(SAMPLES)) {
      if (other !== file) for (const sample of samples) expect([sample, isValid(file, sample)]).toEqual([sample, false]);
    }
    for (const value of [null, [], 'text', 3, true, {}]) expect(isValid(file, value)).toBe(false);
  });
});

test('events with segments must contain a list of segments', () => {
  const { Segments: _, ...voice } = segments.VOICE_SEGMENTS;
  const { Segments: __, ...chat } = segments.CHAT_SEGMENTS;
  expect(isValid('voice-analysis-segment.json', voice)).toBe(false);
  expect(isValid('voice-analysis-segment.json', { ...voice, Segments: null })).toBe(false);
  expect(isValid('chat-analysis-segment.json', chat)).toBe(false);
  expect(isValid('chat-analysis-segment.json', { ...chat, StreamingEventType: 'COMPLETED' })).toBe(true);
});

test('event types and required timestamps must have a documented value', () => {
  expect(isValid('agent-event.json', { ...agentEvents.ALL_FIELDS, EventType: 'LUNCH' })).toBe(false);
  expect(isValid('agent-event.json', { ...agentEvents.ALL_FIELDS, EventTimestamp: 'yesterday' })).toBe(false);
  expect(isValid('voice-analysis-segment.json', { ...segments.VOICE_SEGMENTS, EventType: 'LOGIN' })).toBe(false);
  expect(isValid('contact-record.json', { ...ALL_FIELDS, LastUpdateTimestamp: '1741000000' })).toBe(false);
});

test('ContactAssociationId and fields without a fixed schema can have each of the documented types', () => {
  for (const ContactAssociationId of ['id', 7, null]) expect(isValid('contact-record.json', { ...ALL_FIELDS, ContactAssociationId })).toBe(true);
  for (const AdditionalEmailRecipients of ['jo@example.com', { ToList: [{ Address: 'jo@example.com' }] }, null]) {
    expect(isValid('contact-record.json', { ...ALL_FIELDS, AdditionalEmailRecipients })).toBe(true);
  }
});
