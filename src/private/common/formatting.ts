import { Stack } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { tokensIn } from './tokens';

/** Formats a value for a message. Tokens appear as in the template, except lazy values, whose value can still change. */
export function format(scope: IConstruct, value: unknown): string {
  const resolved: unknown = tokensIn(scope, value).isLazy ? value : Stack.of(scope).resolve(value);
  return typeof resolved === 'string' ? resolved : JSON.stringify(resolved);
}

/** Describes a value of the wrong type: the path of a construct, the class of another object, the names in a literal. */
export function describe(value: unknown): string {
  if (Construct.isConstruct(value)) return value.node.path || value.constructor.name;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `the function ${value.name}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return isClassInstance(value) ? value.constructor.name || 'an object' : `{ ${Object.keys(value).join(', ')} }`.replace('{  }', '{}');
}

function isClassInstance(value: object): boolean {
  return typeof value.constructor === 'function' && value.constructor.name !== 'Object';
}
