import { existsSync, readFileSync, statSync } from 'fs';
import { basename, dirname, join, resolve } from 'path';
import { parseYaml } from './yaml';
import { pathIn, stacksIn, type SynthesizedStack, templateOf } from '../template/cloud-assembly';

/** Reads the stacks of cloud assemblies such as `cdk.out`, and templates in JSON or YAML. */
export function readStacks(paths: readonly string[]): SynthesizedStack[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) throw new Error(`${path} does not exist; specify a cloud assembly such as cdk.out, or a template`);
    if (!statSync(path).isDirectory()) return stacksOf([path]);
    if (!existsSync(join(path, 'manifest.json'))) throw new Error(`${path} must be a cloud assembly such as cdk.out, but it contains no manifest.json`);
    return stacksIn(path);
  });
}

/** The stacks of templates. If a template is part of a cloud assembly, its manifest contains the name and the environment. */
export function stacksOf(files: readonly string[]): SynthesizedStack[] {
  const folders = [...new Set(files.map((file) => dirname(file)))].filter((folder) => existsSync(join(folder, 'manifest.json')));
  const synthesized = new Map(folders.flatMap(stacksIn).map((stack) => [resolve(stack.file), stack]));
  return files.map((file) => synthesized.get(resolve(file)) ?? stackOf(file));
}

function stackOf(file: string): SynthesizedStack {
  const template = templateOf(parse(file));
  const name = basename(file).replace(/(\.template)?\.(json|ya?ml|template)$/, '');
  return { name, stackName: name, file, template, pathOf: (logicalId) => pathIn(template.Resources[logicalId]) ?? logicalId };
}

function parse(file: string): object {
  const content = readFileSync(file, 'utf8');
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
