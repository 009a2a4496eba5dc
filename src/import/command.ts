import { parseArgs } from 'util';
import { resourceMapping } from './resource-mapping';
import { readStorageConfigs } from './storage-configs';
import { DATA_TYPES } from '../private/common/data-types';
import { stacksIn, type SynthesizedStack } from '../template/cloud-assembly';

const USAGE = `usage: cdk-connect-data-streaming resource-mapping --instance-arn ARN --stack NAME [--app cdk.out] RESOURCE_TYPE.json ...

Prints the input of \`cdk import --resource-mapping\`, to import the existing associations of an Amazon Connect instance into a stack.

  --instance-arn  the instance whose associations were listed
  --stack         the stack that declares the associations, as \`cdk list\` shows it
  --app           the cloud assembly of the synthesized app (default: cdk.out)
  RESOURCE_TYPE.json
      a file for each resource type (${DATA_TYPES.map(({ resourceType }) => resourceType).join(', ')}),
      with the output of
      aws connect list-instance-storage-configs --instance-id ID --resource-type AGENT_EVENTS --output json`;

/** Runs the command. Returns its exit code, which is 0 only if all specified associations can be imported. */
export function run(args: string[], console: Pick<Console, 'log' | 'error'>): number {
  try {
    const { instanceArn, stack, files } = argumentsOf(args);
    const { mapping, problems, notes } = resourceMapping(stack, instanceArn, files.map(readStorageConfigs));
    for (const note of notes) console.error(`note: ${note}`);
    for (const problem of problems) console.error(`error: ${problem}`);
    if (problems.length > 0) return 1;

    console.log(JSON.stringify(mapping, undefined, 2));
    return 0;
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return 1;
  }
}

function argumentsOf(args: string[]): { instanceArn: string; stack: SynthesizedStack; files: string[] } {
  const { values, positionals: [command, ...files] } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'instance-arn': { type: 'string' }, 'stack': { type: 'string' }, 'app': { type: 'string', default: 'cdk.out' } },
  });
  const { app, stack: name, 'instance-arn': instanceArn } = values;
  if (command !== 'resource-mapping' || !instanceArn || !name || files.length === 0) throw new Error(USAGE);
  if (!/^arn:[^:]+:connect:[^:]+:[^:]+:instance\/[^/:]+$/.test(instanceArn)) { // not with the validation of arn.ts, which loads aws-cdk-lib
    throw new Error(`--instance-arn must be the ARN of an Amazon Connect instance, got "${instanceArn}"`);
  }
  const stacks = stacksIn(app);
  const stack = stacks.find((one) => one.name === name);
  if (!stack) throw new Error(`--stack must be a stack in ${app}, got "${name}"; specify one of ${stacks.map((one) => one.name).join(', ')}`);
  return { instanceArn, stack, files };
}
