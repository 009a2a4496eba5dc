import { mkdirSync } from 'fs';
import { execute } from './command';
import type { LocalRegistry } from './language';
import { NpmRegistry } from './npm-registry';

/** Runs an action with an empty local registry, whose files are in a folder. */
export async function withLocalRegistry<Result>(folder: string, action: (registry: LocalRegistry) => Promise<Result>): Promise<Result> {
  mkdirSync(folder, { recursive: true });
  const upstream = await execute(folder, ['npm', 'config', 'get', 'registry']);
  const npm = await new NpmRegistry(upstream.trim()).listen();
  try {
    return await action({ folder, npm: npm.endpoint });
  } finally {
    await npm.stop();
  }
}
