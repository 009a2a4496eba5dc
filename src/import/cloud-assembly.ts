import { readFileSync } from 'fs';
import { join } from 'path';

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

type Metadata = Record<string, Array<{ readonly type: string; readonly data?: unknown }>>;

/** Returns the stacks of a cloud assembly such as `cdk.out`, including those of its stages. */
export function stacksIn(folder: string): SynthesizedStack[] {
  const { artifacts } = readJson(folder, 'manifest.json') as Manifest;
  return Object.entries(artifacts).flatMap(([id, artifact]) => {
    switch (artifact.type) {
      case 'aws:cloudformation:stack': return [stackOf(folder, id, artifact)];
      case 'cdk:cloud-assembly': return stacksIn(join(folder, artifact.properties.directoryName));
      default: return [];
    }
  });
}

function stackOf(folder: string, id: string, artifact: Artifact): SynthesizedStack {
  const { Resources = {} } = readJson(folder, artifact.properties.templateFile) as { Resources?: Record<string, TemplateResource> };
  const file = artifact.additionalMetadataFile;
  const metadata = { ...artifact.metadata, ...file && readJson(folder, file) as Metadata };
  return {
    name: artifact.displayName ?? id,
    resources: Resources,
    pathOf: (logicalId) => Object.keys(metadata)
      .find((path) => metadata[path].some(({ type, data }) => type === 'aws:cdk:logicalId' && data === logicalId))?.slice(1) ?? logicalId,
  };
}

function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}
