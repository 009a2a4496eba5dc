/**
 * `npx projen docs:check`: checks the examples of each rule, and writes the findings and the corrections into docs/check.md. With
 * `--check`, fails if the page differs.
 */
import { spawnSync } from 'child_process';
import { existsSync } from 'fs';
import { join, relative, resolve } from 'path';
import { writeBlocks } from './page-tables';
import { CHANGE_RULES, check, STATE_RULES } from '../src/check/check';
import { readStacks } from '../src/check/templates';

const ROOT = resolve(__dirname, '..');
const RULES = [...Object.keys(STATE_RULES), ...Object.keys(CHANGE_RULES)];

writeBlocks('check.md', Object.fromEntries(RULES.map((rule) => [`rule: ${rule}`, () => section(rule)])), 'npx projen docs:check');

function section(rule: string): string {
  const [deployed, fails, fixed] = ['deployed', 'fails', 'fixed'].map((name) => join(ROOT, 'examples', 'check', rule, `${name}.yaml`));
  const isChange = existsSync(deployed);
  const [finding] = check(readStacks([fails]), isChange ? readStacks([deployed]) : undefined).filter((one) => one.rule === rule);
  return [
    ...isChange ? [`The change of [a deployed template](../${relative(ROOT, deployed)}):`, ...diff(deployed, fails)] : [],
    `> ${finding.path}: ${finding.message.replaceAll('<', '&lt;')}`,
    '>',
    `> fix: ${finding.fix.replaceAll('\\', '\\\\')}`,
    '',
    `The correction of [the example](../${relative(ROOT, fails)}):`,
    ...diff(fails, fixed),
  ].join('\n').trimEnd();
}

/** The difference between two files as a block of code, without the names of the files. */
function diff(one: string, other: string): string[] {
  const { stdout } = spawnSync('git', ['diff', '--no-index', '--no-color', '--unified=2', one, other], { encoding: 'utf8' });
  const lines = stdout.split('\n').slice(4).filter((line) => line !== '').map((line) => line.startsWith('@@') ? '...' : line);
  return ['', '```diff', ...lines.slice(lines[0] === '...' ? 1 : 0), '```', ''];
}
