import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A value as an error message shows it: tokens as the template will have them. */
export function printable(scope: IConstruct, value: unknown): string {
  const resolved = Stack.of(scope).resolve(value);
  return typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
}
