/** `node measure.js <baseline|library> <variant> <instances>` creates and synthesizes the app in this process and prints a measurement. */
import { readFileSync } from 'fs';
import { createRequire } from 'module';
import { type AddStreaming, newApp } from './scenario';
import { type Template } from '../../src/template/template';
import { deploymentSteps } from '../../test/template/deployment-steps';

export interface Measurement {
  /** The CPU time to load the program, create the app, and synthesize it, in microseconds. */
  readonly cpu: number;
  /** The peak memory of the process, in KiB. */
  readonly memory: number;
  readonly resources: number;
  readonly templateBytes: number;
  /** The length of the longest chain of resources that CloudFormation must deploy sequentially in a stack. */
  readonly longestChain: number;
  readonly customResources: number;
}

const [program, variant, instances] = process.argv.slice(2);

const before = process.cpuUsage();
const { variants } = createRequire(__filename)(`./${program}`) as { variants: Record<string, AddStreaming> };
const { stacks } = newApp(Number(instances), variants[variant]).synth();
const { user, system } = process.cpuUsage(before);
const { maxRSS: memory } = process.resourceUsage();

const files = stacks.map(({ templateFullPath }) => readFileSync(templateFullPath));
const templates = files.map((file) => JSON.parse(file.toString()) as Template);
const resources = templates.flatMap(({ Resources }) => Object.values(Resources));
const ofType = (type: string) => resources.filter(({ Type }) => Type === type);

console.log(JSON.stringify({
  cpu: user + system,
  memory,
  resources: resources.length,
  templateBytes: files.reduce((sum, { length }) => sum + length, 0),
  longestChain: Math.max(...templates.map((template) => deploymentSteps(template).length)),
  customResources: ofType('Custom::AWS').length,
} satisfies Measurement));
