import { parseArgs } from 'util';
import { resourceMapping } from './resource-mapping';
import { readStorageConfigs, type StorageConfigList } from './storage-configs';
import { DATA_TYPES } from '../private/common/data-types';
import { stacksIn, type SynthesizedStack } from '../template/cloud-assembly';

export const USAGE = `usage: cdk-connect-data-streaming resource-mapping --instance-arn ARN --stack NAME [--app cdk.out] RESOURCE_TYPE.json ...

Prints the input of \`cdk import --resource-mapping\`, to import the existing associations of an Amazon Connect instance into a stack.

  --instance-arn  the instance whose associations were listed
  --stack         the stack that declares the associations, as \`cdk list\` shows it
  --app           the cloud assembly of the synthesized app (default: cdk.out)
  RESOURCE_TYPE.json
      a file for each resource type (${DATA_TYPES.map(({ resourceType }) => resourceType).join(', ')}),
      with the output of
      aws connect list-instance-storage-configs --instance-id ID --resource-type AGENT_EVENTS --output json

Exit code: 0 if all associations can be imported, 1 if an association cannot be imported, 2 if the command is used incorrectly.`;

/** Runs the command. Returns its exit code: 0 if all specified associations can be imported, 1 if not, 2 if the command is used incorrectly. */
export function run(args: string[], console: Pick<Console, 'log' | 'error'>): number {
  try {
    const { instanceArn, stack, lists } = argumentsOf(args);
    const { mapping, problems, notes } = resourceMapping(stack, instanceArn, lists);
    for (const note of notes) console.error(`note: ${note}`);
    for (const problem of problems) console.error(`error: ${problem}`);
    if (problems.length > 0) return 1;

    console.log(JSON.stringify(mapping, undefined, 2));
    return 0;
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return 2;
  }
}

function argumentsOf(args: string[]): { instanceArn: string; stack: SynthesizedStack; lists: StorageConfigList[] } {
  const { values, positionals: files } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'instance-arn': { type: 'string' }, 'stack': { type: 'string' }, 'app': { type: 'string', default: 'cdk.out' } },
  });
  const { app, stack: name, 'instance-arn': instanceArn } = values;
  if (!instanceArn || !name || files.length === 0) throw new Error(USAGE);
  if (!/^arn:[^:]+:connect:[^:]+:[^:]+:instance\/[^/:]+$/.test(instanceArn)) { // not with the validation of arn.ts, which loads aws-cdk-lib
    throw new Error(`--instance-arn must be the ARN of an Amazon Connect instance, got "${instanceArn}"`);
  }
  const stacks = stacksIn(app);
  const stack = stacks.find((one) => one.name === name);
  if (!stack) throw new Error(`--stack must be a stack in ${app}, got "${name}"; specify one of ${stacks.map((one) => one.name).join(', ')}`);
  return { instanceArn, stack, lists: readLists(files) };
}

function readLists(files: string[]): StorageConfigList[] {
  const lists = files.map(readStorageConfigs);
  for (const { resourceType } of lists) {
    const [first, second] = lists.filter((list) => list.resourceType === resourceType);
    if (second) throw new Error(`${resourceType} must be listed in one file, got ${first.file} and ${second.file}; specify one of them`);
  }
  return lists;
}
