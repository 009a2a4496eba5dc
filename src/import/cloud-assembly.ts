import { join } from 'path';
import { readJson } from './read-json';

/** A resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
}

/** A stack of a cloud assembly. */
export interface SynthesizedStack {
  readonly name: string;
  readonly resources: Record<string, TemplateResource>;
  /** The construct path of a resource. */
  pathOf(logicalId: string): string;
}

interface Manifest {
  readonly artifacts: Record<string, Artifact>;
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  readonly properties: { readonly templateFile: string; readonly directoryName: string };
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
}

const WAY_OUT = 'synthesize the app, and specify its cloud assembly with --app';

type Metadata = Record<string, Array<{ readonly type: string; readonly data?: unknown }>>;

/** Returns the stacks of a cloud assembly such as `cdk.out`, including those of its stages. */
export function stacksIn(folder: string): SynthesizedStack[] {
  const { artifacts } = readObject(folder, 'manifest.json') as Partial<Manifest>;
  if (!artifacts) throw new Error(`${join(folder, 'manifest.json')} must be the manifest of a cloud assembly, got another file; ${WAY_OUT}`);

  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    switch (artifact.type) {
      case 'aws:cloudformation:stack': return [stackOf(folder, id, artifact)];
      case 'cdk:cloud-assembly': return stacksIn(join(folder, artifact.properties.directoryName));
      default: return [];
    }
  });
}

function stackOf(folder: string, id: string, artifact: Artifact): SynthesizedStack {
  const { Resources = {} } = readObject(folder, artifact.properties.templateFile) as { Resources?: Record<string, TemplateResource> };
  const file = artifact.additionalMetadataFile;
  const metadata = { ...artifact.metadata, ...file && readObject(folder, file) as Metadata };
  return {
    name: artifact.displayName ?? id,
    resources: Resources,
    pathOf: (logicalId) => Object.keys(metadata)
      .find((path) => metadata[path].some(({ type, data }) => type === 'aws:cdk:logicalId' && data === logicalId))?.slice(1) ?? logicalId,
  };
}

function readObject(folder: string, file: string): object {
  return Object(readJson(join(folder, file), WAY_OUT)) as object;
}
