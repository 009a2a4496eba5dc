/** `node check.js <instances>` synthesizes an app and checks its templates, and prints the CPU times in microseconds. */
import { createRequire } from 'module';
import { variants } from './library';
import { newApp } from './scenario';
import type * as checks from '../../src/check/check';
import type * as templates from '../../src/check/templates';

export interface CheckMeasurement {
  readonly synthesis: number;
  readonly check: number;
  readonly findings: number;
}

const start = process.cpuUsage();
const { directory } = newApp(Number(process.argv[2]), variants['lookup at deployment']).synth();
const synthesis = cpuTimeSince(start);

const synthesized = process.cpuUsage();
const load = createRequire(__filename);
const { check } = load('cdk-connect-data-streaming/lib/check/check') as typeof checks;
const { readStacks } = load('cdk-connect-data-streaming/lib/check/templates') as typeof templates;
const findings = check(readStacks([directory])).length;
console.log(JSON.stringify({ synthesis, check: cpuTimeSince(synthesized), findings } satisfies CheckMeasurement));

function cpuTimeSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
