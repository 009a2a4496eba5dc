/**
 * All unit tests in one file. Mutation testing runs this file for each mutant, which loads AWS CDK once, not once per test file.
 */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

const { jest: { config } } = JSON.parse(readFileSync(join(__dirname, '..', 'stryker.config.json'), 'utf8')) as { jest: { config: { testPathIgnorePatterns: string[] } } };
const slow = config.testPathIgnorePatterns.map((pattern) => new RegExp(pattern));

for (const file of readdirSync(__dirname).filter((name) => name.endsWith('.test.ts') && !slow.some((pattern) => pattern.test(`/test/${name}`)))) {
  describe(file, () => { jest.requireActual(join(__dirname, file)); });
}
