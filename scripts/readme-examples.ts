/**
 * `npx projen docs:examples`: puts the example apps into the README, each below the comment that names its file. With
 * `--check` it fails where the README has something else.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';

const ROOT = resolve(__dirname, '..');
const README = join(ROOT, 'README.md');
const EXAMPLE = /(<!-- (\S+) -->\n\n```.*\n)[^]*?```/g;

const before = readFileSync(README, 'utf8');
const after = before.replace(EXAMPLE, (_, head: string, file: string) => `${head}${readFileSync(join(ROOT, file), 'utf8')}\`\`\``);

if (!process.argv.includes('--check')) writeFileSync(README, after);
else if (before !== after) throw new Error('an example of the README is not what its file holds; run: npx projen docs:examples');
