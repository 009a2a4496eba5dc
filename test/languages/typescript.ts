import { execute } from './command';
import { theOnlyFile } from './files';
import type { Language } from './language';
import { installedVersion } from '../../scripts/installed-version';

export const LIBRARY = 'cdk-connect-data-streaming';

const NO_AUDIT = ['--silent', '--no-audit', '--no-fund'];

export const typescript: Language = {
  name: 'typescript',
  target: 'js',
  tools: [['npm', '--version']],
  exception: /^Error: /m,

  requestRuntime: async (folder, seconds) => execute(folder, ['npm', 'view', '@jsii/runtime', 'version', '--prefer-online'], {}, seconds),

  async publish(packages, { folder, npm }) {
    const token = `--${npm.replace('http:', '')}/:_authToken=none`; // npm publishes only with a token
    await execute(folder, ['npm', 'publish', theOnlyFile(packages, '.tgz'), token, '--provenance=false'], npmVariables(npm));
  },

  async install(app, { npm }) {
    await execute(app, ['npm', 'pkg', 'delete', `dependencies.${LIBRARY}`]);
    await execute(app, ['npm', 'install', ...NO_AUDIT]);
    await execute(app, ['npm', 'install', ...NO_AUDIT, LIBRARY], npmVariables(npm));
    await execute(app, ['npm', 'run', '--silent', 'build']);
    return {};
  },

  resolvedVersions: async (app) => ({ library: installedVersion(app, LIBRARY), cdk: installedVersion(app, 'aws-cdk-lib') }),
};

/** Moves the app to the newest version of the library that its range in package.json allows. */
export async function update(app: string, npm: string): Promise<void> {
  await execute(app, ['npm', 'update', ...NO_AUDIT, LIBRARY], npmVariables(npm));
  await execute(app, ['npm', 'run', '--silent', 'build']);
}

/** Environment variables with which npm uses the local registry, and no proxy. */
export function npmVariables(npm: string): NodeJS.ProcessEnv {
  return { npm_config_registry: npm, npm_config_noproxy: '127.0.0.1' };
}
