/**
 * `npm run bench`: the library against the same infrastructure written by hand (`bench/twin.ts`). The processes run in turn,
 * and the median of their ratios counts. `--write` puts the figures into docs/benchmark.md. `--check` is
 * quick: it fails where counts and bytes are not those of that page, or where the library is far heavier than the twin.
 */
import { execFileSync } from 'child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';
import { parseArgs } from 'util';
import type { Measurement } from './bench/measure';
import type { Profile } from './bench/profile';
import type { Variant } from './bench/scenario';

interface Pair {
  readonly library: Measurement;
  readonly twin: Measurement;
}

interface Round extends Pair {
  readonly twinInConstructs: Measurement;
}

type Table = readonly (readonly string[])[];

const ROOT = resolve(__dirname, '..');
const PROGRAMS = join(ROOT, 'coverage', 'bench');
const PAGE = join(ROOT, 'docs', 'benchmark.md');

const VARIANTS: Variant[] = ['look-up', 'known role', 'instance of the app', 'grant'];
const RESOURCES_TO_A_STACK = 500; // CloudFormation's quota
const POLICY_CHARACTERS_TO_A_ROLE = 10_240; // IAM's quota for inline policies
const MOST_KILOBYTES = 100;
const CPU_MARGIN = 1.25; // of equal programs, the median differs by some hundredths

const { write, check } = parseArgs({ options: { write: { type: 'boolean' }, check: { type: 'boolean' } } }).values;

compile();
const counted = { templates: templates(), deployment: deployment() };
const { packed, table: tarball } = size();
if (check) guard();
else report({ ...counted, size: tarball, synthesis: synthesis(), profile: profile(), loading: loading() });

/** What users run: plain JavaScript, and the library below `node_modules`, whose calls the CDK leaves out of its stack traces. */
function compile(): void {
  rmSync(PROGRAMS, { recursive: true, force: true });
  execFileSync(process.execPath, [
    require.resolve('typescript/bin/tsc'), '--project', 'tsconfig.dev.json', '--noEmit', 'false', '--outDir', PROGRAMS,
  ], { cwd: ROOT, stdio: 'inherit' });
  for (const part of ['package.json', 'lib']) {
    cpSync(join(ROOT, part), join(PROGRAMS, 'node_modules', 'cdk-connect-data-streaming', part), { recursive: true });
  }
}

function templates(): Table {
  return [
    ['100 instances', 'resources', 'by hand', 'template bytes'],
    ...VARIANTS.map((variant) => {
      const { library, twin } = pair(variant, 100);
      return [variant, String(library.resources), String(twin.resources), ratio(library.templateBytes / twin.templateBytes)];
    }),
  ];
}

function deployment(): Table {
  return [
    ['', 'longest chain', 'by hand', 'custom resources for each instance', 'by hand', 'instances that fit a stack'],
    ...VARIANTS.map((variant) => {
      const [one, ten, eleven] = [1, 10, 11].map((instances) => pair(variant, instances));
      const customResources = (which: keyof Pair) => String(eleven[which].customResources - ten[which].customResources);
      return [
        variant, String(one.library.steps), String(one.twin.steps), customResources('library'), customResources('twin'),
        fits(ten.library, eleven.library),
      ];
    }),
    ...[5, 20].map((instances) => {
      const { library, twin } = pair('look-up', instances);
      return [`look-up, ${instances} instances`, String(library.steps), String(twin.steps), '', '', ''];
    }),
  ];
}

/** How many instances a stack holds, and which quota ends it. */
function fits(ten: Measurement, eleven: Measurement): string {
  const most = (quota: number, ofTen: number, ofEleven: number) => 10 + Math.floor((quota - ofTen) / (ofEleven - ofTen)); // Infinity if all are the same
  const byResources = most(RESOURCES_TO_A_STACK, ten.resources, eleven.resources);
  const byPolicies = most(POLICY_CHARACTERS_TO_A_ROLE, ten.policyCharacters, eleven.policyCharacters);
  return byPolicies < byResources ? `${byPolicies}, by inline policies of a role` : `${byResources}, by resources`;
}

