import { readdirSync } from 'fs';
import { join } from 'path';

/** The path of the only file with an extension in a folder. */
export function theOnlyFile(folder: string, extension: string): string {
  const files = readdirSync(folder).filter((file) => file.endsWith(extension));
  if (files.length !== 1) throw new Error(`${folder} must contain one file ${extension}, got ${files.length}`);
  return join(folder, files[0]);
}
