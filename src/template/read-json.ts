import { readFileSync } from 'fs';

/** Reads a file. The value is undefined if the file does not contain JSON. */
export function readJson(file: string, wayOut: string): unknown {
  const text = read(file, wayOut);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function read(file: string, wayOut: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${file} must be a file that can be read, got ${code === 'ENOENT' ? 'no such file' : `the error ${code}`}; ${wayOut}`);
  }
}
