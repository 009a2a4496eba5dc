/**
 * `npx projen test:node`: runs the unit tests on each version of Node.js that the library works with. A version that is not
 * available for this platform is skipped with a message. Arguments are passed to jest.
 */
import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';

const ROOT = resolve(__dirname, '..');
/** AWS CDK supports 22 and 24. Version 20 is the oldest that the library works with: see `engines` in package.json. */
const VERSIONS = ['20', '22', '24'];

for (const major of VERSIONS) {
  const folder = mkdtempSync(join(tmpdir(), `node-${major}-`));
  try {
    test(major, process.version.startsWith(`v${major}.`) ? process.execPath : install(major, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Installs the npm package that contains Node.js for this platform. The package `node` would download it in an install script. */
function install(major: string, folder: string): string | undefined {
  const name = `node-${process.platform}-${process.arch}`;
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const { status } = spawnSync('npm', ['install', '--silent', `${name}@${major}`], { cwd: folder });
  return status === 0 ? join(folder, 'node_modules', name, 'bin', 'node') : undefined;
}

function test(major: string, node?: string): void {
  const version = node && spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  console.log(version ? `Node.js ${version}` : `Node.js ${major}: not run: not available for this platform`);
  if (!version) return;

  const jest = [require.resolve('jest/bin/jest'), '--ci', '--coverage=false', ...process.argv.slice(2)];
  if (spawnSync(node, jest, { cwd: ROOT, stdio: 'inherit' }).status !== 0) process.exitCode = 1;
}
