import { renderString, singleQuoted } from './template/render';
import { intrinsicOf, referenceOf, referencesIn, replaceIntrinsics } from '../src/template/intrinsics';

test.each<[unknown, object | undefined]>([
  [{ Ref: 'Key' }, { name: 'Ref', argument: 'Key' }],
  [{ 'Fn::GetAtt': ['Key', 'Arn'] }, { name: 'Fn::GetAtt', argument: ['Key', 'Arn'] }],
  [{ Ref: 'Key', Other: 1 }, undefined],
  [{ Condition: 'IsGlobal' }, undefined],
  ['Ref', undefined],
  [null, undefined],
])('intrinsicOf(%j) returns %j', (value, expected) => {
  expect(intrinsicOf(value)).toEqual(expected);
});

test.each<[unknown, object | undefined]>([
  [{ Ref: 'Key' }, { logicalId: 'Key' }],
  [{ 'Fn::GetAtt': ['Lookup', 'Instance.ServiceRole'] }, { logicalId: 'Lookup', attribute: 'Instance.ServiceRole' }],
  [{ 'Fn::GetAtt': 'Lookup.Instance.ServiceRole' }, { logicalId: 'Lookup', attribute: 'Instance.ServiceRole' }],
  [{ 'Fn::ImportValue': 'Name' }, undefined],
])('referenceOf(%j) returns %j', (value, expected) => {
  expect(referenceOf(value)).toEqual(expected);
});

const JOIN = { 'Fn::Join': ['-', ['a', { Ref: 'B' }, { 'Fn::Sub': ['${C}${D.Arn}${!E}', { C: { Ref: 'F' } }] }]] };

test('collects references from nested functions and from the variables of Fn::Sub', () => {
  expect(referencesIn({ One: [JOIN], Two: { 'Fn::Sub': '${G}' }, Three: null })).toEqual([
    { logicalId: 'B' }, { logicalId: 'F' }, { logicalId: 'D', attribute: 'Arn' }, { logicalId: 'G' },
  ]);
});

test('renders Fn::Join and Fn::Sub as strings and leaves other functions to the callback', () => {
  expect(renderString(JOIN, (_, reference) => `<${reference!.logicalId}>`)).toBe('a-<B>-<F><D>${E}');
  expect(renderString({ 'Fn::Join': [',', { 'Fn::Split': ['-', 'a-b'] }] }, singleQuoted)).toBe("{'Fn::Join':[',',{'Fn::Split':['-','a-b']}]}");
});

test('replaces intrinsic functions in a copy and removes those without a value', () => {
  const value = { One: { Ref: 'A' }, Two: [{ Ref: 'AWS::NoValue' }, 1], Three: { Ref: 'AWS::NoValue' }, Four: null };
  expect(replaceIntrinsics(value, ({ argument }) => argument === 'A' ? 'a' : undefined)).toStrictEqual({ One: 'a', Two: [1], Four: null });
  expect(value).toEqual({ One: { Ref: 'A' }, Two: [{ Ref: 'AWS::NoValue' }, 1], Three: { Ref: 'AWS::NoValue' }, Four: null });
});

test('keeps what contains no intrinsic function', () => {
  const [without, list] = [{ One: { Two: [1, null] } }, [1, 2]];
  const replaced = replaceIntrinsics({ without, list, with: { Ref: 'A' } }, () => 'a') as Record<string, unknown>;
  expect(replaced).toEqual({ without, list, with: 'a' });
  expect(replaced.without).toBe(without);
  expect(replaced.list).toBe(list);
});
