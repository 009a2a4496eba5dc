/**
 * `npx projen check:pages`: validates the links, anchors, pictures and diagrams of all Markdown pages, without network access.
 */
import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { join, resolve } from 'path';
import { render, validateLinks } from './pages';

const ROOT = resolve(__dirname, '..');
const SHOWN_BY_REGISTRIES = 'README.md'; // npm, PyPI and Construct Hub display it

void main();

async function main(): Promise<void> {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  const problems: string[] = [];
  for (const file of files) {
    problems.push(...await validateLinks({ file, html: await render(file), absoluteLinksOnly: file === SHOWN_BY_REGISTRIES }));
    problems.push(...await validateDiagrams(file));
  }
  console.log(problems.join('\n') || `${files.length} pages: the links, pictures and diagrams are valid`);
  process.exit(problems.length > 0 ? 1 : 0); // the document of the diagrams would keep the process running
}

async function validateDiagrams(file: string): Promise<string[]> {
  const diagrams = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```mermaid\n(.*?)^```/gms)];
  if (diagrams.length === 0) return [];

  const mermaid = await loadMermaid();
  const problems: string[] = [];
  for (const [, diagram] of diagrams) {
    await mermaid.parse(diagram).catch((error: Error) => problems.push(`${file}: a diagram is not valid: ${error.message}`));
  }
  return problems;
}

/** Mermaid expects the document of a browser, although it only parses here. */
async function loadMermaid() {
  const { Window } = await import('happy-dom');
  const window = new Window();
  Object.assign(globalThis, { window, document: window.document, Element: window.Element });
  return (await import('mermaid')).default;
}
