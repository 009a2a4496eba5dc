/**
 * `npx projen test:package`: what a user gets. The tarball in `dist/js` is installed into an empty folder beside the newest
 * aws-cdk-lib; the example app is type-checked and synthesised there, and the tarball is looked through.
 */
import { execFileSync } from 'child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { installedVersion } from './installed-version';
import type { Template } from '../test/template/template';

const ROOT = resolve(__dirname, '..');
const DIST = join(ROOT, 'dist', 'js');
const MAX_KILOBYTES = 150;

const tarballs = readdirSync(DIST).filter((file) => file.endsWith('.tgz'));
if (tarballs.length !== 1) throw new Error(`dist/js holds ${tarballs.length} tarballs; run: npx projen package:js`);
const tarball = join(DIST, tarballs[0]);

const user = mkdtempSync(join(tmpdir(), 'user-'));
try {
  lookThrough();
  install();
  synthesise();
} finally {
  rmSync(user, { recursive: true, force: true });
}

function lookThrough(): void {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  const kilobytes = statSync(tarball).size / 1000;
  console.log(`${tarballs[0]}: ${files.length} files, ${kilobytes.toFixed(1)} kB packed`);
  const strangers = files.filter((file) => !/^package\/(lib\/|LICENSE$|README\.md$|package\.json$|\.jsii$)/.test(file));
  if (strangers.length > 0) throw new Error(`not for users: ${strangers.join(', ')}`);
  if (kilobytes > MAX_KILOBYTES) throw new Error(`larger than ${MAX_KILOBYTES} kB`);
}

function install(): void {
  cpSync(join(ROOT, 'examples', 'typescript'), user, { recursive: true });
  execFileSync('npm', ['install', '--silent', tarball, 'aws-cdk-lib@latest', 'constructs@latest'], { cwd: user, stdio: 'inherit' });
  // Named imports of an ES module are found in the text of the package, not by running it.
  execFileSync(process.execPath, ['--input-type=module', '--eval', "import { ConnectDataStreaming, DataStreamingMonitoring } from 'cdk-connect-data-streaming'"], {
    cwd: user, stdio: 'inherit',
  });
  const installed = JSON.parse(readFileSync(join(user, 'node_modules', 'cdk-connect-data-streaming', 'package.json'), 'utf8')) as object;
  if ('dependencies' in installed) throw new Error('the package has runtime dependencies');
}

function synthesise(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: user, stdio: 'inherit' });
  const { context } = JSON.parse(readFileSync(join(user, 'cdk.json'), 'utf8')) as { context: object };
  execFileSync(process.execPath, ['--import', 'tsx', 'app.ts'], {
    cwd: user,
    stdio: 'inherit',
    env: {
      ...process.env,
      JSII_DEPRECATED: 'fail',
      CDK_OUTDIR: 'cdk.out',
      CDK_CONTEXT_JSON: JSON.stringify(context),
      TSX_TSCONFIG_PATH: undefined, // the app has a tsconfig.json of its own
    },
  });

  const template = JSON.parse(readFileSync(join(user, 'cdk.out', 'ContactCenterData.template.json'), 'utf8')) as Template;
  const associations = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Connect::InstanceStorageConfig');
  if (associations.length !== 2) throw new Error(`the example app made ${associations.length} associations, not 2`);
  console.log(`the example app synthesised with aws-cdk-lib ${installedVersion(user, 'aws-cdk-lib')}: ${Object.keys(template.Resources).length} resources`);
}
