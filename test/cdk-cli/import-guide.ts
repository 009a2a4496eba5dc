import { readFileSync } from 'fs';
import { join } from 'path';

const GUIDE = readFileSync(join(__dirname, '..', '..', 'docs', 'import.md'), 'utf8');

/** The commands of each step in docs/import.md, by step number. */
const STEPS = GUIDE.split(/^## (?=\d)/m).map((step) => [...step.matchAll(/^```sh\n([^]+?)^```/gm)].map(([, commands]) => commands).join('\n'));

export function commandsOfSteps(...numbers: number[]): string {
  return numbers.map((number) => STEPS[number]).join('\n');
}
