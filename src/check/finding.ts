import type { Node } from './simulation/deployment-graph';

/** Something in a template that would lose records, or that prevents a deployment. */
export interface Finding {
  /** The id of the rule. */
  readonly rule: string;
  /** `info` means that the templates do not contain enough to determine whether records are lost. */
  readonly severity: 'error' | 'warning' | 'info';
  /** The file of the template. */
  readonly template: string;
  readonly logicalId: string;
  /** The construct path of the resource, or its logical id. */
  readonly path: string;
  /** What would be lost, and when. */
  readonly message: string;
  /** How to prevent it. */
  readonly fix: string;
}

/** A finding about a resource. */
export function findingAt({ scope, logicalId }: Pick<Node, 'scope' | 'logicalId'>, rest: Pick<Finding, 'rule' | 'message' | 'fix'> & Partial<Finding>): Finding {
  return { severity: 'error', template: scope.file, logicalId, path: scope.pathOf(logicalId), ...rest };
}

export function pathOf({ scope, logicalId }: Pick<Node, 'scope' | 'logicalId'>): string {
  return scope.pathOf(logicalId);
}
