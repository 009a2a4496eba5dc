/**
 * `npx projen test:readme`: builds the Python package, as the release workflow does, and checks the README in it. PyPI's own
 * library renders it. Requires `npx projen compile`. Without Python or PyPI, nothing is tested: `check:pages`
 * validates the links.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { validateLinks } from './pages';
import { whyNotRun } from '../test/languages/availability';
import { python } from '../test/languages/python';

const ROOT = resolve(__dirname, '..');
const TYPESCRIPT = /^\s*(import (type )?\{|const \w+ = |(export )?(class|interface) .*\{$)|\bnew [A-Z]\w*(\.\w+)*\(/m;
const RENDER = 'import sys, readme_renderer.markdown as m; html = m.render(open(sys.argv[1]).read()); sys.exit("not rendered") if html is None else print(html)';

void main();

async function main(): Promise<void> {
  const reason = await whyNotRun(python);
  if (reason) return console.log(`not run: ${reason}`);

  execFileSync('npx', ['projen', 'package:python'], { cwd: ROOT, stdio: 'inherit' });
  const work = mkdtempSync(join(tmpdir(), 'readme-'));
  try {
    const [headers, description] = readMetadata(work);
    const problems = [
      ...validateClassifiers(headers),
      ...validateCode(description),
      ...await validateLinks({ file: 'README.md', html: renderAsPypi(description, work), absoluteLinksOnly: true }),
    ];
    console.log(problems.join('\n') || 'PyPI renders the README, and its links, pictures and code are valid');
    process.exitCode = problems.length > 0 ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The headers of the wheel, and its description, which is the README. */
function readMetadata(work: string): [string, string] {
  const dist = join(ROOT, 'dist', 'python');
  const wheels = readdirSync(dist).filter((file) => file.endsWith('.whl'));
  if (wheels.length !== 1) throw new Error(`dist/python must contain one wheel, got ${wheels.length}`);
  execFileSync('python3', ['-m', 'zipfile', '-e', join(dist, wheels[0]), work]);
  const [folder] = readdirSync(work).filter((file) => file.endsWith('.dist-info'));
  const metadata = readFileSync(join(work, folder, 'METADATA'), 'utf8');
  const end = metadata.indexOf('\n\n');
  return [metadata.slice(0, end), metadata.slice(end + 2)];
}

function validateClassifiers(headers: string): string[] {
  const [, version] = /^Version: (.*)$/m.exec(headers)!;
  return version.startsWith('0.') && headers.includes('Production/Stable') ? [`${version} must not be classified as Production/Stable`] : [];
}

function validateCode(description: string): string[] {
  const blocks = [...description.matchAll(/^```(\S*)[^\n]*\n(.*?)^```/gms)].map(([, language, code]) => ({ language, code }));
  const examples = blocks.filter(({ language }) => language === 'python');
  console.log(`the README contains ${examples.length} blocks of Python, ${blocks.filter(({ language }) => /^(ts|typescript)$/.test(language)).length} of TypeScript`);
  return examples.filter(({ code }) => TYPESCRIPT.test(code)).map(({ code }) => `this block is labeled as Python, but is TypeScript:\n${code}`);
}

function renderAsPypi(description: string, work: string): string {
  const file = join(work, 'description.md');
  writeFileSync(file, description);
  execFileSync('python3', ['-m', 'venv', join(work, 'venv')]);
  const interpreter = join(work, 'venv', 'bin', 'python');
  execFileSync(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'readme_renderer[md]'], { stdio: 'inherit' });
  return execFileSync(interpreter, ['-c', RENDER, file], { encoding: 'utf8', env: { ...process.env, PYTHONUTF8: '1' } });
}
