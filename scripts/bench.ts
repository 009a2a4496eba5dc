/**
 * `npm run bench` compares the library with a baseline: the same infrastructure without the library (`bench/baseline.ts`).
 * `--write` writes the tables of docs/benchmark.md. `--check` is quick: it fails if the counts differ from that page, or if the
 * library takes far more CPU time than the baseline.
 */
import { execFileSync } from 'child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';
import { parseArgs } from 'util';
import type { CheckMeasurement } from './bench/check';
import type { Measurement } from './bench/measure';
import type { Variant } from './bench/scenario';

interface Comparison {
  readonly library: Measurement;
  readonly baseline: Measurement;
}

type Table = readonly (readonly string[])[];

const ROOT = resolve(__dirname, '..');
const COMPILED = join(ROOT, 'coverage', 'bench');
const PAGE = join(ROOT, 'docs', 'benchmark.md');

const VARIANTS: Variant[] = ['lookup at deployment', 'known role', 'new instance', 'imported key'];
const MAX_RESOURCES_PER_STACK = 500; // CloudFormation quota
const MAX_MANAGED_POLICIES = 9; // that the library adds to the role of the custom resources
const MAX_CPU_RATIO = 1.25; // the median may differ by about 10 % from one run to the next
const MAX_CHECK_RATIO = 0.15; // of the CPU time to check 1,000 instances to that of their synthesis; it differs by about 20 % from one run to the next

const { write, check } = parseArgs({ options: { write: { type: 'boolean' }, check: { type: 'boolean' } } }).values;

compile();
const counts = { templates: templates(), deployment: deployment() };
if (check) compareWithPage(counts);
else report({ ...counts, synthesis: synthesis(), check: checkOfTemplates(), package: packageSize() });

/** Compiles the programs to JavaScript and copies the library to `node_modules`, as in an app of a user. */
function compile(): void {
  rmSync(COMPILED, { recursive: true, force: true });
  execFileSync(process.execPath, [
    require.resolve('typescript/bin/tsc'), '--project', 'tsconfig.dev.json', '--noEmit', 'false', '--outDir', COMPILED,
  ], { cwd: ROOT, stdio: 'inherit' });
  for (const part of ['package.json', 'lib']) {
    cpSync(join(ROOT, part), join(COMPILED, 'node_modules', 'cdk-connect-data-streaming', part), { recursive: true });
  }
}

function templates(): Table {
  return [
    ['100 instances', 'resources, library', 'resources, baseline', 'template bytes, ratio'],
    ...VARIANTS.map((variant) => {
      const { library, baseline } = compare(variant, 100);
      return [variant, String(library.resources), String(baseline.resources), ratio(library.templateBytes / baseline.templateBytes)];
    }),
  ];
}

function deployment(): Table {
  return [
    ['', 'longest chain, library', 'longest chain, baseline', 'custom resources per instance, library', 'custom resources per instance, baseline', 'instances per stack'],
    ...VARIANTS.map((variant) => {
      const [one, ten, eleven] = [1, 10, 11].map((instances) => compare(variant, instances));
      const customResources = (program: keyof Comparison) => String(eleven[program].customResources - ten[program].customResources);
      return [
        variant, String(one.library.longestChain), String(one.baseline.longestChain), customResources('library'), customResources('baseline'),
        maxInstances(ten.library, eleven.library),
      ];
    }),
    ...[5, 20].map((instances) => {
      const { library, baseline } = compare('lookup at deployment', instances);
      return [`lookup at deployment, ${instances} instances`, String(library.longestChain), String(baseline.longestChain), '', '', ''];
    }),
  ];
}

/** The number of instances that fit in a stack within its quota of resources. Nine of these can be managed policies. */
function maxInstances(ten: Measurement, eleven: Measurement): string {
  return String(10 + Math.floor((MAX_RESOURCES_PER_STACK - MAX_MANAGED_POLICIES - ten.resources) / (eleven.resources - ten.resources)));
}

function synthesis(): Table {
  const rounds: Record<number, Comparison[]> = { 1: repeat(1, 15), 100: repeat(100, 15), 1000: repeat(1000, 7) };
  const growth = (program: keyof Comparison) => rounds[1000].map((large, index) => large[program].cpu - rounds[100][index][program].cpu);
  const baselineGrowth = growth('baseline');
  return [
    ['instances', 'CPU time, ratio', 'peak memory, ratio'],
    ...Object.entries(rounds).map(([instances, all]) => [instances, medianRatio(all, 'cpu'), medianRatio(all, 'memory')]),
    ['growth per instance, from 100 to 1000', ratio(median(growth('library').map((value, index) => value / baselineGrowth[index]))), ''],
  ];
}

