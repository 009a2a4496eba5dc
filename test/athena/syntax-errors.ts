import { execFileSync } from 'child_process';
import { join } from 'path';

/** Returns the syntax errors of each statement, according to the grammar of Trino. */
export function syntaxErrors(statements: string[]): string[][] {
  const script = join(__dirname, 'trino-errors.ts');
  return JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', script], { input: JSON.stringify(statements), encoding: 'utf8' })) as string[][];
}
