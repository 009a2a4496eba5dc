import { spawnSync } from 'child_process';
import { cpSync, readdirSync, readFileSync } from 'fs';
import { delimiter, join, resolve } from 'path';

export const ROOT = resolve(__dirname, '..');

/** A programming language, and how an app in this language is built with the package of the library. */
export interface Language {
  readonly name: string;
  /** The name of the jsii target. */
  readonly target: string;
  /** Commands that succeed if the tools of the language are installed. */
  readonly tools: ReadonlyArray<readonly string[]>;
  /** The exception that an error of the library raises in the language. */
  readonly exception: RegExp;
  /** Whether the package is source code that the app compiles. */
  readonly packedAsCode?: boolean;
  /** Builds the app with the package. Returns the environment variables of the app. */
  build(app: string, dist: string): NodeJS.ProcessEnv;
}

const typescript: Language = {
  name: 'typescript',
  target: 'js',
  tools: [['npm', '--version']],
  exception: /^Error: /m,
  build(app, dist) {
    run(app, ['npm', 'install', '--silent', '--no-audit', theOnlyFile(dist, '.tgz')]);
    run(app, ['npm', 'run', '--silent', 'build']);
    return {};
  },
};

const python: Language = {
  name: 'python',
  target: 'python',
  tools: [['python3', '-m', 'venv', '--help']],
  exception: /^RuntimeError: /m,
  build(app, dist) {
    const bin = join(app, '.venv', 'bin');
    run(app, ['python3', '-m', 'venv', '.venv']);
    run(app, [join(bin, 'pip'), 'install', '--quiet', theOnlyFile(dist, '.whl'), '--requirement', 'requirements.txt']);
    return { PATH: [bin, process.env.PATH].join(delimiter) };
  },
};

const java: Language = {
  name: 'java',
  target: 'java',
  tools: [['javac', '-version'], ['mvn', '--version']],
  exception: /java\.lang\.RuntimeException: /,
  build(app, dist) {
    const repository = `-Dmaven.repo.local=${join(app, '.m2')}`; // the user's repository may contain an older 0.0.0
    const [version] = readdirSync(join(dist, 'io/github/cdkconnect/cdk-connect-data-streaming'));
    const artifact = join(dist, 'io/github/cdkconnect/cdk-connect-data-streaming', version, `cdk-connect-data-streaming-${version}`);
    run(app, ['mvn', '--quiet', '--batch-mode', repository, 'install:install-file', `-Dfile=${artifact}.jar`, `-DpomFile=${artifact}.pom`]);
    run(app, ['mvn', '--quiet', '--batch-mode', repository, 'compile']);
    return { MAVEN_OPTS: [process.env.MAVEN_OPTS, repository].join(' ') };
  },
};

const go: Language = {
  name: 'go',
  target: 'go',
  tools: [['go', 'version']],
  exception: /panic: /, // without a word boundary, because the output of the jsii runtime can precede it directly
  packedAsCode: true,
  build(app, dist) {
    const unformatted = run(app, ['gofmt', '-l', '.']);
    if (unformatted) throw new Error(`gofmt would change ${unformatted}`);

    replaceModule(app, join(dist, 'cdkconnectdatastreaming'));
    const environment: NodeJS.ProcessEnv = {};
    if (!succeeds(app, ['go', 'mod', 'tidy'])) {
      generateCdkModules(app);
      environment.GONOSUMDB = 'github.com/aws/*'; // a module proxy without these modules can also lack their checksums
    }
    run(app, ['go', 'mod', 'tidy'], environment);
    run(app, ['go', 'vet', './...'], environment);
    return environment;
  },
};

const csharp: Language = {
  name: 'csharp',
  target: 'dotnet',
  tools: [['dotnet', '--version']],
  exception: /^Unhandled exception\. [\w.]+: /m,
  build(app, dist) {
    const environment = {
      NUGET_PACKAGES: join(app, '.nuget'), // the user's repository may contain an older 0.0.0
      RestoreAdditionalProjectSources: dist, // MSBuild reads properties from the environment
      DOTNET_CLI_TELEMETRY_OPTOUT: 'true',
      DOTNET_NOLOGO: 'true',
    };
    run(app, ['dotnet', 'build', '--verbosity', 'quiet', 'src/ContactCenter'], environment);
    return environment;
  },
};

export const LANGUAGES = [typescript, python, java, csharp, go];

/** Creates the package of a language, or only its code, in a folder. Returns the path of the package. */
export function pack({ target, packedAsCode = false }: Language, folder: string, codeOnly = packedAsCode): string {
  jsiiPacmak(ROOT, target, folder, codeOnly);
  return join(folder, target);
}

/**
 * Generates the Go modules that AWS CDK for Go requires beside awscdk, because not every module proxy provides them. They are
 * generated from the npm packages of the same release, as AWS generates them.
 */
function generateCdkModules(app: string): void {
  for (const name of ['constructs', '@aws-cdk/cloud-assembly-schema', '@aws-cdk/asset-awscli-v1', '@aws-cdk/asset-node-proxy-agent-v6']) {
    const source = join(app, '.npm', name);
    cpSync(join(ROOT, 'node_modules', name), source, { recursive: true });
    const modules = join(app, '.modules', name);
    jsiiPacmak(source, 'go', modules, true);
    for (const module of readdirSync(join(modules, 'go'))) replaceModule(app, join(modules, 'go', module));
  }
}

function replaceModule(app: string, folder: string): void {
  const [, module] = /^module (\S+)$/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))!;
  run(app, ['go', 'mod', 'edit', '-replace', `${module}=${folder}`]);
}

function jsiiPacmak(source: string, target: string, outdir: string, codeOnly: boolean): void {
  const command = [process.execPath, require.resolve('jsii-pacmak/bin/jsii-pacmak'), '--target', target, '--outdir', outdir];
  run(source, codeOnly ? [...command, '--code-only'] : command);
}

function theOnlyFile(folder: string, extension: string): string {
  const files = readdirSync(folder).filter((file) => file.endsWith(extension));
  if (files.length !== 1) throw new Error(`${folder} holds ${files.length} files ${extension}, not one`);
  return join(folder, files[0]);
}

/** Runs a command and returns its output. If the command fails, the error contains the output. */
function run(cwd: string, [command, ...args]: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...environment } });
  if (status !== 0) throw new Error([`failed: ${command} ${args.join(' ')}`, error?.message, stdout, stderr].filter(Boolean).join('\n'));
  return stdout;
}

export function succeeds(cwd: string, [command, ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { cwd }).status === 0;
}
