/** The parts of a CloudFormation template that the scripts and tests read. */
export interface Template {
  readonly Resources: Record<string, TemplateResource>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly Metadata?: Record<string, unknown>;
}

/** The logical ids that a resource refers to or depends on, and so waits for. */
export function dependenciesOf(template: Template, logicalId: string): string[] {
  const { DependsOn = [], Properties } = template.Resources[logicalId];
  const ids = new Set([DependsOn, referencesIn(Properties)].flat());
  return [...ids].filter((id) => id in template.Resources);
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0]];
    if (key === 'Fn::Sub') return [...JSON.stringify(inner).matchAll(/\$\{([^!.}]+)/g)].map((match) => match[1]).concat(referencesIn(inner));
    return referencesIn(inner);
  });
}

/** The resources in steps: each step needs some of the step before it, and nothing of a later one. */
export function deploymentSteps(template: Template): string[][] {
  const steps: string[][] = [];
  const waiting = new Set(Object.keys(template.Resources));
  while (waiting.size > 0) {
    const step = [...waiting].filter((id) => dependenciesOf(template, id).every((other) => !waiting.has(other)));
    if (step.length === 0) throw new Error(`these resources wait for one another: ${[...waiting].join(', ')}`);
    step.forEach((id) => waiting.delete(id));
    steps.push(step);
  }
  return steps;
}
