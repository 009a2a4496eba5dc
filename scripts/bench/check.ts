/** `node check.js <instances>` synthesizes an app and checks its templates, and prints the times. */
import { createRequire } from 'module';
import { variants } from './library';
import { newApp } from './scenario';
import type * as checks from '../../src/check/check';
import type * as templates from '../../src/check/templates';

/** Times in microseconds. The CPU time includes threads of Node.js that compile code and collect garbage at the same time. */
interface Time {
  readonly cpu: number;
  readonly elapsed: number;
}

export interface CheckMeasurement {
  readonly synthesis: Time;
  readonly check: Time;
  readonly findings: number;
}

const [directory, synthesis] = timeOf(() => newApp(Number(process.argv[2]), variants['lookup at deployment']).synth().directory);
const [findings, checkTime] = timeOf(() => {
  const load = createRequire(__filename);
  const { check } = load('cdk-connect-data-streaming/lib/check/check') as typeof checks;
  const { readStacks } = load('cdk-connect-data-streaming/lib/check/templates') as typeof templates;
  return check(readStacks([directory])).length;
});
console.log(JSON.stringify({ synthesis, check: checkTime, findings } satisfies CheckMeasurement));

function timeOf<T>(run: () => T): [T, Time] {
  const [cpu, start] = [process.cpuUsage(), process.hrtime.bigint()];
  const result = run();
  const { user, system } = process.cpuUsage(cpu);
  return [result, { cpu: user + system, elapsed: Number(process.hrtime.bigint() - start) / 1000 }];
}
