/** `node measure.js <baseline|library> <variant> <instances>` creates and synthesizes the app in this process and prints a measurement. */
import { readFileSync } from 'fs';
import { createRequire } from 'module';
import { type AddStreaming, newApp } from './scenario';
import { replaceIntrinsics } from '../../test/template/intrinsics';
import { deploymentSteps, type Template } from '../../test/template/template';

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
  /** The characters of all inline policies, as IAM counts them. */
  readonly policyCharacters: number;
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
  policyCharacters: ofType('AWS::IAM::Policy').map(({ Properties }) => withRoleArns(Properties!.PolicyDocument)).join('').length,
} satisfies Measurement));

/** The policy document with a role ARN in place of each reference, as it is deployed. */
function withRoleArns(document: unknown): string {
  const roleArn = 'arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_aaaaaaaaaaaaaaaaaaaa';
  return JSON.stringify(replaceIntrinsics(document, () => roleArn));
}
