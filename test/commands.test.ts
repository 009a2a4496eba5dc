import { readFileSync } from 'fs';
import { join } from 'path';
import { runCommand } from '../src/bin/commands';

const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };

function run(...args: string[]) {
  const printed = { log: [] as string[], error: [] as string[] };
  const exitCode = runCommand(args, { log: (text: string) => printed.log.push(text), error: (text: string) => printed.error.push(text) });
  return { exitCode, ...printed };
}

test.each(['--help', '-h', 'help'])('%s prints the usage of all commands', (option) => {
  expect(run(option)).toEqual({ exitCode: 0, log: [expect.stringMatching(/^usage: cdk-connect-data-streaming COMMAND \.\.\.[^]*resource-mapping/)], error: [] });
});

test.each([['resource-mapping', '--help'], ['resource-mapping', '-h'], ['resource-mapping', '--stack', 'Stack', '--help']])('%s %s prints the usage of the command', (...args) => {
  expect(run(...args)).toEqual({ exitCode: 0, log: [expect.stringMatching(/^usage: cdk-connect-data-streaming resource-mapping --instance-arn/)], error: [] });
});

test('check --help prints the usage of the command', () => {
  expect(run('check', '--help')).toEqual({ exitCode: 0, log: [expect.stringMatching(/^usage: cdk-connect-data-streaming check /)], error: [] });
});

test.each(['--version', '-v'])('%s prints the version of the package', (option) => {
  expect(run(option)).toEqual({ exitCode: 0, log: [version], error: [] });
});

test('prints the usage as an error without a command', () => {
  expect(run()).toEqual({ exitCode: 2, log: [], error: [expect.stringMatching(/^usage: /)] });
});

test.each(['import', '--stack', 'toString', ''])('rejects the command "%s"', (command) => {
  expect(run(command)).toEqual({
    exitCode: 2, log: [], error: [expect.stringMatching(`^error: the command must be one of .*resource-mapping.*, got "${command}"; see --help$`)],
  });
});
