import { Stack } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { tokensIn } from './tokens';

/** Formats a value for a message. Tokens appear as in the template, except lazy values, whose value can still change. */
export function format(scope: IConstruct, value: unknown): string {
  const resolved: unknown = tokensIn(scope, value).isLazy ? value : Stack.of(scope).resolve(value);
  return typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
}

/** Describes a value of the wrong type, which JavaScript does not prevent: the path of a construct, the class of another object. */
export function describe(value: unknown): string {
  if (Construct.isConstruct(value)) return value.node.path;
  return value instanceof Object ? value.constructor.name : JSON.stringify(value);
}
