import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const ID_PREFIX = 'cdk-connect-data-streaming:';

/** Creates the error that names the construct, the problem with the offending value, and the way out. */
export function errorAt(at: IConstruct | string, problem: string, wayOut: string): Error {
  return new Error(`${typeof at === 'string' ? at : at.node.path}: ${problem}; ${wayOut}`);
}

/** Adds an error to the construct, which prevents the deployment of its stack. */
export function addError(scope: IConstruct, id: string, { message }: Error): void {
  Validations.of(scope).addError(`${ID_PREFIX}${id}`, message);
}

/** Adds a warning to the construct. Users acknowledge it by its id. */
export function addWarning(scope: IConstruct, id: string, problem: string, wayOut: string): void {
  Validations.of(scope).addWarning(`${ID_PREFIX}${id}`, `${problem}; ${wayOut}`);
}
