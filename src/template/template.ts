import { referencesIn } from './intrinsics';

/** A CloudFormation template. */
export interface Template {
  readonly Resources: Record<string, TemplateResource>;
  readonly Parameters?: Record<string, { readonly Type?: string; readonly Default?: string }>;
  readonly Conditions?: Record<string, unknown>;
  readonly Mappings?: Record<string, Record<string, Record<string, string>>>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Record<string, unknown>;
}

/** Writes out the loops of `Fn::ForEach`, a transform of `AWS::LanguageExtensions`. A loop over values that the template does not contain is omitted. */
export function withoutLoops(resources: Record<string, unknown>): Record<string, TemplateResource> {
  const all: Record<string, TemplateResource> = {};
  for (const [name, value] of Object.entries(resources)) {
    if (name.startsWith('Fn::ForEach::')) Object.assign(all, ...copiesIn(value as Loop));
    else if (isResource(value)) all[name] = value;
  }
  return all;
}

/** The identifier of a loop, the values that it has, and the resources that refer to it. */
type Loop = [string, unknown, Record<string, unknown>];

function copiesIn([identifier, items, body]: Loop): Array<Record<string, TemplateResource>> {
  const values = Array.isArray(items) ? items.filter((item) => typeof item === 'string') : [];
  return values.map((item) => withoutLoops(replaced(body, identifier, item) as Record<string, unknown>));
}

/** Other entries are transforms, which CloudFormation replaces by resources. */
function isResource(value: unknown): value is TemplateResource {
  return typeof (value as Partial<TemplateResource> | null)?.Type === 'string';
}

/** Copies a value with an item of a loop in the place of its identifier, as `${Identifier}`, `&{Identifier}` and `Ref`. */
function replaced(value: unknown, identifier: string, item: string): unknown {
  if (typeof value === 'string') return value.replaceAll(`\${${identifier}}`, item).replaceAll(`&{${identifier}}`, item.replace(/[^A-Za-z0-9]/g, ''));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, identifier, item));
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === 'Ref' && entries[0][1] === identifier) return item;
  return Object.fromEntries(entries.map(([name, inner]) => [replaced(name, identifier, item), replaced(inner, identifier, item)]));
}

/** The logical ids of the resources that a resource refers to or depends on. */
export function dependenciesOf(template: Template, logicalId: string): string[] {
  const { DependsOn = [], Properties } = template.Resources[logicalId];
  const ids = [DependsOn].flat().concat(referencesIn(Properties).map((reference) => reference.logicalId));
  return [...new Set(ids)].filter((id) => id in template.Resources);
}