function checkOfTemplates(): Table {
  const { cpu, elapsed } = checkRatios(7);
  return [['instances', 'CPU time, ratio to the synthesis', 'elapsed time, ratio to the synthesis'], ['1000', cpu, elapsed]];
}

/** The time of the check of templates, in relation to the synthesis in the same process. */
function checkRatios(times: number): { cpu: string; elapsed: string } {
  const measurements = Array.from({ length: times }, () => {
    const output = execFileSync(process.execPath, ['check.js', '1000'], { cwd: join(COMPILED, 'scripts', 'bench'), encoding: 'utf8' });
    const measurement = JSON.parse(output) as CheckMeasurement;
    if (measurement.findings > 0) throw new Error(`the check must have no findings, got ${measurement.findings}`);
    return measurement;
  });
  const medianOf = (time: 'cpu' | 'elapsed') => ratio(median(measurements.map((measurement) => measurement.check[time] / measurement.synthesis[time])));
  return { cpu: medianOf('cpu'), elapsed: medianOf('elapsed') };
}

function packageSize(): Table {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ size, unpackedSize, entryCount }] = JSON.parse(output) as [{ size: number; unpackedSize: number; entryCount: number }];
  const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies?: object };
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
  return [
    ['packed', 'unpacked', 'files', 'dependencies'],
    [kilobytes(size), kilobytes(unpackedSize), String(entryCount), String(Object.keys(dependencies).length)],
  ];
}

function compareWithPage(tables: Record<string, Table>): void {
  const page = readFileSync(PAGE, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    console.log(`${markdown(table)}\n`);
    if (!page.includes(markdown(table))) throw new Error(`docs/benchmark.md: the table "${name}" is out of date; run: npm run bench -- --write`);
  }

  const cpu = medianRatio(repeat(100, 15), 'cpu');
  console.log(`CPU time for 100 instances: ${cpu} times the baseline`);
  if (Number(cpu) > MAX_CPU_RATIO) throw new Error(`the library takes ${cpu} times the CPU time of the baseline, more than ${MAX_CPU_RATIO}`);

  const checkRatio = checkRatios(5);
  console.log(`CPU time to check 1,000 instances: ${checkRatio.cpu} times their synthesis (elapsed time: ${checkRatio.elapsed})`);
  if (Number(checkRatio.cpu) > MAX_CHECK_RATIO) throw new Error(`the check takes ${checkRatio.cpu} times the CPU time of the synthesis, more than ${MAX_CHECK_RATIO}`);
}

function report(tables: Record<string, Table>): void {
  let page = readFileSync(PAGE, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    console.log(`${markdown(table)}\n`);
    page = page.replace(new RegExp(`(<!-- ${name} -->\n)(\n|\\|.*\n)*`), (_, marker: string) => `${marker}\n${markdown(table)}\n\n`);
  }
  if (write) writeFileSync(PAGE, page);
}

/** Measures in alternating order, so that a machine that slows down slows both programs. */
function repeat(instances: number, times: number): Comparison[] {
  return Array.from({ length: times }, (_, index) => compare('lookup at deployment', instances, index % 2 === 1));
}

function compare(variant: Variant, instances: number, libraryFirst = false): Comparison {
  const first = measure(libraryFirst ? 'library' : 'baseline', variant, instances);
  const second = measure(libraryFirst ? 'baseline' : 'library', variant, instances);
  return libraryFirst ? { library: first, baseline: second } : { baseline: first, library: second };
}

/** Measures in a new process. */
function measure(program: keyof Comparison, variant: Variant, instances: number): Measurement {
  const folder = join(COMPILED, 'scripts', 'bench');
  return JSON.parse(execFileSync(process.execPath, ['measure.js', program, variant, String(instances)], { cwd: folder, encoding: 'utf8' })) as Measurement;
}

function medianRatio(comparisons: Comparison[], value: 'cpu' | 'memory'): string {
  return ratio(median(comparisons.map(({ library, baseline }) => library[value] / baseline[value])));
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
