import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Creates the error that names the construct, the problem with the offending value, and the way out. */
export function errorAt(at: IConstruct | string, problem: string, wayOut: string): Error {
  return new Error(`${typeof at === 'string' ? at : at.node.path}: ${problem}; ${wayOut}`);
}

/** Adds a warning to the construct. Users acknowledge it by its id. */
export function addWarning(scope: IConstruct, id: string, problem: string, wayOut: string): void {
  Annotations.of(scope).addWarningV2(`cdk-connect-data-streaming:${id}`, `${problem}; ${wayOut}`);
}
