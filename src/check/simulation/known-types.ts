import { intrinsicOf, partsOfSub } from '../../template/intrinsics';
import type { TemplateResource } from '../../template/template';

type Properties = Record<string, unknown>;

export function isCustomResource(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/** Returns a custom resource that creates an association as an association, and one of `AwsCustomResource` with its usual type. */
export function asKnownType(resource: TemplateResource): TemplateResource {
  if (!isCustomResource(resource.Type)) return resource;
  const properties = resource.Properties ?? {};
  const { Parameters: parameters, Create: create, Update: update } = properties;
  const association = associationIn(properties) ?? associationIn(parameters) ?? associationIn(parametersOf(create ?? update));
  if (association) return { ...resource, Type: 'AWS::Connect::InstanceStorageConfig', Properties: association };
  return 'InstallLatestAwsSdk' in properties ? { ...resource, Type: 'Custom::AWS' } : resource;
}

/** The association that the properties of a custom resource describe, as the resource type of CloudFormation or the API of Amazon Connect does. */
function associationIn(properties: unknown): Properties | undefined {
  if (!Object.keys(Object(properties) as object).some((name) => /^instance(Arn|Id)$/i.test(name))) return undefined;
  const { InstanceArn, InstanceId, ResourceType, StorageConfig, ...rest } = capitalized(properties) as Properties;
  const config = (StorageConfig ?? rest) as Properties;
  return ResourceType && config.StorageType ? { InstanceArn: InstanceArn ?? InstanceId, ResourceType, ...config } : undefined;
}

function capitalized(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || intrinsicOf(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, capitalized(inner)]));
}

/** The parameters of a call that creates an association. */
function parametersOf(call: unknown): unknown {
  const parts = partsOf(call);
  if (!parts.some((part) => typeof part === 'string' && /"associateInstanceStorageConfig/i.test(part))) return undefined;
  const references: unknown[] = [];
  const text = parts.map((part) => typeof part === 'string' ? part : `\uE000${references.push(part) - 1}\uE001`).join('');
  try {
    return restored((JSON.parse(text) as Properties).parameters, references);
  } catch {
    return undefined;
  }
}

/** The texts and references that a value concatenates. */
function partsOf(value: unknown): unknown[] {
  const { name, argument } = intrinsicOf(value) ?? {};
  switch (name) {
    case 'Fn::Join': return (argument as [string, unknown[]])[1];
    case 'Fn::Sub': return partsOfSub(argument);
    default: return [value];
  }
}

/** Copies a value with the references in the place of their numbers. */
function restored(value: unknown, references: unknown[]): unknown {
  if (typeof value === 'object') return Object.fromEntries(Object.entries(Object(value) as object).map(([name, inner]) => [name, restored(inner, references)]));
  const parts = String(value).split(/\uE000(\d+)\uE001/).map((part, index) => index % 2 === 1 ? references[Number(part)] : part).filter((part) => part !== '');
  return parts.length === 1 ? parts[0] : { 'Fn::Join': ['', parts] };
}
