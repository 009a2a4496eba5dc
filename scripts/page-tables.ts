import { readFileSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';

/** The rows of a table. The first one is the head. */
export type Table = string[][];

/** Writes generated tables into a page of the documentation. See `writeBlocks`. */
export function writeTables(page: string, tables: Record<string, () => Table>, command: string): void {
  writeBlocks(page, Object.fromEntries(Object.entries(tables).map(([marker, table]) => [marker, () => renderTable(table())])), command);
}

/**
 * Writes generated text into a page of the documentation, between the comments `<!-- <marker> -->` and `<!-- end -->`. With `--check`,
 * fails if the page and the text differ.
 */
export function writeBlocks(page: string, blocks: Record<string, () => string>, command: string): void {
  const file = join(resolve(__dirname, '..'), 'docs', page);
  const before = readFileSync(file, 'utf8');
  const after = Object.entries(blocks).reduce((text, [marker, block]) => replaceBlock(page, text, marker, block()), before);

  if (!process.argv.includes('--check')) writeFileSync(file, after);
  else if (before !== after) throw new Error(`docs/${page} is out of date; run: ${command}`);
}

function renderTable(rows: Table): string {
  const [head, ...body] = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return [head, `|${' --- |'.repeat(rows[0].length)}`, ...body].join('\n');
}

function replaceBlock(page: string, text: string, marker: string, content: string): string {
  const block = new RegExp(`(<!-- ${marker} -->\n\n)[^]*?(\n\n<!-- end -->)`);
  if (!block.test(text)) throw new Error(`docs/${page} has no block <!-- ${marker} -->`);
  return text.replace(block, (_, start: string, end: string) => `${start}${content}${end}`);
}
