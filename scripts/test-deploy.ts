/**
 * `npm run test:deploy`: deploys the integ apps and several scenarios to MiniStack, an emulator of AWS, with the extension in
 * test/emulator. Requires Python 3.11 or later, OpenSSL and PyPI. Without them, nothing is tested.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'child_process';
import { createHash } from 'crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { createServer } from 'net';
import { join, resolve } from 'path';
import { awsVariables, type EmulatorEnvironment, INTEG_ACCOUNT, INTEG_REGIONS, testVariables } from '../test/emulator/environment';
import { run } from '../test/emulator/run';

const ROOT = resolve(__dirname, '..');
const EMULATOR = join(ROOT, 'test', 'emulator');
const REQUIREMENTS = join(EMULATOR, 'requirements.txt');
const SECONDS = 15 * 60;
const BIN = join(ROOT, 'node_modules', '.bin');

class NotRun extends Error {}

const started = new Set<ChildProcess>();
process.on('exit', () => started.forEach(kill));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

main(process.argv.slice(2)).catch((error: Error) => {
  console.log(error instanceof NotRun ? `not run: ${error.message}` : error.stack);
  process.exitCode = error instanceof NotRun ? 0 : 1;
});

async function main(args: string[]): Promise<void> {
  const python = virtualEnvironment(findPython());
  const work = mkdtempSync(join(ROOT, 'coverage', 'deploy-'));
  const emulator = await startEmulator(python, work);
  process.exitCode = 1; // until all tests have passed
  try {
    await bootstrap(emulator.environment);
    process.exitCode = await runTests(emulator.environment, args);
  } finally {
    kill(emulator.process);
    if (process.exitCode) console.log(`log of the emulator: ${join(work, 'emulator.log')}`);
    else rmSync(work, { recursive: true, force: true });
  }
}

function findPython(): string {
  const isNewEnough = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';
  const python = ['python3.11', 'python3'].find((name) => spawnSync(name, ['-c', isNewEnough]).status === 0);
  if (!python) throw new NotRun('this machine has no Python 3.11 or later');
  if (spawnSync('openssl', ['version']).status !== 0) throw new NotRun('this machine has no OpenSSL');
  return python;
}

/** Creates a virtual environment with the emulator, unless it exists. Returns its Python interpreter. */
function virtualEnvironment(python: string): string {
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 8);
  const folder = join(ROOT, 'coverage', `emulator-${hash}`);
  const interpreter = join(folder, 'bin', 'python');
  const marker = join(folder, 'complete');
  if (existsSync(marker)) return interpreter;

  mkdirSync(join(ROOT, 'coverage'), { recursive: true });
  execFileSync(python, ['-m', 'venv', '--clear', folder]);
  const { status, stderr } = spawnSync(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', REQUIREMENTS],
    { encoding: 'utf8' });
  if (status !== 0 && /Retrying|NewConnectionError|ConnectTimeout|ConnectionError/.test(stderr)) throw new NotRun('PyPI cannot be reached');
  if (status !== 0) throw new Error(stderr);
  writeFileSync(marker, '');
  return interpreter;
}

async function startEmulator(python: string, work: string): Promise<{ process: ChildProcess; environment: EmulatorEnvironment }> {
  const [port, controlPort] = [await freePort(), await freePort()];
  const environment = {
    endpoint: `https://127.0.0.1:${port}`,
    control: `http://127.0.0.1:${controlPort}`,
    certificate: join(work, 'ministack-tls', 'server.crt'),
    copy: copyOfIntegApps(work),
  };
  const log = openSync(join(work, 'emulator.log'), 'w');
  const child = spawn(python, ['start.py', `${port}`, `${controlPort}`], {
    cwd: EMULATOR,
    stdio: ['ignore', log, log],
    detached: true,
    env: {
      PATH: process.env.PATH,
      TMPDIR: work,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: `${port}`,
      AUTH: 'true',
      USE_SSL: '1', // the bucket of the bootstrap stack requires TLS
      LAMBDA_EXECUTOR: 'local',
      NODE_PATH: join(ROOT, 'node_modules'), // the SDK of the Lambda functions
    },
  });
  started.add(child);
  for (let attempt = 0; attempt < 120 && child.exitCode === null; attempt++) {
    if (await isListening(environment.control) && existsSync(environment.certificate)) return { process: child, environment };
    await new Promise((done) => setTimeout(done, 500));
  }
  kill(child);
  throw new Error(`the emulator does not start:\n${readFileSync(join(work, 'emulator.log'), 'utf8')}`);
}

/** Copies the integ apps and what they import, because integ-runner rewrites the snapshots of what it deploys. */
function copyOfIntegApps(work: string): string {
  const copy = join(work, 'repository');
  mkdirSync(copy);
  for (const name of ['integ', 'src', 'schemas', 'package.json', 'tsconfig.json', 'tsconfig.dev.json']) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function bootstrap(environment: EmulatorEnvironment): Promise<void> {
  const environments = INTEG_REGIONS.map((region) => `aws://${INTEG_ACCOUNT}/${region}`);
  const { exitCode, text } = await run([join(BIN, 'cdk'), 'bootstrap', ...environments, '--output', join(environment.copy, 'bootstrap')],
    { cwd: environment.copy, env: awsVariables(environment, INTEG_ACCOUNT), seconds: 120 });
  if (exitCode !== 0) throw new Error(text);
}

async function runTests(environment: EmulatorEnvironment, args: string[]): Promise<number> {
  const { jest } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { jest: object };
  const config = { ...jest, rootDir: ROOT, testMatch: ['<rootDir>/test/emulator/*.deploy.ts'], collectCoverage: false, testTimeout: 240_000 };
  const child = spawn(process.execPath, [require.resolve('jest/bin/jest'), '--ci', '--maxWorkers=2', '--config', JSON.stringify(config), ...args],
    { cwd: ROOT, env: { ...process.env, ...testVariables(environment) }, stdio: 'inherit', detached: true });
  started.add(child);
  const timer = setTimeout(() => {
    console.log(`killed after ${SECONDS} seconds`);
    kill(child);
  }, SECONDS * 1000);
  const exitCode = await new Promise<number>((done) => child.on('close', (code) => done(code ?? 1)));
  clearTimeout(timer);
  return exitCode;
}

/** Kills a process and what it started. The emulator ignores SIGTERM while it waits for a custom resource. */
function kill(child: ChildProcess): void {
  if (!started.delete(child)) return;
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended
  }
}

async function isListening(url: string): Promise<boolean> {
  return fetch(url).then(() => true, () => false);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
