import { readFileSync } from 'fs';
import { join } from 'path';
import { type CloudAssembly, UNKNOWN_ACCOUNT, UNKNOWN_REGION } from 'aws-cdk-lib/cx-api';
import { ACCOUNT, REGION } from '../support';
import { dependenciesOf, type Template, type TemplateResource } from '../template/template';

interface FullTemplate extends Template {
  readonly Parameters?: Record<string, { readonly Default?: string }>;
  readonly Conditions?: Record<string, unknown>;
  readonly Mappings?: Record<string, Record<string, Record<string, string>>>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>;
}

/** The template of a stack or of a nested stack. */
export interface Scope {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly template: FullTemplate;
  /** The resource of the parent template that is this nested stack. */
  readonly parent?: { readonly scope: Scope; readonly logicalId: string };
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
}

/** The stacks of a synthesized app, in deployment order. */
export interface AppGraph {
  readonly stacks: StackGraph[];
  readonly scopes: Map<string, Scope>;
}

export function nodeId(scope: Scope, logicalId: string): string {
  return `${scope.name}/${logicalId}`;
}

export function graphOf(assembly: CloudAssembly): AppGraph {
  const scopes = new Map<string, Scope>();
  // `stacks` is in topological order
  const stacks = assembly.stacks.map((stack) => {
    const nodes = new Map<string, Node>();
    const { environment } = stack;
    const account = environment.account === UNKNOWN_ACCOUNT ? ACCOUNT : environment.account;
    const region = environment.region === UNKNOWN_REGION ? REGION : environment.region;
    const template = { Resources: {}, ...stack.template as object };
    addScope({ name: stack.stackName, account, region, template }, [], assembly.directory, nodes, scopes);
    return { name: stack.stackName, nodes };
  });
  return { stacks, scopes };
}

function addScope(scope: Scope, inherited: string[], directory: string, nodes: Map<string, Node>, scopes: Map<string, Scope>): void {
  scopes.set(scope.name, scope);
  for (const [logicalId, resource] of Object.entries(scope.template.Resources)) {
    const id = nodeId(scope, logicalId);
    const ownDependencies = dependenciesOf(scope.template, logicalId).map((other) => nodeId(scope, other));
    const node = { id, scope, logicalId, resource, dependencies: new Set([...inherited, ...ownDependencies]) };
    nodes.set(id, node);
    if (resource.Type !== 'AWS::CloudFormation::Stack') continue;

    // A nested stack is complete after all of its resources, and each of these waits for the dependencies of the nested stack.
    const file = join(directory, resource.Metadata!['aws:asset:path'] as string);
    const template = { Resources: {}, ...JSON.parse(readFileSync(file, 'utf8')) as object } as FullTemplate;
    const nested = { name: id, account: scope.account, region: scope.region, template, parent: { scope, logicalId } };
    const dependenciesOfNested = [...node.dependencies];
    addScope(nested, dependenciesOfNested, directory, nodes, scopes);
    Object.keys(template.Resources).forEach((inner) => node.dependencies.add(nodeId(nested, inner)));
  }
}
