/**
 * Parses the SQL statements in a JSON array on standard input with Trino's grammar and prints the syntax errors of each. This is a
 * separate program because Jest cannot load the ES modules of the parser.
 */
import { readFileSync } from 'fs';
import { TrinoSQL } from 'dt-sql-parser/dist/parser/trino';

const statements = JSON.parse(readFileSync(0, 'utf8')) as string[];
const parser = new TrinoSQL();
console.log(JSON.stringify(statements.map((statement) => parser.validate(statement).map(({ message }) => message))));
