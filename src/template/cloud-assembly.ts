import { join } from 'path';
import { readJson } from './read-json';
import { type Template, type TemplateResource, withoutLoops } from './template';

/** A stack with its template. */
export interface SynthesizedStack {
  /** The name that `cdk list` shows. */
  readonly name: string;
  readonly stackName: string;
  /** The file of the template. */
  readonly file: string;
  readonly template: Template;
  /** Undefined if the stack can be deployed to any account. */
  readonly account?: string;
  /** Undefined if the stack can be deployed to any Region. */
  readonly region?: string;
  /** The names of the stacks that are deployed before. Undefined without a manifest. */
  readonly dependencies?: readonly string[];
  /** The construct path of a resource. */
  pathOf(logicalId: string): string;
}

interface Manifest {
  readonly artifacts: Record<string, Artifact>;
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly environment?: string;
  readonly dependencies?: string[];
  readonly properties: { readonly templateFile: string; readonly directoryName: string; readonly stackName?: string };
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
}

const WAY_OUT = 'synthesize the app, and specify its cloud assembly';

type Metadata = Record<string, Array<{ readonly type: string; readonly data?: unknown }>>;

/** Returns the stacks of a cloud assembly such as `cdk.out`, including those of its stages, in the order of their deployment. */
export function stacksIn(folder: string): SynthesizedStack[] {
  const { artifacts } = readObject(folder, 'manifest.json') as Partial<Manifest>;
  if (!artifacts) throw new Error(`${join(folder, 'manifest.json')} must be the manifest of a cloud assembly, got another file; ${WAY_OUT}`);

  return inDeploymentOrder(artifacts).flatMap((id) => {
    const artifact = artifacts[id];
    switch (artifact.type) {
      case 'aws:cloudformation:stack': return [stackOf(folder, id, artifacts)];
      case 'cdk:cloud-assembly': return stacksIn(join(folder, artifact.properties.directoryName));
      default: return [];
    }
  });
}

function inDeploymentOrder(artifacts: Record<string, Artifact>): string[] {
  const ordered = new Set<string>();
  const visit = (id: string): void => {
    if (ordered.has(id) || !(id in artifacts)) return;
    artifacts[id].dependencies?.forEach(visit);
    ordered.add(id);
  };
  Object.keys(artifacts).forEach(visit);
  return [...ordered];
}

function stackOf(folder: string, id: string, artifacts: Record<string, Artifact>): SynthesizedStack {
  const artifact = artifacts[id];
  const file = join(folder, artifact.properties.templateFile);
  const template = templateOf(readObject(folder, artifact.properties.templateFile));
  const [account, region] = artifact.environment?.replace(/^aws:\/\//, '').split('/') ?? [];
  let paths: Map<string, string> | undefined;
  return {
    name: artifact.displayName ?? id,
    stackName: artifact.properties.stackName ?? id,
    file,
    template,
    account: account?.startsWith('unknown') ? undefined : account,
    region: region?.startsWith('unknown') ? undefined : region,
    dependencies: (artifact.dependencies ?? []).map((other) => artifacts[other]?.properties?.stackName ?? other),
    pathOf: (logicalId) => pathIn(template.Resources[logicalId]) ?? (paths ??= pathsIn(folder, artifact)).get(logicalId) ?? logicalId,
  };
}

/** The construct path that the metadata of a resource contains. */
export function pathIn(resource?: TemplateResource): string | undefined {
  const path = resource?.Metadata?.['aws:cdk:path'];
  return typeof path === 'string' ? path : undefined;
}

function pathsIn(folder: string, { metadata, additionalMetadataFile }: Artifact): Map<string, string> {
  const all = { ...metadata, ...additionalMetadataFile && readObject(folder, additionalMetadataFile) as Metadata };
  return new Map(Object.entries(all).flatMap(([path, entries]) => entries
    .filter(({ type }) => type === 'aws:cdk:logicalId')
    .map(({ data }) => [String(data), path.slice(1)] as const)));
}

/** A template, which contains resources only if the app defines some. */
export function templateOf(content: unknown): Template {
  const template = content as Partial<Template>;
  return { ...template, Resources: withoutLoops(template.Resources ?? {}) };
}

export function readObject(folder: string, file: string): object {
  return Object(readJson(join(folder, file), WAY_OUT)) as object;
}
