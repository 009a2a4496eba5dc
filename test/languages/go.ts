import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { execute } from './command';
import { GIT } from './git';
import { jsiiPacmak, ROOT } from './jsii-pacmak';
import type { Language, LocalRegistry } from './language';

const REPOSITORY = 'github.com/cdk-connect/cdk-connect-data-streaming-go';
const PACKAGE = 'cdkconnectdatastreaming';
const MODULE = `${REPOSITORY}/${PACKAGE}`;

export const go: Language = {
  name: 'go',
  target: 'go',
  tools: [['go', 'version']],
  exception: /panic: /, // without a word boundary, because the output of the jsii runtime can precede it directly
  packedAsCode: true,

  requestRuntime: async (folder, seconds) => execute(folder, ['go', 'list', '-m', 'github.com/aws/jsii-runtime-go@latest'], {}, seconds),

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

    const userModules = await variable('GOMODCACHE');
    const proxies = [downloads(moduleCache(registry)), downloads(userModules), await variable('GOPROXY')];
    const environment: NodeJS.ProcessEnv = { ...await moduleVariables(registry), GOPROXY: proxies.join(',') };
    await execute(app, ['go', 'mod', 'edit', `-droprequire=${MODULE}`]);
    await execute(app, ['go', 'get', MODULE], environment).catch(async () => {
      await generateCdkModules(app);
      environment.GONOSUMDB += ',github.com/aws/*'; // a module proxy without these modules can also lack their checksums
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

/**
 * Generates the Go modules that AWS CDK for Go requires beside awscdk, because not every module proxy provides them. They are
 * generated from the npm packages of the same release, as AWS generates them.
 */
async function generateCdkModules(app: string): Promise<void> {
  for (const name of ['constructs', '@aws-cdk/cloud-assembly-schema', '@aws-cdk/asset-awscli-v1', '@aws-cdk/asset-node-proxy-agent-v6']) {
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
