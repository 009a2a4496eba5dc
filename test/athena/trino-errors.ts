/**
 * What Trino's grammar says to each of the statements that are given as JSON on standard input. A program of its own,
 * because Jest can't load the parser's ES modules.
 */
import { readFileSync } from 'fs';
import { TrinoSQL } from 'dt-sql-parser/dist/parser/trino';

const statements = JSON.parse(readFileSync(0, 'utf8')) as string[];
const parser = new TrinoSQL();
console.log(JSON.stringify(statements.map((statement) => parser.validate(statement).map(({ message }) => message))));
