/**
 * `npx projen check:pages`: validates the links, anchors and pictures of all Markdown pages, without network access.
 */
import { execFileSync } from 'child_process';
import { resolve } from 'path';
import { render, validateLinks } from './pages';

const ROOT = resolve(__dirname, '..');
const SHOWN_BY_REGISTRIES = 'README.md'; // npm, PyPI and Construct Hub display it

void main();

async function main(): Promise<void> {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  const problems: string[] = [];
  for (const file of files) {
    problems.push(...await validateLinks({ file, html: await render(file), absoluteLinksOnly: file === SHOWN_BY_REGISTRIES }));
  }
  console.log(problems.join('\n') || `${files.length} pages: the links and pictures are valid`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
