import { join, resolve } from 'path';
import { execute } from './command';

export const ROOT = resolve(__dirname, '..', '..');

/** Generates the package of a library for a language. Returns the folder of the package. */
export async function jsiiPacmak(
  library: string, target: string, outdir: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const pacmak = [process.execPath, require.resolve('jsii-pacmak/bin/jsii-pacmak'), '--target', target, '--outdir', outdir];
  await execute(library, [...pacmak, ...args], environment);
  return join(outdir, target);
}
