/**
 * `npx projen test:node`: the unit tests on each release line of Node.js that the library supports. A line that can't be
 * had for this platform is not run, and said so. What stands behind goes to jest.
 */
import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';

const ROOT = resolve(__dirname, '..');
const RELEASE_LINES = ['20', '22', '24'];

for (const line of RELEASE_LINES) {
  const folder = mkdtempSync(join(tmpdir(), `node-${line}-`));
  try {
    test(line, process.version.startsWith(`v${line}.`) ? process.execPath : install(line, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The packages that hold a Node.js for one platform each; the package `node` downloads one when it is installed. */
function install(line: string, folder: string): string | undefined {
  const name = `node-${process.platform}-${process.arch}`;
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const { status } = spawnSync('npm', ['install', '--silent', `${name}@${line}`], { cwd: folder });
  return status === 0 ? join(folder, 'node_modules', name, 'bin', 'node') : undefined;
}

function test(line: string, node?: string): void {
  const version = node && spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  console.log(version ? `Node.js ${version}` : `Node.js ${line}: not run, it can't be had here`);
  if (!version) return;

  const jest = [require.resolve('jest/bin/jest'), '--ci', '--coverage=false', ...process.argv.slice(2)];
  if (spawnSync(node, jest, { cwd: ROOT, stdio: 'inherit' }).status !== 0) process.exitCode = 1;
}
