import { readFileSync } from 'fs';
import { join } from 'path';

/** The version of a package that is installed in a folder. */
export function installedVersion(folder: string, name: string): string {
  return (JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
}
