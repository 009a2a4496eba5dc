import { cpSync } from 'fs';
import { basename, delimiter, join } from 'path';
import { execute } from './command';
import { theOnlyFile } from './files';
import type { Language } from './language';

const VERSIONS = 'import importlib.metadata as m; print(m.version("cdk-connect-data-streaming"), m.version("aws-cdk-lib"))';

export const python: Language = {
  name: 'python',
  target: 'python',
  tools: [['python3', '-m', 'venv', '--help']],
  exception: /^RuntimeError: /m,

  async requestRuntime(folder, seconds) {
    const pip = await virtualEnvironment(folder);
    await execute(folder, [pip, 'download', '--quiet', '--no-deps', '--no-cache-dir', '--retries', '1', '--dest', folder, 'jsii'], {}, seconds);
  },

  async publish(packages, { folder }) {
    const wheel = theOnlyFile(packages, '.whl');
    cpSync(wheel, join(folder, 'python', basename(wheel)));
  },

  async install(app, { folder }) {
    const pip = await virtualEnvironment(app);
    await execute(app, [pip, 'install', '--quiet', '--find-links', join(folder, 'python'), '--requirement', 'requirements.txt']);
    return { PATH: [join(app, '.venv', 'bin'), process.env.PATH].join(delimiter) };
  },

  async resolvedVersions(app, environment) {
    const [library, cdk] = (await execute(app, ['python', '-c', VERSIONS], environment)).trim().split(' ');
    return { library, cdk };
  },
};

/** Creates a virtual environment in a folder. Returns the path of its pip. */
async function virtualEnvironment(folder: string): Promise<string> {
  await execute(folder, ['python3', '-m', 'venv', '.venv']);
  return join(folder, '.venv', 'bin', 'pip');
}
