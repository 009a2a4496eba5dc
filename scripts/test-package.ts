/**
 * `npx projen test:package`: checks the files and the size of the tarball in `dist/js`, installs it with the newest aws-cdk-lib
 * into an empty folder, and type-checks, synthesizes and checks the example app there.
 */
import { execFileSync } from 'child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join, resolve } from 'path';
import { installedVersion } from './installed-version';
import type { Template } from '../src/template/template';

const ROOT = resolve(__dirname, '..');
const DIST = join(ROOT, 'dist', 'js');
/** The limit of the packed size. */
const MAX_KILOBYTES = 150;

const tarballs = readdirSync(DIST).filter((file) => file.endsWith('.tgz'));
if (tarballs.length !== 1) throw new Error(`dist/js must contain one tarball, got ${tarballs.length}; run: npx projen package:js`);
const tarball = join(DIST, tarballs[0]);

const user = mkdtempSync(join(tmpdir(), 'user-'));
try {
  checkTarball();
  install();
  synthesize();
} finally {
  rmSync(user, { recursive: true, force: true });
}

function checkTarball(): void {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  const kilobytes = statSync(tarball).size / 1000;
  console.log(`${tarballs[0]}: ${files.length} files, ${kilobytes.toFixed(1)} kB packed`);
  const unexpected = files.filter((file) => !/^package\/(lib\/|schemas\/|LICENSE$|README\.md$|package\.json$|\.jsii$)/.test(file));
  if (unexpected.length > 0) throw new Error(`the package must not contain ${unexpected.join(', ')}`);
  if (kilobytes > MAX_KILOBYTES) throw new Error(`the package must be at most ${MAX_KILOBYTES} kB, got ${kilobytes.toFixed(1)} kB`);
}

function install(): void {
  cpSync(join(ROOT, 'examples', 'typescript'), user, { recursive: true });
  execFileSync('npm', ['install', '--silent', tarball, 'aws-cdk-lib@latest', 'constructs@latest'], { cwd: user, stdio: 'inherit' });
  // For named imports of an ES module, Node.js analyzes the code of the package without running it.
  execFileSync(process.execPath, ['--input-type=module', '--eval', "import { ConnectDataStreaming, DataStreamingMonitoring } from 'cdk-connect-data-streaming'"], {
    cwd: user, stdio: 'inherit',
  });
  requireFiles();
  const installed = JSON.parse(readFileSync(join(user, 'node_modules', 'cdk-connect-data-streaming', 'package.json'), 'utf8')) as object;
  if ('dependencies' in installed) throw new Error('the package must not have runtime dependencies');
}

/** The schemas have a path of their own. Everything else is reachable by its path, as in a package without `exports`. */
function requireFiles(): void {
  const paths = [
    'schemas/contact-record.json', 'schemas/agent-event.json', 'schemas/voice-analysis-segment.json', 'schemas/chat-analysis-segment.json',
    'package.json', '.jsii', 'README.md', 'lib/index.js', 'lib/index', 'lib/contact-records-table', 'lib/bin/cdk-connect-data-streaming.js',
  ].map((path) => `cdk-connect-data-streaming/${path}`);
  execFileSync(process.execPath, ['--eval', `for (const path of ${JSON.stringify(paths)}) require.resolve(path)`], { cwd: user, stdio: 'inherit' });

  writeFileSync(join(user, 'schemas.ts'), [
    "import type { AgentEvent, ChatAnalysisSegment, ContactRecord, VoiceAnalysisSegment } from 'cdk-connect-data-streaming/schemas';",
    "import schema from 'cdk-connect-data-streaming/schemas/agent-event.json';",
    "export type * from 'cdk-connect-data-streaming';", // checks all of its declarations
    'export type Records = [AgentEvent, ChatAnalysisSegment, ContactRecord, VoiceAnalysisSegment];',
    'export const title: string = schema.title;',
    "export const event: AgentEvent['EventType'] = 'LOGIN';",
    '',
  ].join('\n'));
  for (const options of [['--module', 'nodenext', '--moduleResolution', 'nodenext'], ['--module', 'esnext', '--moduleResolution', 'bundler']]) {
    const tsc = [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '--strict', '--resolveJsonModule', '--esModuleInterop', '--lib', 'esnext', ...options, 'schemas.ts'];
    execFileSync(process.execPath, [...tsc, '--ignoreConfig'], { cwd: user, stdio: 'inherit' });
  }
  rmSync(join(user, 'schemas.ts')); // the example app does not import JSON
}

function synthesize(): void {
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
  if (associations.length !== 3) throw new Error(`the example app must contain 3 associations, got ${associations.length}`);
  execFileSync('npx', ['cdk-connect-data-streaming', 'check', 'cdk.out'], { cwd: user, stdio: ['ignore', 'ignore', 'inherit'] }); // fails on findings
  console.log(`the example app was synthesized with aws-cdk-lib ${installedVersion(user, 'aws-cdk-lib')}: ${Object.keys(template.Resources).length} resources`);
}
