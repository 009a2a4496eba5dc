import { parseArgs } from 'util';
import { type SynthesisedStack, stacksIn } from './cloud-assembly';
import { resourceMapping } from './resource-mapping';
import { readStorageConfigs } from './storage-configs';

const USAGE = `usage: cdk-connect-data-streaming resource-mapping --instance-arn ARN --stack NAME [--app cdk.out] RESOURCE_TYPE.json ...

Prints what \`cdk import --resource-mapping\` takes, to import the associations that an Amazon Connect instance has already.

  --instance-arn  the instance whose associations were listed
  --stack         the stack that declares them, as \`cdk list\` shows it
  --app           the folder of the synthesised app, cdk.out unless said otherwise
  RESOURCE_TYPE.json, such as AGENT_EVENTS.json: what
      aws connect list-instance-storage-configs --instance-id ID --resource-type AGENT_EVENTS --output json
  printed`;

/** Runs the command. Returns its exit code: 0 only if all that is given can be imported. */
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

function argumentsOf(args: string[]): { instanceArn: string; stack: SynthesisedStack; files: string[] } {
  const { values, positionals: [command, ...files] } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'instance-arn': { type: 'string' }, 'stack': { type: 'string' }, 'app': { type: 'string', default: 'cdk.out' } },
  });
  const { app, stack: name, 'instance-arn': instanceArn } = values;
  if (command !== 'resource-mapping' || !instanceArn || !name || files.length === 0) throw new Error(USAGE);
  if (!/^arn:[^:]+:connect:[^:]+:[^:]+:instance\/[^/:]+$/.test(instanceArn)) { // not by way of arn.ts, which loads aws-cdk-lib
    throw new Error(`--instance-arn: "${instanceArn}" is not the ARN of an Amazon Connect instance`);
  }
  const stacks = stacksIn(app);
  const stack = stacks.find((one) => one.name === name);
  if (!stack) throw new Error(`--stack: there is no stack ${name} in ${app}; it holds ${stacks.map((one) => one.name).join(', ')}`);
  return { instanceArn, stack, files };
}
