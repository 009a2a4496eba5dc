/**
 * `npm run demo`: synthesises the example app with the CDK CLI, without an AWS account, and says what it makes.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { deploymentSteps, type Template, type TemplateResource } from '../test/template/template';

interface SdkCall {
  readonly service: string;
  readonly action: string;
  readonly parameters: Record<string, unknown>;
}

const ROOT = resolve(__dirname, '..');
const STACK = 'ContactCentreData';

const template = synthesise();
heading('What was made');
console.log(whatIsMade(template).join('\n'));
heading('The order of deployment (what stands in a step waits for something in the step before it)');
console.log(inSteps(template).join('\n'));

function synthesise(): Template {
  const output = mkdtempSync(join(tmpdir(), 'demo-'));
  try {
    execFileSync(process.execPath, [require.resolve('aws-cdk/bin/cdk'), 'synth', STACK, '--no-notices', '--output', output], {
      cwd: join(ROOT, 'examples', 'typescript'),
      env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json'), CDK_DISABLE_CLI_TELEMETRY: 'true' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return JSON.parse(readFileSync(join(output, `${STACK}.template.json`), 'utf8')) as Template;
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

function whatIsMade({ Resources }: Template): string[] {
  const all = Object.entries(Resources);
  const ofType = (type: string) => all.filter(([, resource]) => resource.Type === type);

  const flows = ofType('AWS::Connect::InstanceStorageConfig').map(([, { Properties = {} }]) => {
    const config = (Properties.KinesisStreamConfig ?? Properties.KinesisFirehoseConfig) as Record<string, unknown>;
    return `  ${String(Properties.ResourceType)} of ${String(Properties.InstanceArn)}\n    go to ${described(Resources, Object.values(config)[0])}`;
  });
  const keys = ofType('AWS::KMS::Key').map(([, key]) => {
    const { Statement } = key.Properties?.KeyPolicy as { Statement: Array<{ Sid?: string; Principal: { AWS: unknown }; Action: unknown }> };
    const allowed = Statement.filter(({ Sid }) => Sid?.includes('Amazon Connect')).map(({ Action, Principal }) =>
      `    lets ${described(Resources, Principal.AWS)} call ${String(Action)}`);
    return [`  ${named(key)}`, ...allowed].join('\n');
  });
  const calls = ofType('Custom::AWS').map(([, { Properties = {} }]) => {
    const { service, action, parameters } = JSON.parse(joined(Resources, Properties.Create)) as SdkCall;
    return [`  ${service}:${action}`, ...Object.entries(parameters).map(([name, value]) => `    ${name}: ${value}`)].join('\n');
  });
  const counts = [...new Set(all.map(([, { Type }]) => Type))].sort().map((type) => `  ${ofType(type).length} x ${type}`);

  return ['Data:', ...flows, 'Encryption:', ...keys, 'Calls of AWS by custom resources:', ...calls, `${all.length} resources:`, ...counts];
}

function inSteps(of: Template): string[] {
  return deploymentSteps(of).flatMap((step, index) => [`${index + 1}.`, ...step.map((id) => `   ${named(of.Resources[id])}`)]);
}

/** A string of the template, with what it refers to in words. */
function joined(resources: Record<string, TemplateResource>, value: unknown): string {
  if (typeof value === 'string') return value;
  const [, parts] = (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'];
  return parts.map((part) => typeof part === 'string' ? part : described(resources, part)).join('');
}

function described(resources: Record<string, TemplateResource>, reference: unknown): string {
  if (typeof reference === 'string') return reference;
  const { 'Ref': ref, 'Fn::GetAtt': getAtt } = reference as { 'Ref'?: string; 'Fn::GetAtt'?: [string, string] };
  const [id, attribute] = getAtt ?? [ref!];
  if (!(id in resources)) return id; // a pseudo parameter
  return attribute && attribute !== 'Arn' ? `the ${attribute} of ${named(resources[id])}` : named(resources[id]);
}

function named({ Type, Metadata = {} }: TemplateResource): string {
  const path = String(Metadata['aws:cdk:path'] ?? '').replace(`${STACK}/`, '').replace(/\/(Resource|Default)(?=\/|$)/g, '');
  return `${Type} ${path}`;
}

function heading(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`);
}
