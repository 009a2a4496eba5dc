/**
 * Descriptions of random apps, which fast-check can reduce to the smallest one that fails.
 */
import * as fc from 'fast-check';
import { KeyAccess } from '../../src';
import { REGION } from '../support';

/** Chooses values with the given weights. */
function weighted<T extends string>(weights: Record<T, number>): fc.Arbitrary<T> {
  return fc.oneof(...Object.entries<number>(weights).map(([value, weight]) => ({ weight, arbitrary: fc.constant(value as T) })));
}

const yesOrNo = (yes: number, no: number): fc.Arbitrary<boolean> => weighted({ yes, no }).map((answer) => answer === 'yes');

const INSTANCE_SOURCE = weighted({ 'new': 7, 'by ARN': 3, 'by id': 2, 'by parameter': 2, 'by lazy value': 4, 'by imported value': 1, 'with role': 2 });
const KEY_SOURCE = weighted({
  'new': 8, 'new L1': 2, 'alias of new': 2, 'by ARN': 6, 'by parameter': 2, 'in another account': 1, 'new in another account': 1, 'alias by name': 1, 'AWS managed': 2,
});
const KEY_ACCESS = weighted({ [KeyAccess.AUTOMATIC]: 10, [KeyAccess.GRANT]: 4, [KeyAccess.EXTERNAL]: 2, [KeyAccess.KEY_POLICY]: 1 });
const KINESIS = {
  'none': 20,
  'new stream': 3,
  'new stream with key': 4,
  'new managed stream': 1,
  'existing stream': 1,
  'existing stream with key': 4,
  'stream of the app': 5,
  'L1 stream of the app': 3,
};
export const RESOURCE_TYPES = {
  contactRecords: 'CONTACT_TRACE_RECORDS',
  agentEvents: 'AGENT_EVENTS',
  voiceAnalysisSegments: 'REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS',
  chatAnalysisSegments: 'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS',
};
export const DATA_TYPES = Object.keys(RESOURCE_TYPES) as Array<keyof typeof RESOURCE_TYPES>;
export const OTHER_REGION = 'eu-central-1';
export const STACKS = 4;
export const INSTANCES = 6;
const SOME = fc.nat({ max: 11 });

/** Numbers select from the available resources. A stack uses resources of its own or of earlier stacks of its Region only. */
export const randomApp = fc.record({
  stacks: fc.array(fc.record({
    /** Whether the stack is nested in the last stack that is not nested. */
    isNested: yesOrNo(2, 1),
    region: weighted({ [REGION]: 4, [OTHER_REGION]: 1 }),
  }), { minLength: 1, maxLength: STACKS }),
  isInStage: fc.boolean(),
  crossStackReferences: weighted({ strong: 3, weak: 1, both: 1 }),
  instances: fc.array(fc.record({ source: INSTANCE_SOURCE, stack: SOME, number: fc.nat({ max: INSTANCES - 1 }) }), { minLength: 1, maxLength: 4 }),
  keys: fc.array(fc.record({ source: KEY_SOURCE, stack: SOME }), { minLength: 1, maxLength: 4 }),
  constructs: fc.array(fc.record({
    stack: SOME,
    instance: SOME,
    encryptionKey: fc.option(SOME, { nil: undefined }),
    /** Whether the construct is in the parent of the nested stack of its instance. That stack then has streams, and other users of the keys. */
    isInParent: fc.boolean(),
    dependsOn: fc.option(SOME, { nil: undefined, freq: 2 }),
    keyAccess: fc.option(KEY_ACCESS, { nil: undefined, freq: 2 }),
    destinations: fc.tuple(...DATA_TYPES.map((dataType) => fc.record({
      source: weighted(dataType === 'contactRecords'
        ? { ...KINESIS, 'new delivery stream': 3, 'existing delivery stream': 1 }
        : { ...KINESIS, 'new delivery stream': 1, 'existing delivery stream': 0 }),
      key: SOME,
      stack: SOME,
    }))),
  }), { minLength: 1, maxLength: 4 }),
  /** Whether several constructs can stream a data type of an instance, which is an error. */
  hasDuplicates: yesOrNo(1, 3),
  /** Whether constructs depend on those that are created later, instead of earlier. */
  dependsOnLater: fc.boolean(),
  /** What changes in the second version of the app. */
  secondVersion: fc.record({
    removed: fc.option(SOME, { nil: undefined }),
    isReversed: fc.boolean(),
    renamesGrants: fc.boolean(),
    replacesStreams: fc.boolean(),
    /** Constructs with KeyAccess.GRANT use other keys. With key policies, this requires two deployments. */
    changesKeys: fc.boolean(),
    /** An instance of the app is replaced, or constructs use another instance. */
    changedInstance: fc.option(SOME, { nil: undefined, freq: 2 }),
  }),
});

export type RandomApp = typeof randomApp extends fc.Arbitrary<infer T> ? T : never;
