import { parseArgs } from 'util';
import { check } from './check';
import type { Finding } from './finding';
import { readStacks } from './templates';

export const USAGE = `usage: cdk-connect-data-streaming check [--deployed PATH ...] [--json] PATH ...

Checks whether the deployment of templates would lose records that Amazon Connect streams. PATH is a cloud assembly such as cdk.out,
a CloudFormation template in JSON or YAML, or a folder of templates.

  --deployed  what is deployed, as PATH: checks also whether the update from it would lose records
  --json      prints the findings as JSON

Exit code: 0 if there are no findings, 1 if there are findings, 2 if the command is used incorrectly.
What the templates do not contain, such as the policy of an imported key, is reported as unknown and does not change the exit code.`;

/** Runs the command. Returns its exit code. */
export function run(args: string[], console: Pick<Console, 'log' | 'error'>): number {
  try {
    const { paths, deployed, json } = argumentsOf(args);
    const findings = check(readStacks(paths), deployed && readStacks(deployed));
    console.log(json ? JSON.stringify({ findings }, undefined, 2) : report(findings));
    return findings.some(isLoss) ? 1 : 0;
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    return 2;
  }
}

function argumentsOf(args: string[]): { paths: string[]; deployed?: string[]; json: boolean } {
  const { values, positionals: paths } = parseArgs({
    args, allowPositionals: true, options: { deployed: { type: 'string', multiple: true }, json: { type: 'boolean', default: false } },
  });
  if (paths.length === 0) throw new Error(USAGE);
  return { paths, deployed: values.deployed, json: values.json };
}

function report(findings: readonly Finding[]): string {
  const losses = findings.filter(isLoss);
  const unknown = findings.length - losses.length;
  return [
    ...findings.map(({ rule, severity, path, logicalId, template, message, fix }) => [
      `${severity === 'info' ? 'unknown' : severity}: ${path} (${logicalId} in ${template})`, `  ${message}`, `  fix: ${fix}`, `  rule: ${rule}`, '',
    ].join('\n')),
    `${counted(losses.length, 'finding')}, ${unknown} unknown`,
  ].join('\n');
}

function isLoss({ severity }: Finding): boolean {
  return severity !== 'info';
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
