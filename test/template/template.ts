import { referencesIn } from './intrinsics';

/** The parts of a CloudFormation template that the scripts and tests read. */
export interface Template {
  readonly Resources: Record<string, TemplateResource>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
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

/** The resources by deployment step. Each resource depends on resources of earlier steps only. */
export function deploymentSteps(template: Template): string[][] {
  const steps: string[][] = [];
  const waiting = new Set(Object.keys(template.Resources));
  while (waiting.size > 0) {
    const step = [...waiting].filter((id) => dependenciesOf(template, id).every((other) => !waiting.has(other)));
    if (step.length === 0) throw new Error(`circular dependency between resources: ${[...waiting].join(', ')}`);
    step.forEach((id) => waiting.delete(id));
    steps.push(step);
  }
  return steps;
}
