import { Stack } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';

/** A value as an error message shows it: tokens as the template will have them. */
export function printable(scope: IConstruct, value: unknown): string {
  const resolved = Stack.of(scope).resolve(value);
  return typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
}

/** What was passed where JavaScript lets anything through. */
export function nameOf(value: unknown): string {
  if (Construct.isConstruct(value)) return value.node.path;
  return value instanceof Object ? value.constructor.name : JSON.stringify(value);
}
