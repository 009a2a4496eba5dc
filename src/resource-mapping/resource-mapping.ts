import type { SynthesisedStack, TemplateResource } from './cloud-assembly';
import { referencesOf, textOf } from './intrinsics';
import type { StorageConfig, StorageConfigList } from './storage-configs';

/** The identifiers by which CloudFormation imports an association. */
interface AssociationIdentifier {
  readonly InstanceArn: string;
  readonly AssociationId: string;
  readonly ResourceType: string;
}

/** What `cdk import --resource-mapping` takes, and what is to be said of it. */
export interface ResourceMapping {
  /** By logical id. */
  readonly mapping: Record<string, AssociationIdentifier>;
  /** Why the import must not be done. */
  readonly problems: string[];
  /** What a person has to check before the import. */
  readonly notes: string[];
}

/** An association as the template declares it, or as Amazon Connect has it. */
interface Association {
  readonly StorageType?: unknown;
  readonly KinesisStreamConfig?: { readonly StreamArn: unknown };
  readonly KinesisFirehoseConfig?: { readonly FirehoseArn: unknown };
}

interface DeclaredAssociation extends Association {
  readonly logicalId: string;
  readonly path: string;
  readonly instanceArn: unknown;
  readonly resourceType: string;
}

/** Finds the association of the stack for each one that the instance has. CloudFormation compares nothing when it imports. */
export function resourceMapping(stack: SynthesisedStack, instanceArn: string, lists: StorageConfigList[]): ResourceMapping {
  const result: ResourceMapping = { mapping: {}, problems: [], notes: [] };
  const declared = associationsOf(stack, instanceArn);
  if (declared.length === 0) {
    result.problems.push(`the stack ${stack.name} declares no association of ${instanceArn}; associations in nested stacks can't be imported`);
  }
  for (const { resourceType, storageConfigs } of lists.filter((list) => !declared.some((one) => one.resourceType === list.resourceType))) {
    for (const config of storageConfigs) {
      result.problems.push(`${resourceType}: the instance sends it to ${described(config)}, but the stack does not declare it; pass it to `
        + `the construct, or leave ${resourceType}.json out`);
    }
  }
  for (const association of declared) {
    const { logicalId, path, resourceType } = association;
    const storageConfigs = lists.find((list) => list.resourceType === resourceType)?.storageConfigs;
    const problem = obstacleTo(association, instanceArn, storageConfigs);
    if (problem) {
      result.problems.push(`${resourceType}: ${path} ${problem}`);
    } else {
      const [existing] = storageConfigs!;
      result.mapping[logicalId] = { InstanceArn: instanceArn, AssociationId: existing.AssociationId, ResourceType: resourceType };
      result.notes.push(...toCheck(association, instanceArn, existing).map((note) => `${resourceType}: ${path} ${note}`));
    }
  }
  result.notes.push(...Object.keys(result.mapping).flatMap((logicalId) => missingFromImport(stack, logicalId, result.mapping)));
  return result;
}

function associationsOf(stack: SynthesisedStack, instanceArn: string): DeclaredAssociation[] {
  return Object.entries(stack.resources)
    .filter(([, { Type }]) => Type === 'AWS::Connect::InstanceStorageConfig')
    .map(([logicalId, { Properties: properties = {} }]) => ({
      ...properties as Association,
      logicalId,
      path: stack.pathOf(logicalId),
      instanceArn: properties.InstanceArn,
      resourceType: String(properties.ResourceType),
    }))
    .filter((association) => targetOf(association) !== undefined) // what goes to a bucket is not for streaming
    .filter((association) => [instanceArn, undefined].includes(textOf(association.instanceArn, instanceArn)));
}

/** Why an association can't be imported. */
function obstacleTo(declared: DeclaredAssociation, instanceArn: string, storageConfigs?: StorageConfig[]): string | undefined {
  if (!storageConfigs) return `is declared, but ${declared.resourceType}.json is not given`;

  const [existing, ...more] = storageConfigs;
  if (!existing || more.length > 0) {
    return `is declared, but the instance has ${storageConfigs.length} associations of this kind, and an import needs one; leave it out of the `
      + 'app until the others are imported';
  }
  const target = textOf(targetOf(declared), instanceArn);
  const differs = target !== undefined && target !== targetOf(existing);
  return existing.StorageType !== declared.StorageType || differs
    ? `goes to ${described(declared)}, but the instance sends it to ${described(existing)}; declare what is there, and change it later`
    : undefined;
}

/** What can't be compared. */
function toCheck(declared: DeclaredAssociation, instanceArn: string, existing: StorageConfig): string[] {
  const pairs = [[targetOf(declared), targetOf(existing)], [declared.instanceArn, instanceArn]];
  return pairs
    .filter(([value]) => textOf(value, instanceArn) === undefined)
    .map(([value, expected]) => `has ${JSON.stringify(value)}; check that this is ${expected}`);
}

/** What an association needs and the import does not bring: it must be deployed already. */
function missingFromImport(stack: SynthesisedStack, logicalId: string, mapping: object): string[] {
  const { DependsOn = [], Properties }: TemplateResource = stack.resources[logicalId];
  const needed = new Set([DependsOn, referencesOf(Properties)].flat().filter((id) => !(id in mapping)));
  return [...needed].map((id) => `${stack.pathOf(logicalId)} needs ${stack.pathOf(id)} (${stack.resources[id]?.Type ?? 'a parameter'}), which is not `
    + 'imported; the import fails unless it is deployed already');
}

function targetOf({ KinesisStreamConfig: stream, KinesisFirehoseConfig: firehose }: Association): unknown {
  return stream?.StreamArn ?? firehose?.FirehoseArn;
}

function described(association: Association): string {
  const target = targetOf(association);
  return [association.StorageType, typeof target === 'object' ? JSON.stringify(target) : target].filter(Boolean).join(' ');
}
