/**
 * `npx projen test:mutation`: Stryker changes the source code of each capability in one place at a time, and the unit tests of the
 * capability must fail. Measures all capabilities, or those that the arguments name. `--write` writes the results of these to
 * docs/mutation-testing.md. Fails if a score is below 90%.
 */
import { spawnSync } from 'child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join, relative, resolve } from 'path';
import { parseArgs } from 'util';
import { writeBlocks } from './page-tables';

interface Capability {
  /** Files and folders of `src`. */
  readonly sources: readonly string[];
  /** Test files, without their extension. */
  readonly tests: readonly string[];
}

interface Report {
  readonly files: Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'CompileError' | 'RuntimeError' | 'Ignored';
  readonly location: { readonly start: Position; readonly end: Position };
}

/** A line and a column, both starting at 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

interface Result {
  readonly detected: number;
  readonly mutants: number;
  /** What each surviving mutant changes. */
  readonly survivors: readonly string[];
}

const ROOT = resolve(__dirname, '..');
const PAGE = join(ROOT, 'docs', 'mutation-testing.md');
const MIN_SCORE = 90;
const MAX_TEXT_LENGTH = 60;

const CHECK_TESTS = ['access', 'check-broken-templates', 'check-command', 'check-nested-stacks', 'check-rules', 'data-streaming-validation', 'deployment-simulation', 'intrinsics', 'templates'];

const common = (...files: string[]) => files.map((file) => `private/common/${file}.ts`);

/** Only the tests of a capability run, because each mutant loads all of them. */
const CAPABILITIES: Record<string, Capability> = {
  'streaming': {
    sources: ['connect-data-streaming.ts', 'connect-instance.ts', 'streaming-destination.ts', 'key-access.ts', 'private/streaming'],
    tests: ['associations', 'connect-data-streaming', 'connect-instance', 'existing-destinations', 'lazy-values', 'lookup-at-synthesis', 'stacks-and-environments', 'streaming-destination'],
  },
  'keys': {
    sources: ['private/keys'],
    tests: ['customer-managed-key', 'existing-destinations', 'grant-read', 'key-access', 'key-policies', 'lazy-values', 'stacks-and-environments'],
  },
  'lookups': {
    sources: ['private/service-role'],
    tests: ['connect-data-streaming', 'connect-instance', 'custom-resources', 'key-access', 'lookup-at-synthesis'],
  },
  'validation of input': {
    sources: common('arn', 'errors', 'formatting', 'validation', 'value-types'),
    tests: ['connect-data-streaming', 'connect-instance', 'existing-destinations', 'stacks-and-environments', 'streaming-destination', 'wrong-input'],
  },
  'order of API calls': { sources: common('connect-api-calls', 'dependency-graph'), tests: ['associations', 'connect-api-calls'] },
  'custom resources': {
    sources: common('custom-resources', 'policy-size', 'role-policies'),
    tests: ['connect-data-streaming', 'key-access', 'lazy-values', 'custom-resources'],
  },
  'stacks, instances and streams': {
    sources: common(
      'construct-tree', 'data-types', 'delivery-streams', 'identity', 'instance', 'instance-id', 'kinesis-streams', 'removal-policy', 'stack-environment', 'stacks', 'streams',
      'table-deliveries', 'tokens',
    ),
    tests: [
      'associations', 'connect-data-streaming', 'connect-instance', 'existing-destinations', 'grant-read', 'key-access', 'lazy-values', 'stacks-and-environments',
      'streaming-destination', 'table-monitoring', 'data-streaming-monitoring', // the tests that take the most time are last
    ],
  },
  'tables': {
    sources: [
      'agent-events-table.ts', 'chat-analysis-segments-table.ts', 'contact-records-table.ts', 'voice-analysis-segments-table.ts', 'private/delivery', 'private/tables',
      ...['columns', 'data-model', 'field-types'].map((file) => `private/data-models/${file}.ts`),
    ],
    tests: ['contact-records-table', 'data-tables', 'schemas', 'streaming-destination'],
  },
  'monitoring': {
    sources: ['data-streaming-monitoring.ts', 'private/monitoring'],
    tests: ['cloudwatch-alarms', 'data-streaming-monitoring', 'table-monitoring'],
  },
  'audit': { sources: ['data-streaming-audit.ts', 'private/audit'], tests: ['data-streaming-audit'] },
  'commands': { sources: ['bin', 'import'], tests: ['commands', 'resource-mapping'] },
  'check of templates and changes': {
    sources: [
      ...['check', 'command', 'deployed-app', 'finding', 'record-losses', 'templates', 'yaml'].map((file) => `check/${file}.ts`),
      'check/rules', 'data-streaming-validation.ts',
    ],
    tests: CHECK_TESTS,
  },
  'simulation of deployments': { sources: ['check/simulation'], tests: CHECK_TESTS },
  'templates': { sources: ['template'], tests: [...CHECK_TESTS, 'resource-mapping'] },
};

