import { readFileSync } from 'fs';
import { join } from 'path';

const DOCS = join(__dirname, '..', '..', 'docs');

/** The queries in docs/querying.md by heading. */
export function documentedQueries(): Record<string, string> {
  return codeBlocks('querying.md', 'sql', 'WITH ');
}

/** The first code block of a language in each section of a page, by heading. */
export function codeBlocks(page: string, language: string, start = ''): Record<string, string> {
  const sections = readFileSync(join(DOCS, page), 'utf8').split(/^##+ /m).slice(1);
  return Object.fromEntries(sections.flatMap((section) => {
    const code = new RegExp(`^\`\`\`${language}\\n(${start}[^]*?)^\`\`\`$`, 'm').exec(section);
    return code ? [[section.slice(0, section.indexOf('\n')), code[1]]] : [];
  }));
}
