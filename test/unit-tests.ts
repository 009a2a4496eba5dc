/**
 * The unit tests of a capability in one file. Mutation testing runs this file for each mutant, which loads AWS CDK once, not once
 * per test file.
 */
import { join } from 'path';

const { UNIT_TESTS = '' } = process.env; // see scripts/test-mutation.ts

for (const file of UNIT_TESTS.split(',')) describe(file, () => { jest.requireActual(join(__dirname, file)); });
