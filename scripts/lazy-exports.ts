/**
 * The last step of `npx projen compile`: in `lib/index.js`, what not every app uses is loaded when it is used. Hand-written
 * code does not load it either.
 */
import { readFileSync, writeFileSync } from 'fs';
import { resolve } from 'path';

const INDEX = resolve(__dirname, '..', 'lib', 'index.js');
const LAZY = ['./contact-records-table', './data-streaming-monitoring'];

let code = readFileSync(INDEX, 'utf8');
for (const module of LAZY) {
  const [statement, variable] = new RegExp(`^var (\\w+) = require\\("${module}"\\);\n`, 'm').exec(code)
    ?? fail(`lib/index.js does not load ${module} as expected`);
  code = code.replace(statement, '').replaceAll(
    new RegExp(`"(\\w+)"(.*)return ${variable}[.]`, 'g'),
    `("$1")$2return require("${module}").`, // in brackets, for what reads the names of exports in the text: it would drop this one
  );
}
writeFileSync(INDEX, code);

function fail(message: string): never {
  throw new Error(message);
}
