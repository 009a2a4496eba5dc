import { readFileSync } from 'fs';
import { join } from 'path';

/** Where a command prints. */
export type Output = Pick<Console, 'log' | 'error'>;

/** A command of the package. */
interface Command {
  readonly USAGE: string;
  /** Runs the command. Returns its exit code: 0 without findings, 1 with findings, 2 if it was used incorrectly. */
  run(args: string[], output: Output): number;
}

/** The commands, which are loaded on use. */
const COMMANDS: Record<string, { readonly summary: string; load(): Command }> = {
  'resource-mapping': {
    summary: 'print the input of `cdk import --resource-mapping` for existing associations',
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- commands are loaded on use
    load: () => require('../import/command') as Command,
  },
  'check': {
    summary: 'check whether the deployment of templates would lose records',
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- commands are loaded on use
    load: () => require('../check/command') as Command,
  },
};

const NAMES = Object.keys(COMMANDS);
const USAGE = `usage: cdk-connect-data-streaming COMMAND ...

${NAMES.map((name) => `  ${name}  ${COMMANDS[name].summary}`).join('\n')}

  COMMAND --help  print the usage of a command
  --version       print the version of the package`;

/** Runs the command that the arguments specify. Returns its exit code. */
export function runCommand(args: string[], output: Output): number {
  const [name, ...rest] = args;
  if (['--help', '-h', 'help'].includes(name)) return print(output, USAGE);
  if (['--version', '-v'].includes(name)) return print(output, version());
  if (!Object.hasOwn(COMMANDS, name ?? '')) {
    output.error(name === undefined ? USAGE : `error: the command must be one of ${NAMES.join(', ')}, got "${name}"; see --help`);
    return 2;
  }
  const command = COMMANDS[name].load();
  return rest.some((arg) => ['--help', '-h'].includes(arg)) ? print(output, command.USAGE) : command.run(rest, output);
}

function print(output: Output, text: string): number {
  output.log(text);
  return 0;
}

function version(): string {
  return (JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string }).version;
}
