import { spawnSync } from 'child_process';
import { cpSync, readdirSync, readFileSync } from 'fs';
import { delimiter, join, resolve } from 'path';

export const ROOT = resolve(__dirname, '..');

/** A language that users write, and how its programmers build an app against the packed library. */
export interface Language {
  readonly name: string;
  /** What jsii calls it. */
  readonly target: string;
  /** The commands that show that the machine has its tools. */
  readonly tools: ReadonlyArray<readonly string[]>;
  /** What an error of the library is there: the language's own exception. */
  readonly exception: RegExp;
  /** Whether the package is source code that the app compiles. */
  readonly packedAsCode?: boolean;
  /** Builds the app against the package. Returns what the app needs in its environment. */
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
    const repository = `-Dmaven.repo.local=${join(app, '.m2')}`; // that of the user may hold an older 0.0.0
    const [version] = readdirSync(join(dist, 'io/github/cdkconnect/cdk-connect-data-streaming'));
    const artefact = join(dist, 'io/github/cdkconnect/cdk-connect-data-streaming', version, `cdk-connect-data-streaming-${version}`);
    run(app, ['mvn', '--quiet', '--batch-mode', repository, 'install:install-file', `-Dfile=${artefact}.jar`, `-DpomFile=${artefact}.pom`]);
    run(app, ['mvn', '--quiet', '--batch-mode', repository, 'compile']);
    return { MAVEN_OPTS: [process.env.MAVEN_OPTS, repository].join(' ') };
  },
};

const go: Language = {
  name: 'go',
  target: 'go',
  tools: [['go', 'version']],
  exception: /panic: /, // no word boundary: what the runtime says of its end may stand right before it
  packedAsCode: true,
  build(app, dist) {
    const unformatted = run(app, ['gofmt', '-l', '.']);
    if (unformatted) throw new Error(`gofmt would change ${unformatted}`);

    replaceModule(app, join(dist, 'cdkconnectdatastreaming'));
    const environment: NodeJS.ProcessEnv = {};
    if (!succeeds(app, ['go', 'mod', 'tidy'])) {
      generateCdkModules(app);
      environment.GONOSUMDB = 'github.com/aws/*'; // a proxy without the modules may be without their checksums
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
      NUGET_PACKAGES: join(app, '.nuget'), // that of the user may hold an older 0.0.0
      RestoreAdditionalProjectSources: dist, // MSBuild reads properties from the environment
      DOTNET_CLI_TELEMETRY_OPTOUT: 'true',
      DOTNET_NOLOGO: 'true',
    };
    run(app, ['dotnet', 'build', '--verbosity', 'quiet', 'src/ContactCenter'], environment);
    return environment;
  },
};

export const LANGUAGES = [typescript, python, java, csharp, go];

/** Makes the package of a language, or just its code, below a folder. Returns where it is. */
export function pack({ target, packedAsCode = false }: Language, folder: string, codeOnly = packedAsCode): string {
  jsiiPacmak(ROOT, target, folder, codeOnly);
  return join(folder, target);
}

/**
 * The modules that the CDK for Go consists of beside awscdk, for where they can't be downloaded: not every module proxy has
 * them. They are generated from the npm packages of the same release, as AWS generates them.
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

/** Runs a command and returns what it prints. That is the error where the command fails. */
function run(cwd: string, [command, ...args]: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...environment } });
  if (status !== 0) throw new Error([`failed: ${command} ${args.join(' ')}`, error?.message, stdout, stderr].filter(Boolean).join('\n'));
  return stdout;
}

export function succeeds(cwd: string, [command, ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { cwd }).status === 0;
}
