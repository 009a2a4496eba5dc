import { existsSync, readdirSync } from 'fs';
import { basename, dirname, join } from 'path';
import { asKnownType } from './known-types';
import { pathIn, readObject, type SynthesizedStack, templateOf } from '../../template/cloud-assembly';
import { dependenciesOf, type Template, type TemplateResource } from '../../template/template';

/** The template of a stack or of a nested stack. */
export interface Scope {
  readonly name: string;
  readonly file: string;
  readonly account?: string;
  readonly region?: string;
  readonly template: Template;
  /** The resource of the parent template that is this nested stack. */
  readonly parent?: { readonly scope: Scope; readonly logicalId: string };
  /** The construct path of a resource. */
  pathOf(logicalId: string): string;
}

export interface Node {
  readonly id: string;
  readonly scope: Scope;
  readonly logicalId: string;
  readonly resource: TemplateResource;
  /** The ids of the nodes that must be deployed before this one. */
  readonly dependencies: Set<string>;
}

/** The resources of a stack and of its nested stacks. */
export interface StackGraph {
  readonly name: string;
  readonly nodes: Map<string, Node>;
  /** The names of the stacks that are deployed before, directly or indirectly. Undefined if the order is given only by the list of stacks. */
  readonly dependencies?: ReadonlySet<string>;
}

/** The stacks that are deployed together, in deployment order. */
export interface DeploymentGraph {
  readonly stacks: StackGraph[];
  readonly scopes: Map<string, Scope>;
}

export const NOTHING: DeploymentGraph = { stacks: [], scopes: new Map() };

export function nodeId(scope: Scope, logicalId: string): string {
  return `${scope.name}/${logicalId}`;
}

export function deploymentGraph(synthesized: readonly SynthesizedStack[]): DeploymentGraph {
  const scopes = new Map<string, Scope>();
  const before = new Map<string, ReadonlySet<string>>();
  const stacks = synthesized.map(({ stackName: name, file, account, region, template, pathOf, dependencies }) => {
    const nodes = new Map<string, Node>();
    addScope({ name, file, account, region, template, pathOf }, [], nodes, scopes);
    if (!dependencies) return { name, nodes };
    const all = new Set(dependencies.flatMap((other) => [other, ...before.get(other) ?? []]));
    before.set(name, all);
    return { name, nodes, dependencies: all };
  });
  return { stacks, scopes };
}

function addScope(scope: Scope, inherited: string[], nodes: Map<string, Node>, scopes: Map<string, Scope>): void {
  scopes.set(scope.name, scope);
  const resources = Object.entries(scope.template.Resources);
  const ids = new Map(resources.map(([logicalId]) => [logicalId, nodeId(scope, logicalId)]));
  for (const [logicalId, content] of resources) {
    const resource = asKnownType(content);
    const id = ids.get(logicalId)!;
    const ownDependencies = dependenciesOf(scope.template, logicalId).map((other) => ids.get(other)!);
    const node = { id, scope, logicalId, resource, dependencies: new Set([...inherited, ...ownDependencies]) };
    nodes.set(id, node);
    const nested = nestedScope(scope, logicalId, resource);
    if (!nested) continue;

    // A nested stack is complete after all of its resources, and each of these waits for the dependencies of the nested stack.
    const dependenciesOfNested = [...node.dependencies];
    addScope(nested, dependenciesOfNested, nodes, scopes);
    Object.keys(nested.template.Resources).forEach((inner) => node.dependencies.add(nodeId(nested, inner)));
  }
}

/** The nested stack that a resource is, if its template is a file asset of the cloud assembly. */
function nestedScope(parent: Scope, logicalId: string, resource: TemplateResource): Scope | undefined {
  const file = resource.Type === 'AWS::CloudFormation::Stack' ? nestedTemplateFile(dirname(parent.file), resource) : undefined;
  if (!file) return undefined;
  const template = templateOf(readObject(dirname(file), basename(file)));
  return {
    ...parent,
    name: nodeId(parent, logicalId),
    file,
    template,
    parent: { scope: parent, logicalId },
    pathOf: (inner) => pathIn(template.Resources[inner]) ?? `${parent.pathOf(logicalId)}/${inner}`,
  };
}

interface AssetManifest {
  readonly files?: Record<string, { readonly source: { readonly path?: string } }>;
}

function nestedTemplateFile(folder: string, { Metadata, Properties }: TemplateResource): string | undefined {
  const path = Metadata?.['aws:asset:path'] as string | undefined;
  if (path) return join(folder, path);

  const hash = /[0-9a-f]{64}/.exec(JSON.stringify(Properties?.TemplateURL ?? ''))?.[0];
  if (!hash || !existsSync(folder)) return undefined;
  for (const manifest of readdirSync(folder).filter((file) => file.endsWith('.assets.json'))) {
    const source = (readObject(folder, manifest) as AssetManifest).files?.[hash]?.source.path;
    if (source) return join(folder, basename(source));
  }
  return undefined;
}
