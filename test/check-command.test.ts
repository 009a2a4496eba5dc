import { join } from 'path';
import { folderWith } from './support';
import { run } from '../src/check/command';
import type { Finding } from '../src/check/finding';

const EXAMPLES = join(__dirname, '..', 'examples', 'check');
const example = (rule: string, name: string) => join(EXAMPLES, rule, `${name}.yaml`);

interface Output {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

function check(...args: string[]): Output {
  const [out, errors]: string[][] = [[], []];
  const code = run(args, { log: (line: string) => out.push(line), error: (line: string) => errors.push(line) });
  return { code, out: out.join('\n'), errors: errors.join('\n') };
}

/** A file with this content. */
function file(content: string, name = 'template.yaml'): string {
  return join(folderWith({ [name]: content }), name);
}

test('prints the findings with resource, loss, way out and rule, and exits with 1', () => {
  const { code, out, errors } = check(example('no-key-access', 'fails'));
  expect(code).toBe(1);
  expect(errors).toBe('');
  expect(out).toContain(`error: AgentEvents (AgentEvents in ${example('no-key-access', 'fails')})`);
  expect(out).toContain('Amazon Connect would lose all agent events: the service-linked role of Instance cannot call kms:GenerateDataKey on the key Key of the stream');
  expect(out).toContain('rule: no-key-access');
  expect(out).toMatch(/\n2 findings, 0 unknown$/);
});

test('prints a line for each part of a finding', () => {
  const { code, out, errors } = check(example('loss-during-update', 'fails'), '--deployed', example('loss-during-update', 'deployed'));
  expect(code).toBe(1);
  expect(errors).toBe('');
  expect(out).toBe(`error: AgentEvents (AgentEvents in ${example('loss-during-update', 'fails')})
  Amazon Connect would lose agent events after CloudFormation updates Key (AWS::KMS::Key), until CloudFormation updates Stream (AWS::Kinesis::Stream), because of the missing permission to use the key
  fix: deploy the change in two steps: first add what is new and keep what is old, then remove what is old
  rule: loss-during-update

1 finding, 0 unknown`);
});

test('exits with 0 without findings', () => {
  expect(check(example('no-key-access', 'fixed'))).toEqual({ code: 0, out: 'no findings, 0 unknown', errors: '' });
});

test('reports what the templates do not contain as unknown, and exits with 0', () => {
  const { code, out } = check(example('unknown-key-access', 'fails'));
  expect(code).toBe(0);
  expect(out).toContain('unknown: AgentEvents');
  expect(out).toContain('cannot determine whether Amazon Connect would lose agent events');
  expect(out).toMatch(/\nno findings, 1 unknown$/);
});

test('checks the change from a deployed template', () => {
  const fails = example('loss-during-update', 'fails');
  expect(check(fails).code).toBe(0);
  const { code, out } = check('--deployed', example('loss-during-update', 'deployed'), fails);
  expect(code).toBe(1);
  expect(out).toContain('after CloudFormation updates Key (AWS::KMS::Key), until CloudFormation updates Stream (AWS::Kinesis::Stream)');
});

test('prints the findings as JSON', () => {
  const { findings } = JSON.parse(check('--json', example('no-key-access', 'fails')).out) as { findings: Finding[] };
  expect(findings.map(({ rule, severity, logicalId }) => ({ rule, severity, logicalId }))).toEqual([
    { rule: 'no-key-access', severity: 'error', logicalId: 'AgentEvents' },
    { rule: 'wide-key-access', severity: 'warning', logicalId: 'Key' },
  ]);
});

test('reads the output of `aws cloudformation get-template`', () => {
  const template = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } };
  expect(check(file(JSON.stringify({ TemplateBody: template }), 'deployed.json')).code).toBe(0);
  expect(check(file(JSON.stringify({ TemplateBody: JSON.stringify(template) }), 'deployed.json')).code).toBe(0);
});

test('reads JSON with a byte order mark', () => {
  expect(check(file(`\uFEFF${JSON.stringify({ Resources: {} })}`, 'template.json')).code).toBe(0);
});

/** The stacks of a stream and of its key, which imports and exports connect. */
const stacksOf = (action: string) => ({
  'app.yaml': `
    Resources:
      Stream: { Type: AWS::Kinesis::Stream, Properties: { StreamEncryption: { EncryptionType: KMS, KeyId: !ImportValue keys-key } } }
      Agents:
        Type: AWS::Connect::InstanceStorageConfig
        Properties: { InstanceArn: !ImportValue instance, ResourceType: AGENT_EVENTS, StorageType: KINESIS_STREAM, KinesisStreamConfig: { StreamArn: !GetAtt Stream.Arn } }
    Outputs:
      Topic: { Value: topic }
  `,
  'keys.yaml': `
    Resources:
      Instance: { Type: AWS::Connect::Instance, Properties: { IdentityManagementType: CONNECT_MANAGED, Attributes: {} } }
      Key:
        Type: AWS::KMS::Key
        Properties: { KeyPolicy: { Statement: [{ Effect: Allow, Principal: { AWS: !GetAtt Instance.ServiceRole }, Action: '${action}', Resource: '*' }] } }
      Reader: { Type: AWS::SNS::Topic, Properties: { DisplayName: !ImportValue another-app } }
    Outputs:
      Key: { Value: !GetAtt Key.Arn, Export: { Name: !Sub '\${AWS::StackName}-key' } }
      Instance: { Value: !Ref Instance, Export: { Name: instance } }
  `,
});

