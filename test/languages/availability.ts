import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { stripVTControlCharacters } from 'util';
import { succeeds } from './command';
import type { Language } from './language';

const SECONDS = 90;
const NOISE = /^(failed: |\[?(INFO|DEBUG)|\s*at |$)/;

/** Returns why a language cannot be tested on this machine: a tool is missing, or the package registry does not respond. */
export async function whyNotRun(language: Language, seconds = SECONDS): Promise<string | undefined> {
  const missing = language.tools.filter((tool) => !succeeds(tool)).map(([command]) => `no ${command}`);
  if (missing.length > 0) return `this machine has ${missing.join(' and ')}`;

  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    await language.requestRuntime(folder, seconds);
    return undefined;
  } catch (error) {
    return `the package registry cannot be reached: ${firstProblem((error as Error).message)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The first line of an output that names a problem. */
export function firstProblem(output: string): string {
  const lines = stripVTControlCharacters(output).split('\n').map((line) => line.trim()).filter((line) => !NOISE.test(line));
  const line = lines.find((text) => /error|refused|unreachable|no answer|cannot|could not/i.test(text)) ?? lines[0] ?? 'no message';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
