/**
 * `npm run test:languages`: packages the library for each language, builds the example app of the language with the package,
 * synthesizes it, and compares the template with the template of the TypeScript app. A malformed ARN must raise an exception of
 * the language. If the tools of a language are not installed, the script only generates the code of its bindings, and reports
 * that; with `--require python,java,go` it fails.
 */
import { spawnSync } from 'child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { isDeepStrictEqual, parseArgs } from 'util';
import { type Language, LANGUAGES, pack, ROOT, succeeds } from './languages';
import type { Template } from '../src/template/template';

type Outcome = 'passed' | 'failed' | 'not run';

const STACK = 'ContactCenterData';
const WRONG_ARN = 'arn:aws:connect:us-east-1:111122223333:queue/aaaaaaaa-bbbb-cccc-dddd-111111111111';
const MESSAGE = `${STACK}/Instance: instanceArn must be the ARN of an Amazon Connect instance, got "${WRONG_ARN}"`;

const required = parseArgs({ options: { require: { type: 'string', default: '' } } }).values.require.split(',').filter(Boolean);
const work = mkdtempSync(join(tmpdir(), 'languages-'));
const templates: Partial<Record<string, Template>> = {};
try {
  const outcomes = LANGUAGES.map(report);
  const count = (outcome: Outcome) => `${outcomes.filter((other) => other === outcome).length} ${outcome}`;
  console.log(`Tests:       ${count('failed')}, ${count('not run')}, ${count('passed')}, ${outcomes.length} total`);
  process.exitCode = outcomes.includes('failed') ? 1 : 0;
} finally {
  rmSync(work, { recursive: true, force: true });
}

function report(language: Language): Outcome {
  const [outcome, explanation] = test(language);
  console.log(`${language.name}: ${outcome}, ${explanation}`);
  return outcome;
}

function test(language: Language): [Outcome, string] {
  try {
    const missing = language.tools.filter((tool) => !succeeds(ROOT, tool)).map(([command]) => `no ${command}`).join(' and ');
    if (missing === '') return ['passed', build(language)];
    pack(language, join(work, 'dist'), true);
    return [required.includes(language.name) ? 'failed' : 'not run', `this machine has ${missing}; only the code of the bindings was generated`];
  } catch (error) {
    return ['failed', (error as Error).message];
  }
}

function build(language: Language): string {
  const app = join(work, language.name);
  cpSync(join(ROOT, 'examples', language.name), app, { recursive: true });
  const environment = language.build(app, pack(language, join(work, 'dist')));

  const { status, output } = synth(app, environment);
  if (status !== 0) throw new Error(`the app does not synthesize:\n${output}`);
  const template = JSON.parse(readFileSync(join(app, 'cdk.out', `${STACK}.template.json`), 'utf8')) as Template;
  templates[language.name] = template;
  requireTypescriptTemplate(template);

  const wrong = synth(app, environment, '--context', `instanceArn=${WRONG_ARN}`);
  if (wrong.status === 0 || !wrong.output.includes(MESSAGE) || !language.exception.test(wrong.output)) {
    throw new Error(`a malformed ARN does not raise ${String(language.exception)} with the message of the library:\n${wrong.output}`);
  }
  return `${Object.keys(template.Resources).length} resources as in TypeScript; a malformed ARN raises "${language.exception.exec(wrong.output)![0]}…"`;
}

function synth(app: string, environment: NodeJS.ProcessEnv, ...args: string[]): { status: number | null; output: string } {
  const cdk = [require.resolve('aws-cdk/bin/cdk'), 'synth', '--quiet', '--no-notices', '--no-version-reporting'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...cdk, ...args], {
    cwd: app,
    encoding: 'utf8',
    // The app has its own tsconfig.json.
    env: { ...process.env, ...environment, CDK_DISABLE_CLI_TELEMETRY: 'true', TSX_TSCONFIG_PATH: undefined },
  });
  return { status, output: stdout + stderr };
}

function requireTypescriptTemplate(actual: Template): void {
  const { typescript: expected } = templates;
  if (!expected) throw new Error('no template in TypeScript to compare with');

  const ids = new Set([...Object.keys(actual.Resources), ...Object.keys(expected.Resources)]);
  const different = [...ids].filter((id) => !isDeepStrictEqual(actual.Resources[id], expected.Resources[id]));
  if (different.length > 0) throw new Error(`resources differ from TypeScript: ${different.join(', ')}`);
  if (!isDeepStrictEqual(actual, expected)) throw new Error('the template differs from TypeScript, although the resources are equal');
}
