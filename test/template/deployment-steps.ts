import { dependenciesOf, type Template } from '../../src/template/template';

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
