/**
 * `npm run demo`: synthesizes the example app with the AWS CDK CLI, without an AWS account, and prints and summarizes its template.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { type Reference } from '../src/template/intrinsics';
import { type Template, type TemplateResource } from '../src/template/template';
import { deploymentSteps } from '../test/template/deployment-steps';
import { renderString, singleQuoted } from '../test/template/render';

interface SdkCall {
  readonly service: string;
  readonly action: string;
  readonly parameters: Record<string, unknown>;
}

const ROOT = resolve(__dirname, '..');
const STACK = 'ContactCenterData';

const template = synthesize();
const resources = Object.values(template.Resources).filter(({ Type }) => Type !== 'AWS::CDK::Metadata');

section('Associations', ofType('AWS::Connect::InstanceStorageConfig').flatMap(({ Properties = {} }) => {
  const { KinesisStreamConfig: stream, KinesisFirehoseConfig: deliveryStream, ResourceType, InstanceArn } = Properties;
  const [destination] = Object.values((stream ?? deliveryStream) as Record<string, unknown>);
  return [String(ResourceType), `  instance:    ${render(InstanceArn)}`, `  destination: ${render(destination)}`];
}));

section('KMS keys', ofType('AWS::KMS::Key').flatMap((key) => {
  const { Statement } = key.Properties!.KeyPolicy as { Statement: Array<{ Sid?: string; Principal: { AWS: unknown }; Action: unknown }> };
  const forConnect = Statement.filter(({ Sid }) => Sid?.includes('Amazon Connect'));
  return [nameOf(key), ...forConnect.map(({ Action, Principal }) => `  allows ${String(Action)} to ${render(Principal.AWS)}`)];
}));

section('Calls by custom resources', ofType('Custom::AWS').flatMap(({ Properties = {} }) => {
  const { service, action, parameters } = JSON.parse(render(Properties.Create)) as SdkCall;
  return [`${service}:${action}`, ...Object.entries(parameters).map(([name, value]) => `  ${name}: ${String(value)}`)];
}));

const types = [...new Set(resources.map(({ Type }) => Type))].sort();
section(`Resources (${resources.length})`, types.map((type) => `${String(ofType(type).length).padStart(2)} ${type}`));

section('Deployment steps (each resource depends on resources of earlier steps only)', deploymentSteps(template).flatMap((step, index) => [
  `Step ${index + 1}`,
  ...step.map((id) => template.Resources[id]).filter((resource) => resources.includes(resource)).map((resource) => `  ${nameOf(resource)}`),
]));

function synthesize(): Template {
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

function ofType(type: string): TemplateResource[] {
  return resources.filter(({ Type }) => Type === type);
}

function render(value: unknown): string {
  return renderString(value, (intrinsic, reference) => reference ? describe(reference) : singleQuoted(intrinsic));
}

function describe({ logicalId, attribute = 'Arn' }: Reference): string {
  if (!(logicalId in template.Resources)) return logicalId; // a pseudo parameter
  const name = nameOf(template.Resources[logicalId]);
  return attribute === 'Arn' ? name : `${attribute} of ${name}`;
}

function nameOf({ Type, Metadata = {} }: TemplateResource): string {
  const path = String(Metadata['aws:cdk:path'] ?? '').replace(`${STACK}/`, '').replace(/\/(Resource|Default)(?=\/|$)/g, '');
  return `${path} (${Type})`;
}

function section(title: string, lines: string[]): void {
  console.log([`\n${title}`, ...lines.map((line) => `  ${line}`)].join('\n'));
}
