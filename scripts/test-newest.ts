/**
 * `npx projen test:newest`: the unit tests, with the newest aws-cdk-lib and constructs in place of the floor.
 */
import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { installedVersion } from './installed-version';

const ROOT = resolve(__dirname, '..');
const newest = mkdtempSync(join(tmpdir(), 'newest-'));
try {
  writeFileSync(join(newest, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--silent', 'aws-cdk-lib@latest', 'constructs@latest'], { cwd: newest, stdio: 'inherit' });
  for (const name of ['aws-cdk-lib', 'constructs']) console.log(`${name} ${installedVersion(newest, name)}`);

  const { jest } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { jest: { moduleNameMapper: object } };
  const config = {
    ...jest,
    rootDir: ROOT,
    moduleNameMapper: {
      ...jest.moduleNameMapper,
      '^(aws-cdk-lib|constructs)(/.*)?$': join(newest, 'node_modules', '$1$2'),
      '^(@aws-sdk/client-[^/]+)$': join(ROOT, 'node_modules', '$1'), // for the handler of the custom resources, which ships in aws-cdk-lib
    },
  };
  execFileSync(process.execPath, [require.resolve('jest/bin/jest'), '--ci', '--coverage=false', '--config', JSON.stringify(config)], {
    cwd: ROOT,
    env: { ...process.env, JSII_DEPRECATED: 'fail' }, // what is deprecated there will be gone one day
    stdio: 'inherit',
  });
} finally {
  rmSync(newest, { recursive: true, force: true });
}