/** Files without logic: exports, and the fields of the data types. */
const NOT_MEASURED = ['index.ts', ...['agent-event', 'chat-analysis-segment', 'contact-record', 'shared-types', 'voice-analysis-segment'].map((file) => `private/data-models/${file}.ts`)];

const { values: { write }, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in CAPABILITIES));
if (unknown.length > 0) throw new Error(`the arguments must be names of capabilities (${Object.keys(CAPABILITIES).join(', ')}), got ${unknown.join(', ')}`);
validateCapabilities();
for (const name of positionals.length > 0 ? positionals : Object.keys(CAPABILITIES)) {
  const result = measure(CAPABILITIES[name]);
  console.log(`${name}: ${result.mutants} mutants, ${result.survivors.length} survive, ${scoreOf(result).toFixed(1)}%`);
  if (scoreOf(result) < MIN_SCORE) process.exitCode = 1;
  if (write) writeResult(name, result);
}

/** Each source file must belong to one capability. */
function validateCapabilities(): void {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  for (const source of sources) {
    const owners = Object.values(CAPABILITIES).flatMap((capability) => capability.sources).filter((owner) => owner === source || source.startsWith(`${owner}/`));
    if (owners.length !== (NOT_MEASURED.includes(source) ? 0 : 1)) throw new Error(`${source} must belong to one capability in scripts/test-mutation.ts, got ${owners.length}`);
  }
}

function measure({ sources, tests }: Capability): Result {
  const report = join(ROOT, 'coverage', 'mutation.json');
  rmSync(report, { force: true });
  const mutate = sources.map((source) => `src/${source}${source.endsWith('.ts') ? '' : '/**/*.ts'}`);
  const { status } = spawnSync('npx', ['stryker', 'run', '--mutate', mutate.join()], {
    cwd: ROOT, stdio: 'inherit', env: { ...process.env, UNIT_TESTS: tests.map((name) => `${name}.test.ts`).join() },
  });
  if (status !== 0) throw new Error(`Stryker failed with exit code ${status}`);

  const { files } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const all = Object.entries(files).flatMap(([file, { source, mutants }]) => mutants.map((mutant) => ({ file, source, mutant })));
  const withStatus = (...statuses: Array<Mutant['status']>) => all.filter(({ mutant }) => statuses.includes(mutant.status));
  return {
    detected: withStatus('Killed', 'Timeout').length,
    mutants: withStatus('Killed', 'Timeout', 'Survived', 'NoCoverage').length,
    survivors: withStatus('Survived', 'NoCoverage').map(({ file, source, mutant }) => change(file, source, mutant)),
  };
}

/** What a mutant changes, in words. */
function change(file: string, source: string, { location: { start, end }, replacement }: Mutant): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const original = lines.map((line, index) => line.slice(index === 0 ? start.column - 1 : 0, index === lines.length - 1 ? end.column - 1 : undefined)).join(' ');
  return `${relative('src', file)}, line ${start.line}: ${code(original)} to ${code(replacement)}`;
}

function code(text: string): string {
  const short = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const quotes = short.includes('`') ? '``' : '`';
  return `${quotes}${short.length > MAX_TEXT_LENGTH ? `${short.slice(0, MAX_TEXT_LENGTH).replace(/\w+$/, '')}…` : short || ' '}${quotes}`;
}

function scoreOf({ detected, mutants }: Result): number {
  return 100 * detected / mutants;
}

/** Replaces the list of survivors and the row of the table, which has rows that are not measured at this time. */
function writeResult(name: string, result: Result): void {
  const list = result.survivors.map((survivor) => `- ${survivor}`).join('\n') || 'All mutants are detected.';
  writeBlocks('mutation-testing.md', { [`survivors: ${name}`]: () => list }, `npx projen test:mutation --write '${name}'`);

  const page = readFileSync(PAGE, 'utf8');
  const row = new RegExp(`^\\| ${name} \\|.*$`, 'm');
  if (!row.test(page)) throw new Error(`docs/mutation-testing.md has no row for ${name}`);
  writeFileSync(PAGE, page.replace(row, `| ${name} | ${result.mutants} | ${result.survivors.length} | ${scoreOf(result).toFixed(1)}% |`));
}
