import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { execute } from './command';
import { GIT } from './git';
import { jsiiPacmak, ROOT } from './jsii-pacmak';
import type { Language, LocalRegistry } from './language';

const REPOSITORY = 'github.com/cdk-connect/cdk-connect-data-streaming-go';
const PACKAGE = 'cdkconnectdatastreaming';
/** The npm packages of the modules that AWS CDK for Go requires beside awscdk. */
const CDK_PACKAGES = ['constructs', '@aws-cdk/cloud-assembly-schema', '@aws-cdk/asset-awscli-v1', '@aws-cdk/asset-node-proxy-agent-v6'];
const MODULE = `${REPOSITORY}/${PACKAGE}`;

export const go: Language = {
  name: 'go',
  target: 'go',
  tools: [['go', 'version']],
  exception: /panic: /, // without a word boundary, because the output of the jsii runtime can precede it directly
  packedAsCode: true,

  requestRuntime: async (folder, seconds) => execute(folder, ['go', 'list', '-m', 'github.com/aws/jsii-runtime-go@latest'], {}, seconds),

  /** jsii-pacmak compiles the module. It prefers modules in the `dist` folders of the dependencies to those of the module proxy. */
  async preparePackaging(library, registry) {
    const environment = await appVariables(registry);
    const code = await jsiiPacmak(library, 'go', mkdtempSync(join(registry.folder, 'go-code-')), ['--code-only']);
    if (await resolves(join(code, PACKAGE), environment)) return environment;

    for (const name of CDK_PACKAGES) {
      const source = join(library, 'node_modules', name);
      await jsiiPacmak(source, 'go', join(source, 'dist'), ['--code-only']);
    }
    return withoutChecksums(environment);
  },

  /** Commits the module to a Git repository and tags the version, as publib does. The Go command then creates the files of a module proxy from it. */
  async publish(packages, registry) {
    const source = join(registry.folder, 'go-repository');
    const code = join(packages, PACKAGE);
    if (!existsSync(source)) {
      mkdirSync(source);
      await execute(source, [...GIT, 'init', '--quiet']);
    }
    cpSync(code, join(source, PACKAGE), { recursive: true });
    const version = `v${readFileSync(join(code, 'version'), 'utf8').trim()}`;
    await execute(source, [...GIT, 'add', '--all']);
    await execute(source, [...GIT, 'commit', '--quiet', '--message', version]);
    await execute(source, [...GIT, 'tag', `${PACKAGE}/${version}`]);
    await execute(registry.folder, ['go', 'mod', 'download', `${MODULE}@${version}`], {
      ...await moduleVariables(registry),
      GOPROXY: 'direct',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.file://${source}.insteadOf`,
      GIT_CONFIG_VALUE_0: `https://${REPOSITORY}`,
    });
  },

  async install(app, registry) {
    const unformatted = await execute(app, ['gofmt', '-l', '.']);
    if (unformatted) throw new Error(`gofmt would change ${unformatted}`);

    let environment = await appVariables(registry);
    await execute(app, ['go', 'mod', 'edit', `-droprequire=${MODULE}`]);
    await execute(app, ['go', 'get', MODULE], environment).catch(async () => {
      await generateCdkModules(app);
      environment = withoutChecksums(environment);
      await execute(app, ['go', 'get', MODULE], environment);
    });
    await execute(app, ['go', 'mod', 'tidy'], environment);
    await execute(app, ['go', 'vet', './...'], environment);
    return environment;
  },

  async resolvedVersions(app, environment) {
    const version = async (module: string) => (await execute(app, ['go', 'list', '-m', '-f', '{{.Version}}', module], environment)).trim().replace(/^v/, '');
    return { library: await version(MODULE), cdk: await version('github.com/aws/aws-cdk-go/awscdk/v2') };
  },
};

/** The user's module cache may contain another module with this version, and must not keep this one. */
async function moduleVariables(registry: LocalRegistry): Promise<NodeJS.ProcessEnv> {
  return {
    GOMODCACHE: moduleCache(registry),
    GOFLAGS: [await variable('GOFLAGS'), '-modcacherw', '-trimpath', '-mod=mod'].filter(Boolean).join(' '), // without paths, so that packages are not compiled again
    GONOSUMDB: [await variable('GONOSUMDB'), REPOSITORY].filter(Boolean).join(','),
  };
}

/** The local module proxy comes first, then the modules that the user has downloaded. */
async function appVariables(registry: LocalRegistry): Promise<NodeJS.ProcessEnv> {
  const proxies = [downloads(moduleCache(registry)), downloads(await variable('GOMODCACHE')), await variable('GOPROXY')];
  return { ...await moduleVariables(registry), GOPROXY: proxies.join(',') };
}

/** A module proxy that lacks modules of AWS CDK can also lack the checksums of others. */
function withoutChecksums(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, GONOSUMDB: `${environment.GONOSUMDB},github.com/aws/*` };
}

async function resolves(module: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  return execute(module, ['go', 'mod', 'tidy'], environment).then(() => true, () => false);
}

function moduleCache({ folder }: LocalRegistry): string {
  return join(folder, 'go-modules');
}

/** A module cache can be used as a module proxy. */
function downloads(cache: string): string {
  return `file://${join(cache, 'cache', 'download')}`;
}

async function variable(name: string): Promise<string> {
  return (await execute(ROOT, ['go', 'env', name])).trim();
}

/** Generates modules of AWS CDK from the npm packages of the same release, as AWS generates them, because not every module proxy provides them. */
async function generateCdkModules(app: string): Promise<void> {
  for (const name of CDK_PACKAGES) {
    const source = join(app, '.npm', name);
    cpSync(join(ROOT, 'node_modules', name), source, { recursive: true });
    const modules = join(app, '.modules', name);
    await jsiiPacmak(source, 'go', modules, ['--code-only']);
    for (const module of readdirSync(join(modules, 'go'))) await replaceModule(app, join(modules, 'go', module));
  }
}

async function replaceModule(app: string, folder: string): Promise<void> {
  const [, module] = /^module (\S+)$/m.exec(readFileSync(join(folder, 'go.mod'), 'utf8'))!;
  await execute(app, ['go', 'mod', 'edit', '-replace', `${module}=${folder}`]);
}
