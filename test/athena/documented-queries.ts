import { readFileSync } from 'fs';
import { join } from 'path';

const FILE = join(__dirname, '..', '..', 'docs', 'querying.md');

/** The queries in docs/querying.md by heading. */
export function documentedQueries(): Record<string, string> {
  const sections = readFileSync(FILE, 'utf8').split(/^##+ /m).slice(1);
  return Object.fromEntries(sections.flatMap((section) => {
    const query = /^```sql\n(WITH [^]*?)^```$/m.exec(section);
    return query ? [[section.slice(0, section.indexOf('\n')), query[1]]] : [];
  }));
}
