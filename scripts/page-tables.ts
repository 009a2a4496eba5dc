import { readFileSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';

/** The rows of a table. The first one is the head. */
export type Table = string[][];

/**
 * Writes generated tables into a page of the documentation, between the comments `<!-- <marker> -->` and `<!-- end -->`. With
 * `--check`, fails if the page and the tables differ.
 */
export function writeTables(page: string, tables: Record<string, () => Table>, command: string): void {
  const file = join(resolve(__dirname, '..'), 'docs', page);
  const before = readFileSync(file, 'utf8');
  const after = Object.entries(tables).reduce((text, [marker, table]) => replaceTable(page, text, marker, table()), before);

  if (!process.argv.includes('--check')) writeFileSync(file, after);
  else if (before !== after) throw new Error(`the tables in docs/${page} are out of date; run: ${command}`);
}

function replaceTable(page: string, text: string, marker: string, rows: Table): string {
  const [head, ...body] = rows.map((cells) => `| ${cells.join(' | ')} |`);
  const table = [head, `|${' --- |'.repeat(rows[0].length)}`, ...body].join('\n');
  const block = new RegExp(`(<!-- ${marker} -->\n\n)[^]*?(\n\n<!-- end -->)`);
  if (!block.test(text)) throw new Error(`docs/${page} has no block <!-- ${marker} -->`);
  return text.replace(block, (_, start: string, end: string) => `${start}${table}${end}`);
}
