/** `node measure.js <library|twin|twin-in-constructs> <variant> <instances>`: makes the app in this process and prints what that took. */
import { readFileSync } from 'fs';
import { createRequire } from 'module';
import { newApp, type Streaming } from './scenario';
import { deploymentSteps, type Template } from '../../test/template/template';

export interface Measurement {
  /** CPU time of construct and synth, in microseconds. */
  readonly cpu: number;
  /** The most memory that the process held, in KiB. */
  readonly memory: number;
  readonly resources: number;
  readonly templateBytes: number;
  /** The most resources of a stack that CloudFormation has to make one after another. */
  readonly steps: number;
  /** Each one is a call of the Lambda function when its stack is created. */
  readonly customResources: number;
  /** Of all inline policies together, as IAM counts them. */
  readonly policyCharacters: number;
}

const [which, variant, instances] = process.argv.slice(2);
const { streamings } = createRequire(__filename)(`./${which}`) as { streamings: Record<string, Streaming> }; // one of the two, not both

const before = process.cpuUsage();
const { stacks } = newApp(Number(instances), streamings[variant]).synth();
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
  steps: Math.max(...templates.map((template) => deploymentSteps(template).length)),
  customResources: ofType('Custom::AWS').length,
  policyCharacters: ofType('AWS::IAM::Policy').map(({ Properties }) => asDeployed(Properties!.PolicyDocument)).join('').length,
} satisfies Measurement));

/** A policy document with ARNs for what it refers to. */
function asDeployed(document: unknown): string {
  return JSON.stringify(document).replace(/\{"Fn::GetAtt":[^}]*\}/g, '"arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/'
    + 'AWSServiceRoleForAmazonConnect_aaaaaaaaaaaaaaaaaaaa"');
}
