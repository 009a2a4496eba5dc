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

/** The logical ids of the resources that a resource refers to or depends on. */
export function dependenciesOf(template: Template, logicalId: string): string[] {
  const { DependsOn = [], Properties } = template.Resources[logicalId];
  const ids = new Set([DependsOn, referencesIn(Properties).map((reference) => reference.logicalId)].flat());
  return [...ids].filter((id) => id in template.Resources);
}
