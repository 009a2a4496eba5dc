import { textOf } from './intrinsics';
import type { StorageConfig, StorageConfigList } from './storage-configs';
import { DATA_TYPES } from '../private/common/data-types';
import type { SynthesizedStack } from '../template/cloud-assembly';
import { referencesIn } from '../template/intrinsics';

/** The primary identifier of an association in CloudFormation. */
interface AssociationIdentifier {
  readonly InstanceArn: string;
  readonly AssociationId: string;
  readonly ResourceType: string;
}

/** The input of `cdk import --resource-mapping`, and the findings about it. */
export interface ResourceMapping {
  /** The identifiers by logical id. */
  readonly mapping: Record<string, AssociationIdentifier>;
  /** The reasons why the associations cannot be imported. */
  readonly problems: string[];
  /** What you must check before the import. */
  readonly notes: string[];
}

/** An association, as declared in the template or as returned by Amazon Connect. */
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

/** Maps the associations of the stack to those of the instance, and compares them, because CloudFormation does not compare them on import. */
export function resourceMapping(stack: SynthesizedStack, instanceArn: string, lists: StorageConfigList[]): ResourceMapping {
  const result: ResourceMapping = { mapping: {}, problems: [], notes: [] };
  const declared = associationsOf(stack, instanceArn);
  if (declared.length === 0) {
    result.problems.push(`the stack ${stack.name} must declare associations of ${instanceArn}, got none; associations in nested stacks cannot be imported`);
  }
  for (const { resourceType, storageConfigs } of lists.filter((list) => !declared.some((one) => one.resourceType === list.resourceType))) {
    for (const config of storageConfigs) {
      const isStreamed = DATA_TYPES.some((dataType) => dataType.resourceType === resourceType);
      result.problems.push(`${resourceType}: the instance sends it to ${described(config)}, but the stack does not declare the association; `
        + `${isStreamed ? 'add the destination to the construct, or ' : ''}omit ${resourceType}.json`);
    }
  }
  for (const association of declared) {
    const { logicalId, path, resourceType } = association;
    const others = declared.filter((other) => other.resourceType === resourceType && other !== association);
    if (others.length > 0) {
      result.problems.push(`${resourceType}: cannot determine which of the associations of the stack is that of ${instanceArn}, got ${path} and `
        + `${others.map((other) => other.path).join(' and ')}; specify the instance of each by its ARN until the import`);
      continue;
    }
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

/** Returns the associations that are of the instance, or can be. Those of an unknown instance cannot be if another one of the type is. */
function associationsOf(stack: SynthesizedStack, instanceArn: string): DeclaredAssociation[] {
  const isKnown = (association: DeclaredAssociation) => textOf(association.instanceArn, instanceArn) === instanceArn;
  const candidates = Object.entries(stack.template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Connect::InstanceStorageConfig')
    .map(([logicalId, { Properties: properties = {} }]) => ({
      ...properties as Association,
      logicalId,
      path: stack.pathOf(logicalId),
      instanceArn: properties.InstanceArn,
      resourceType: String(properties.ResourceType),
    }))
    .filter((association) => destinationOf(association) !== undefined) // other associations store data instead of streaming it
    .filter((association) => [instanceArn, undefined].includes(textOf(association.instanceArn, instanceArn)));
  return candidates.filter((one) => isKnown(one) || !candidates.some((other) => other.resourceType === one.resourceType && isKnown(other)));
}

/** Returns the reason why an association cannot be imported. */
function obstacleTo(declared: DeclaredAssociation, instanceArn: string, storageConfigs?: StorageConfig[]): string | undefined {
  if (!storageConfigs) return `is declared in the stack, but ${declared.resourceType}.json is missing; specify the file`;

  const [existing, ...more] = storageConfigs;
  if (!existing || more.length > 0) {
    return `is declared in the stack, but the instance has ${storageConfigs.length} associations of this resource type, and the import requires exactly one; `
      + 'remove it from the app until the other associations are imported';
  }
  const destination = textOf(destinationOf(declared), instanceArn);
  const differs = destination !== undefined && destination !== destinationOf(existing);
  return existing.StorageType !== declared.StorageType || differs
    ? `has the destination ${described(declared)}, but the instance sends it to ${described(existing)}; declare the existing destination, and change it `
      + 'after the import'
    : undefined;
}

/** Returns the values that cannot be compared. */
function toCheck(declared: DeclaredAssociation, instanceArn: string, existing: StorageConfig): string[] {
  const pairs = [[destinationOf(declared), destinationOf(existing)], [declared.instanceArn, instanceArn]];
  return pairs
    .filter(([value]) => textOf(value, instanceArn) === undefined)
    .map(([value, expected]) => `has the value ${JSON.stringify(value)}; check that it is ${expected}`);
}

/** Returns the resources that an association depends on and that are not imported. They must be deployed before. */
function missingFromImport(stack: SynthesizedStack, logicalId: string, mapping: object): string[] {
  const { DependsOn = [], Properties } = stack.template.Resources[logicalId];
  const referenced = referencesIn(Properties).map((reference) => reference.logicalId).filter((id) => !id.startsWith('AWS::'));
  const needed = new Set([DependsOn, referenced].flat().filter((id) => !(id in mapping)));
  return [...needed].map((id) => `${stack.pathOf(logicalId)} depends on ${stack.pathOf(id)} (${stack.template.Resources[id]?.Type ?? 'a parameter'}), which is not `
    + 'imported; the import fails unless it is deployed already');
}

function destinationOf({ KinesisStreamConfig: stream, KinesisFirehoseConfig: firehose }: Association): unknown {
  return stream?.StreamArn ?? firehose?.FirehoseArn;
}

function described(association: Association): string {
  const destination = destinationOf(association);
  return [association.StorageType, typeof destination === 'object' ? JSON.stringify(destination) : destination].filter(Boolean).join(' ');
}
