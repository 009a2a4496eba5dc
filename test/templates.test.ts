import { mkdirSync, mkdtempSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { folderWith } from './support';
import { readStacks } from '../src/check/templates';
import { parseYaml } from '../src/check/yaml';
import { pathIn, stacksIn } from '../src/template/cloud-assembly';
import { dependenciesOf, withoutLoops } from '../src/template/template';

const TOPIC = { Type: 'AWS::SNS::Topic' };

/** A cloud assembly with these artifacts, in which each template has the resource `Topic`. */
function assembly(artifacts: Record<string, object>, folder = mkdtempSync(join(tmpdir(), 'assembly-'))): string {
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  for (const id of Object.keys(artifacts)) writeFileSync(join(folder, `${id}.template.json`), JSON.stringify({ Resources: { Topic: TOPIC } }));
  return folder;
}

function stack(id: string, rest: object = {}): Record<string, object> {
  return { [id]: { type: 'aws:cloudformation:stack', properties: { templateFile: `${id}.template.json` }, ...rest } };
}

describe('the stacks of a cloud assembly', () => {
  test.each<[string, string | undefined, { account?: string; region?: string }]>([
    ['a known environment', 'aws://111122223333/eu-central-1', { account: '111122223333', region: 'eu-central-1' }],
    ['any account', 'aws://unknown-account/eu-central-1', { account: undefined, region: 'eu-central-1' }],
    ['any Region', 'aws://111122223333/unknown-region', { account: '111122223333', region: undefined }],
    ['no environment', undefined, { account: undefined, region: undefined }],
  ])('have %s', (_, environment, expected) => {
    const [{ account, region }] = stacksIn(assembly(stack('A', { environment })));
    expect({ account, region }).toEqual(expected);
  });

  test('are in the order of their deployment, with the names of the stacks that are deployed before', () => {
    const folder = assembly({
      ...stack('C', { dependencies: ['B', 'A', 'C.assets', 'missing'] }),
      ...stack('B', { dependencies: ['A'], displayName: 'stage/B' }),
      ...stack('A', { properties: { templateFile: 'A.template.json', stackName: 'first' } }),
      'C.assets': { type: 'cdk:asset-manifest' },
    });
    expect(stacksIn(folder).map(({ name, stackName, file, dependencies }) => ({ name, stackName, file, dependencies }))).toEqual([
      { name: 'A', stackName: 'first', file: join(folder, 'A.template.json'), dependencies: [] },
      { name: 'stage/B', stackName: 'B', file: join(folder, 'B.template.json'), dependencies: ['first'] },
      { name: 'C', stackName: 'C', file: join(folder, 'C.template.json'), dependencies: ['B', 'first', 'C.assets', 'missing'] },
    ]);
  });

  test('include those of its stages', () => {
    const folder = assembly({ stage: { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-stage' } }, ...stack('A', { dependencies: ['stage'] }) });
    mkdirSync(join(folder, 'assembly-stage'));
    assembly(stack('Inner'), join(folder, 'assembly-stage'));
    expect(stacksIn(folder).map(({ name }) => name)).toEqual(['Inner', 'A']);
  });

  test('have the construct paths of the metadata, and of its file', () => {
    const entry = (logicalId: string) => [{ type: 'aws:cdk:info' }, { type: 'aws:cdk:logicalId', data: logicalId }];
    const folder = assembly(stack('A', { metadata: { '/A/Topic/Resource': entry('Topic') }, additionalMetadataFile: 'A.metadata.json' }));
    writeFileSync(join(folder, 'A.metadata.json'), JSON.stringify({ '/A/Queue/Resource': entry('Queue') }));
    const [{ pathOf }] = stacksIn(folder);
    expect(['Topic', 'Queue', 'Other'].map(pathOf)).toEqual(['A/Topic/Resource', 'A/Queue/Resource', 'Other']);
  });

  test('are not in another file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
    writeFileSync(join(folder, 'manifest.json'), '{}');
    expect(() => stacksIn(folder)).toThrow(`${join(folder, 'manifest.json')} must be the manifest of a cloud assembly, got another file; synthesize the app, and specify its cloud assembly`);
  });
});

test.each<[string, unknown, string | undefined]>([
  ['a path', 'A/Topic/Resource', 'A/Topic/Resource'],
  ['another value', 1, undefined],
  ['no value', undefined, undefined],
])('the construct path of a resource with %s in its metadata', (_, path, expected) => {
  expect(pathIn({ ...TOPIC, Metadata: { 'aws:cdk:path': path } })).toBe(expected);
});

describe('the loops of a template', () => {
  test.each<[string, object, object]>([
    ['a name in its logical ID', { 'Fn::ForEach::Topics': ['Name', ['A', 'B'], { 'Topic${Name}': TOPIC }] }, { TopicA: TOPIC, TopicB: TOPIC }],
    ['a name without special characters', { 'Fn::ForEach::Topics': ['Name', ['my-1.'], { 'Topic_&{Name}': { ...TOPIC, Properties: { TopicName: '${Name}' } } }] }, { Topic_my1: { ...TOPIC, Properties: { TopicName: 'my-1.' } } }],
    ['a reference to the name', { 'Fn::ForEach::Topics': ['Name', ['A'], { 'Topic${Name}': { ...TOPIC, Properties: { TopicName: { Ref: 'Name' }, Tags: [{ Key: { Ref: 'Other' }, Value: null }], FifoTopic: true } } }] },
      { TopicA: { ...TOPIC, Properties: { TopicName: 'A', Tags: [{ Key: { Ref: 'Other' }, Value: null }], FifoTopic: true } } }],
    ['properties with the values of the name', { 'Fn::ForEach::Topics': ['Name', ['A'], { 'Topic${Name}': { ...TOPIC, Properties: { Ref: 'Name', Other: 'Name' }, Metadata: { Value: 'Name' } } }] },
      { TopicA: { ...TOPIC, Properties: { Ref: 'Name', Other: 'Name' }, Metadata: { Value: 'Name' } } }],
    ['a loop in a loop', { 'Fn::ForEach::Outer': ['One', ['A', 'B'], { 'Fn::ForEach::Inner${One}': ['Two', ['1', '2'], { 'Topic${One}${Two}': TOPIC }] }] }, { TopicA1: TOPIC, TopicA2: TOPIC, TopicB1: TOPIC, TopicB2: TOPIC }],
    ['values that the template does not contain', { 'Topic': TOPIC, 'Fn::ForEach::Topics': ['Name', { Ref: 'Names' }, { 'Topic${Name}': TOPIC }] }, { Topic: TOPIC }],
    ['one value that the template does not contain', { 'Fn::ForEach::Topics': ['Name', [{ Ref: 'Other' }, 'A'], { 'Topic${Name}': TOPIC }] }, { TopicA: TOPIC }],
    ['a transform beside it', { 'Topic': TOPIC, 'Fn::Transform': { Name: 'AWS::Include' }, 'Null': null }, { Topic: TOPIC }],
  ])('are written out: %s', (_, resources, expected) => {
    expect(withoutLoops(resources as Record<string, unknown>)).toEqual(expected);
  });
});

test('a resource depends on what it refers to and on what it names, once', () => {
  const template = { Resources: { A: TOPIC, B: TOPIC, C: { ...TOPIC, DependsOn: 'A', Properties: { TopicName: { Ref: 'B' }, DisplayName: { Ref: 'A' }, Tags: { Ref: 'AWS::Region' } } } } };
  expect(['A', 'B', 'C'].map((id) => dependenciesOf(template, id))).toEqual([[], [], ['A', 'B']]);
});

describe('a template in YAML', () => {
  test.each([
    'And', 'Base64', 'Cidr', 'Equals', 'FindInMap', 'GetAtt', 'GetAZs', 'If', 'ImportValue', 'Join', 'Length', 'Not', 'Or', 'Select', 'Split', 'Sub', 'ToJsonString', 'Transform',
  ])('has the short form of Fn::%s', (name) => {
    expect(parseYaml('template.yaml', `Value: !${name} [a, b]`)).toEqual({ Value: { [`Fn::${name}`]: ['a', 'b'] } });
  });

  test.each(['Ref', 'Condition'])('has the short form of %s', (name) => {
    expect(parseYaml('template.yaml', `Value: !${name} Topic`)).toEqual({ Value: { [name]: 'Topic' } });
  });
});

describe('the stacks of templates', () => {
  const importing = (name: string) => `Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: null, DisplayName: !ImportValue ${name} } } }`;
  const exporting = (name: string) => `Outputs: { Export: { Value: text, Export: { Name: ${name} } } }\nResources: {}`;

  test('are in the order of their exports', () => {
    const folder = folderWith({ 'a.yaml': importing('of-b'), 'b.yml': exporting('of-b'), 'c.template': exporting('of-c') });
    expect(readStacks([folder]).map(({ stackName }) => stackName)).toEqual(['b', 'a', 'c']);
  });

  test('are in the order of exports whose names contain the name of the stack', () => {
    const exports = exporting("!Sub '${AWS::StackName}-topic'");
    expect(readStacks([folderWith({ 'a.json': importing('c-topic'), 'b.json': exports, 'c.json': exports })]).map(({ stackName }) => stackName)).toEqual(['c', 'a', 'b']);
  });

  test('are not in other files of the folder', () => {
    expect(readStacks([folderWith({ 'a.json': '{ "Resources": {} }', 'a.json.bak': '', 'notes.md': '' })]).map(({ stackName }) => stackName)).toEqual(['a']);
  });

  test('have the names and environments of their cloud assembly', () => {
    const folder = assembly({ ...stack('A', { environment: 'aws://111122223333/eu-central-1', properties: { templateFile: 'A.template.json', stackName: 'first' } }), ...stack('B') });
    const [{ name, stackName, region }] = readStacks([join(folder, 'A.template.json')]);
    expect({ name, stackName, region }).toEqual({ name: 'A', stackName: 'first', region: 'eu-central-1' });
  });
});
