/**
 * Checks the examples of docs/check.md, and that sound templates have no findings.
 */
import { existsSync, readdirSync } from 'fs';
import { join } from 'path';
import { CHANGE_RULES, check, STATE_RULES } from '../src/check/check';
import type { Finding } from '../src/check/finding';
import { readStacks } from '../src/check/templates';

const ROOT = join(__dirname, '..');
const EXAMPLES = join(ROOT, 'examples', 'check');
const RULES = [...Object.keys(STATE_RULES), ...Object.keys(CHANGE_RULES)];

function findingsOf(rule: string, version: 'fails' | 'fixed'): Finding[] {
  const [deployed, template] = ['deployed', version].map((name) => join(EXAMPLES, rule, `${name}.yaml`));
  return check(readStacks([template]), existsSync(deployed) ? readStacks([deployed]) : undefined);
}

test('each rule has an example', () => {
  expect(readdirSync(EXAMPLES).sort()).toEqual([...RULES].sort());
});

describe.each(RULES)('the rule %s', (rule) => {
  test('finds the problem of its example', () => {
    const findings = findingsOf(rule, 'fails').filter((finding) => finding.rule === rule);
    expect(findings).toHaveLength(1);
    expect(findings.map(({ severity, path, message, fix }) => `${severity}: ${path}: ${message}; fix: ${fix}`)).toMatchSnapshot();
  });

  test('finds no problem in the fixed example', () => {
    expect(findingsOf(rule, 'fixed').filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(findingsOf(rule, 'fixed').filter((finding) => finding.rule === rule)).toEqual([]);
  });
});

const SNAPSHOTS = readdirSync(join(ROOT, 'integ')).filter((folder) => folder.endsWith('.snapshot'));

test.each(SNAPSHOTS)('the templates of %s have no findings, and do not change', (folder) => {
  const stacks = readStacks([join(ROOT, 'integ', folder)]);
  expect(stacks.length).toBeGreaterThan(0);
  expect(check(stacks, stacks).filter(({ severity }) => severity !== 'info')).toEqual([]);
});