test('reads the templates in a folder, and deploys exports before imports', () => {
  expect(check(folderWith(stacksOf('kms:GenerateDataKey')))).toEqual({ code: 0, out: 'no findings, 0 unknown', errors: '' });
});

test('checks the change from the templates in a folder', () => {
  const { code, out } = check('--deployed', folderWith(stacksOf('kms:GenerateDataKey')), folderWith(stacksOf('kms:Encrypt')));
  expect(code).toBe(1);
  expect(out).toContain('Amazon Connect would lose agent events after CloudFormation updates Key (AWS::KMS::Key)');
});

test('reads the short forms of intrinsic functions with lists, and the construct paths of resources', () => {
  const { code, out } = check(file(`
    Resources:
      Instance: { Type: AWS::Connect::Instance, Properties: { IdentityManagementType: CONNECT_MANAGED, Attributes: {} } }
      Key:
        Type: AWS::KMS::Key
        Properties:
          KeyPolicy:
            Statement:
              - Effect: Allow
                Principal:
                  AWS: !Join
                    - ''
                    - [!GetAtt Instance.ServiceRole]
                Action: kms:Encrypt
                Resource: '*'
      Stream: { Type: AWS::Kinesis::Stream, Properties: { StreamEncryption: { EncryptionType: KMS, KeyId: !Select [0, [!Ref Key]] } } }
      Agents:
        Type: AWS::Connect::InstanceStorageConfig
        Metadata: { aws:cdk:path: App/Stack/Agents }
        Properties:
          InstanceArn: !Ref Instance
          ResourceType: AGENT_EVENTS
          StorageType: KINESIS_STREAM
          KinesisStreamConfig: { StreamArn: !GetAtt Stream.Arn }
  `));
  expect(code).toBe(1);
  expect(out).toContain('error: App/Stack/Agents (Agents in ');
  expect(out).toContain('the service-linked role of Instance cannot call kms:GenerateDataKey on the key Key of the stream');
});

test.each<[string, string]>([
  ['in a block', "!ImportValue\n              Fn::Sub: '${AWS::StackName}-key'"],
  ['in a flow', "!ImportValue { 'Fn::Sub': '${AWS::StackName}-key' }"],
])('reads the short form of an intrinsic function with a map %s', (_, keyId) => {
  expect(check(file(`
    Resources:
      Stream:
        Type: AWS::Kinesis::Stream
        Properties:
          StreamEncryption:
            KeyId: ${keyId}
      Agents:
        Type: AWS::Connect::InstanceStorageConfig
        Properties:
          InstanceArn: arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111
          ResourceType: AGENT_EVENTS
          StorageType: KINESIS_STREAM
          KinesisStreamConfig: { StreamArn: !GetAtt Stream.Arn }
  `)).out).toContain('the templates do not define the policy of the key <export template-key>');
});

test.each<[string, string[], string]>([
  ['no path', [], 'usage: cdk-connect-data-streaming check'],
  ['an unknown option', ['--strict', 'template.json'], "Unknown option '--strict'"],
  ['a file that does not exist', ['missing.json'], 'missing.json does not exist; specify a cloud assembly such as cdk.out, or a template'],
  ['a folder that is no cloud assembly', [EXAMPLES], 'must be a cloud assembly such as cdk.out, or contain templates, but it contains no manifest.json and no template'],
  ['a file without resources', [file('Description: empty')], 'must be a CloudFormation template, but it has no Resources'],
  ['a file with a text', [file('text')], 'must be a CloudFormation template, but it has no Resources'],
  ['an empty file', [file('')], 'must be a CloudFormation template, but it has no Resources'],
  ['a file that is not JSON', [file('{ "Resources": ', 'template.json')], 'must contain JSON: '],
  ['a file that is not JSON after an empty line', [file('\n{ "Resources": ', 'template.json')], 'must contain JSON: '],
  ['a file that is not YAML', [file('Resources: [}')], 'must contain JSON or YAML: '],
  ['deployed stacks with other names', ['--deployed', file('Resources: {}', 'one.yaml'), '--deployed', file('Resources: {}', 'two.yaml'), file('Resources: {}')],
    'the deployed stacks (one, two) must have the names of the new ones (template)'],
  ['new stacks with other names', ['--deployed', file('Resources: {}'), file('Resources: {}', 'one.yaml'), file('Resources: {}', 'two.yaml')],
    'the deployed stacks (template) must have the names of the new ones (one, two)'],
])('exits with 2 and explains %s', (_, args, message) => {
  const { code, out, errors } = check(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(errors).toContain(message);
});