function synthesis(): Table {
  const rounds: Record<number, Round[]> = { 1: inTurn(1, 15), 100: inTurn(100, 15), 1000: inTurn(1000, 7) };
  const of = (all: Round[], value: (round: Round) => number) => ratio(median(all.map(value)));
  const growth = (which: keyof Round) => rounds[1000].map((large, index) => large[which].cpu - rounds[100][index][which].cpu);
  const ratioOfGrowth = (which: keyof Round) => ratio(median(growth('library').map((value, index) => value / growth(which)[index])));
  return [
    ['instances', 'CPU time of construct and synth', 'CPU time, against the twin in constructs', 'peak memory'],
    ...Object.entries(rounds).map(([instances, all]) => [
      instances,
      of(all, ({ library, twin }) => library.cpu / twin.cpu),
      of(all, ({ library, twinInConstructs }) => library.cpu / twinInConstructs.cpu),
      of(all, ({ library, twin }) => library.memory / twin.memory),
    ]),
    ['growth from 100 to 1000, for each instance', ratioOfGrowth('twin'), ratioOfGrowth('twinInConstructs'), ''],
  ];
}

/** The programs one after another, every second time the other way round: a machine that slows down slows all of them. */
function inTurn(instances: number, count: number): Round[] {
  const programs = Object.entries({ twin: 'twin', twinInConstructs: 'twin-in-constructs', library: 'library' });
  return Array.from({ length: count }, (_, index) => {
    const order = index % 2 === 0 ? programs : [...programs].reverse();
    return Object.fromEntries(order.map(([name, program]) => [name, measure(program, 'look-up', instances)])) as unknown as Round;
  });
}

function profile(): Table {
  const { twin, twinInConstructs, library } = run('profile', '100', '40') as Profile;
  const packages = ['aws-cdk-lib', 'constructs', 'Node.js', 'the app', 'cdk-connect-data-streaming'];
  const percent = (share = 0) => `${(100 * share).toFixed(1)} %`;
  const total = (shares: Record<string, number>) => percent(Object.values(shares).reduce((sum, share) => sum + share));
  return [
    ['time in the functions of', 'twin', 'twin in constructs', 'library'],
    ...packages.map((name) => [name, percent(twin[name]), percent(twinInConstructs[name]), percent(library[name])]),
    ['all', total(twin), total(twinInConstructs), total(library)],
  ];
}

function loading(): Table {
  const loads = Array.from({ length: 15 }, () => run('load') as { library: number; twin: number });
  console.log(`loading the library takes ${median(loads.map(({ library }) => library)).toFixed(1)} ms on this machine\n`);
  return [
    ['', 'share of the time that the twin takes to load and make an app with one instance'],
    ['loading the library as well', ratio(median(loads.map(({ library, twin }) => library / twin)))],
  ];
}

function size(): { packed: number; table: Table } {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ size: packedBytes, unpackedSize, entryCount }] = JSON.parse(output) as [{ size: number; unpackedSize: number; entryCount: number }];
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
  return {
    packed: packedBytes / 1000,
    table: [['packed', 'unpacked', 'files', 'dependencies'], [kilobytes(packedBytes), kilobytes(unpackedSize), String(entryCount), '0']],
  };
}

function guard(): void {
  const page = readFileSync(PAGE, 'utf8');
  for (const [name, table] of Object.entries(counted)) {
    console.log(`${markdown(table)}\n`);
    if (!page.includes(markdown(table))) throw new Error(`docs/benchmark.md has other ${name}; run: npm run bench -- --write`);
  }
  if (packed > MOST_KILOBYTES) throw new Error(`the package takes ${packed} kB, more than ${MOST_KILOBYTES}`);

  const pairs = Array.from({ length: 7 }, () => pair('look-up', 100));
  const cpu = median(pairs.map(({ library, twin }) => library.cpu / twin.cpu));
  console.log(`CPU time of construct and synth, 100 instances: ${ratio(cpu)} of the twin's`);
  if (cpu > CPU_MARGIN) throw new Error(`the library takes ${ratio(cpu)} of the twin's CPU time`);
}

function report(tables: Record<string, Table>): void {
  let page = readFileSync(PAGE, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    console.log(`${markdown(table)}\n`);
    page = page.replace(new RegExp(`(<!-- ${name} -->\n)(\n|\\|.*\n)*`), (_, head: string) => `${head}\n${markdown(table)}\n\n`);
  }
  if (write) writeFileSync(PAGE, page);
}

function pair(variant: Variant, instances: number): Pair {
  return { twin: measure('twin', variant, instances), library: measure('library', variant, instances) };
}

function measure(program: string, variant: Variant, instances: number): Measurement {
  return run('measure', program, variant, String(instances)) as Measurement;
}

function run(program: string, ...args: string[]): unknown {
  const folder = join(PROGRAMS, 'scripts', 'bench');
  return JSON.parse(execFileSync(process.execPath, [join(folder, `${program}.js`), ...args], { cwd: folder, encoding: 'utf8' }));
}

function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

function ratio(value: number): string {
  return value.toFixed(2);
}

function markdown([head, ...rows]: Table): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
