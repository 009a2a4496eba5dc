/**
 * The last step of `npx projen compile`: each module of `lib` loads another one when it is first used, as those of aws-cdk-lib
 * do. To load the library then costs next to nothing, and an app loads no more than it uses.
 */
import { readdirSync, readFileSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';
import * as ts from 'typescript';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const LIB = resolve(__dirname, '..', 'lib');

for (const file of readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))) {
  const source = ts.createSourceFile(file, readFileSync(join(LIB, file), 'utf8'), ts.ScriptTarget.Latest, true);
  writeFileSync(join(LIB, file), apply(source.text, edits(source)));
}

function edits(source: ts.SourceFile): Edit[] {
  const modules = source.statements.filter(loadsModule);
  const names = new Set(modules.map(nameOf));
  return [
    ...modules.map((statement) => replace(statement, lazy(statement))),
    ...nodesIn(source).filter(ts.isIdentifier).filter(({ text }) => names.has(text)).filter(isUse).map((use) => replace(use, call(use))),
    ...nodesIn(source).filter(namesExport).map((name) => replace(name, `(${name.getText()})`)),
  ];
}

type LoadingStatement = ts.VariableStatement & { declarationList: { declarations: [{ name: ts.Identifier; initializer: ts.CallExpression }] } };

/** `const name = require('module');`, as the TypeScript compiler writes it. */
function loadsModule(statement: ts.Statement): statement is LoadingStatement {
  return ts.isVariableStatement(statement) && / = (__importStar\()?require\("[^"]+"\)\)?;$/.test(statement.getText());
}

function nameOf({ declarationList }: LoadingStatement): string {
  return declarationList.declarations[0].name.text;
}

function lazy(statement: LoadingStatement): string {
  const name = nameOf(statement);
  return `let ${name} = () => { const module = ${statement.declarationList.declarations[0].initializer.getText()}; ${name} = () => module; return module; };`;
}

/** Whether the identifier stands for the variable, and is not the name of something else. */
function isUse({ parent, text }: ts.Identifier): boolean {
  if (ts.isVariableDeclaration(parent) && ts.isSourceFile(parent.parent.parent.parent)) return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression.getText() === text;
  if (ts.isPropertyAssignment(parent)) return parent.initializer.getText() === text;
  if (ts.isCallExpression(parent)) return true;
  throw new Error(`${text} in "${parent.getText()}" is not understood`);
}

/** `new name().Class()` would make a `name`, and not a `Class`. */
function call({ parent, text }: ts.Identifier): string {
  return ts.isPropertyAccessExpression(parent) && ts.isNewExpression(parent.parent) ? `(${text}())` : `${text}()`;
}

/**
 * The name in `Object.defineProperty(exports, "Name", …)`. Readers that find the names of exports in the text would drop those
 * with such a getter; in brackets, they take them from where they are declared.
 */
function namesExport(node: ts.Node): node is ts.StringLiteral {
  return ts.isStringLiteral(node) && ts.isCallExpression(node.parent) && node.parent.arguments[1] === node
    && node.parent.expression.getText() === 'Object.defineProperty' && node.text !== '__esModule';
}

function nodesIn(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => { children.push(child); });
  return [node, ...children.flatMap(nodesIn)];
}

function replace(node: ts.Node, text: string): Edit {
  return { start: node.getStart(), end: node.getEnd(), text };
}

function apply(text: string, changes: Edit[]): string {
  return [...changes].sort((one, other) => other.start - one.start)
    .reduce((changed, { start, end, text: replacement }) => changed.slice(0, start) + replacement + changed.slice(end), text);
}
