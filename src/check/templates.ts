import { existsSync, readdirSync, readFileSync, statSync } from 'fs';
import { basename, dirname, join, resolve } from 'path';
import { parseYaml } from './yaml';
import { pathIn, stacksIn, type SynthesizedStack, templateOf } from '../template/cloud-assembly';

const TEMPLATE = /(\.template)?\.(json|ya?ml|template)$/;

/** Reads the stacks of cloud assemblies such as `cdk.out`, and templates in JSON or YAML. A folder can also contain templates only. */
export function readStacks(paths: readonly string[]): SynthesizedStack[] {
  return inOrderOfExports(paths.flatMap((path) => {
    if (!existsSync(path)) throw new Error(`${path} does not exist; specify a cloud assembly such as cdk.out, or a template`);
    if (!statSync(path).isDirectory()) return stacksOf([path]);
    return existsSync(join(path, 'manifest.json')) ? stacksIn(path) : stacksOf(templatesIn(path));
  }));
}

function templatesIn(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => TEMPLATE.test(file)).sort();
  if (files.length === 0) throw new Error(`${folder} must be a cloud assembly such as cdk.out, or contain templates, but it contains no manifest.json and no template`);
  return files.map((file) => join(folder, file));
}

/** The stacks in their order, except that a stack comes after those whose exports it imports. A cloud assembly is in this order. */
export function inOrderOfExports(stacks: readonly SynthesizedStack[]): SynthesizedStack[] {
  const exporters = new Map(stacks.flatMap((stack) => Object.values(stack.template.Outputs ?? {})
    .map((output) => [exportName(output.Export?.Name, stack), stack] as const)));
  const ordered = new Set<SynthesizedStack>();
  const visiting = new Set<SynthesizedStack>();
  const visit = (stack?: SynthesizedStack): void => {
    if (!stack || visiting.has(stack)) return;
    visiting.add(stack);
    if (!stack.dependencies) importsIn(stack.template.Resources).forEach((name) => visit(exporters.get(exportName(name, stack))));
    ordered.add(stack);
  };
  stacks.forEach(visit);
  return [...ordered];
}

/** The arguments of `Fn::ImportValue` in a value. */
function importsIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => name === 'Fn::ImportValue' ? [inner] : importsIn(inner));
}

/** The name of an export as text, in which only the name of the stack is resolved. */
function exportName(name: unknown, { stackName }: SynthesizedStack): string {
  const { 'Fn::Sub': text = name } = Object(name) as { 'Fn::Sub'?: unknown };
  return JSON.stringify({ text }).replaceAll('${AWS::StackName}', stackName);
}

/** The stacks of templates. If a template is part of a cloud assembly, its manifest contains the name and the environment. */
export function stacksOf(files: readonly string[]): SynthesizedStack[] {
  const folders = [...new Set(files.map((file) => dirname(file)))].filter((folder) => existsSync(join(folder, 'manifest.json')));
  const synthesized = new Map(folders.flatMap(stacksIn).map((stack) => [resolve(stack.file), stack]));
  return files.map((file) => synthesized.get(resolve(file)) ?? stackOf(file));
}

function stackOf(file: string): SynthesizedStack {
  const template = templateOf(parse(file));
  const name = basename(file).replace(TEMPLATE, '');
  return { name, stackName: name, file, template, pathOf: (logicalId) => pathIn(template.Resources[logicalId]) ?? logicalId };
}

function parse(file: string): object {
  const content = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const parsed = parseText(file, content);
  const { TemplateBody: body } = Object(parsed) as { TemplateBody?: unknown }; // the output of `aws cloudformation get-template`
  const template = typeof body === 'string' ? parseText(file, body) : body ?? parsed;
  const isTemplate = typeof template === 'object' && template !== null && 'Resources' in template;
  if (!isTemplate) throw new Error(`${file} must be a CloudFormation template, but it has no Resources`);
  return template;
}

function parseText(file: string, content: string): unknown {
  return content.trimStart().startsWith('{') ? parseJson(file, content) : parseYaml(file, content);
}

function parseJson(file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Error(`${file} must contain JSON: ${(error as Error).message}`);
  }
}
