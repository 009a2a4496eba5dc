/**
 * `npx projen docs:examples`: copies the example apps into docs/languages.md, each below the comment that names its file.
 * With `--check`, fails if the page and the files differ.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';

const ROOT = resolve(__dirname, '..');
const PAGE = join(ROOT, 'docs', 'languages.md');
const EXAMPLE = /(<!-- (\S+) -->\n\n```.*\n)[^]*?```/g;

const before = readFileSync(PAGE, 'utf8');
const after = before.replace(EXAMPLE, (_, head: string, file: string) => `${head}${readFileSync(join(ROOT, file), 'utf8')}\`\`\``);

if (!process.argv.includes('--check')) writeFileSync(PAGE, after);
else if (before !== after) throw new Error('the examples in docs/languages.md differ from the files in examples/; run: npx projen docs:examples');
