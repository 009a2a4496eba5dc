/**
 * The signatures of the public constructors, factories and methods of the library, read from its source code.
 */
import { readdirSync, readFileSync } from 'fs';
import { join, resolve } from 'path';
import * as ts from 'typescript';

const ROOT = resolve(__dirname, '..', '..');
const SOURCES = [
  ...readdirSync(join(ROOT, 'src')).filter((name) => name.endsWith('.ts')).map((name) => join(ROOT, 'src', name)),
  join(ROOT, 'src/private/tables/data-table.ts'), // the base class of the tables
  join(ROOT, 'node_modules/aws-cdk-lib/aws-kinesis/lib/stream.d.ts'), // the props of newKinesisStream()
];

/** A parameter or prop. */
export interface Parameter {
  readonly name: string;
  /** The type, as the source code names it. */
  readonly type: string;
  readonly isOptional: boolean;
  /** The props, if the type is a struct. */
  readonly props?: readonly Parameter[];
}

export interface Signature {
  readonly className: string;
  readonly kind: 'constructor' | 'factory' | 'method';
  readonly name: string;
  readonly parameters: readonly Parameter[];
}

const declarations = SOURCES.flatMap((file) => [...ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true).statements]);
const structs = new Map(declarations.filter(ts.isInterfaceDeclaration).map((declaration) => [declaration.name.text, declaration]));
const classes = new Map(declarations.filter(ts.isClassDeclaration).map((declaration) => [declaration.name!.text, declaration]));

/** Returns the signatures of a class, with those that it inherits. */
export function signaturesOf(className: string): Signature[] {
  const declaration = classes.get(className);
  if (!declaration) return [];

  const own = declaration.members.flatMap((member) => signatureOf(className, declaration, member));
  const base = declaration.heritageClauses?.[0].types[0].expression.getText() ?? '';
  const inherited = signaturesOf(base).filter(({ kind }) => kind === 'method').map((signature) => ({ ...signature, className }));
  return [...own, ...inherited];
}

function signatureOf(className: string, declaration: ts.ClassDeclaration, member: ts.ClassElement): Signature[] {
  const has = (node: ts.HasModifiers, kind: ts.SyntaxKind) => node.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
  const isVisible = (node: ts.HasModifiers) => !has(node, ts.SyntaxKind.PrivateKeyword) && !has(node, ts.SyntaxKind.ProtectedKeyword);
  if (ts.isConstructorDeclaration(member) && isVisible(member) && !has(declaration, ts.SyntaxKind.AbstractKeyword)) {
    return [{ className, kind: 'constructor', name: 'constructor', parameters: member.parameters.map(parameterOf) }];
  }
  if (!ts.isMethodDeclaration(member) || !isVisible(member) || member.name.getText().startsWith('_')) return [];

  const kind = has(member, ts.SyntaxKind.StaticKeyword) ? 'factory' : 'method';
  return [{ className, kind, name: member.name.getText(), parameters: member.parameters.map(parameterOf) }];
}

function parameterOf(declaration: ts.ParameterDeclaration | ts.PropertySignature): Parameter {
  const type = declaration.type!.getText();
  const struct = structs.get(type.split('.').at(-1)!);
  const isOptional = declaration.questionToken !== undefined || (ts.isParameter(declaration) && declaration.initializer !== undefined);
  return { name: declaration.name.getText(), type, isOptional, props: struct?.members.filter(ts.isPropertySignature).map(parameterOf) };
}
