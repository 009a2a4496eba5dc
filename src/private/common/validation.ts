import { Stack } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { errorAt } from './errors';
import { describe } from './formatting';
import { isObject, type ValueType } from './value-types';

/** The types of all props. */
export type PropTypes<Props> = { readonly [prop in keyof Props]-?: ValueType };

const UNDEFINED_CONTEXT = 'node.tryGetContext() returns undefined if neither cdk.json nor the command line specifies the value';
const MAX_TYPING_ERRORS = 2;

/** Throws if the value of a prop or parameter does not have the type. The place is a construct or its path, or the name of a method without one. */
export function validateValue(at: IConstruct | string, name: string, value: unknown, type: ValueType): void {
  if (value === undefined && type.isOptional) return;

  if (!type.matches(value)) {
    throw errorAt(at, `${name} must be ${type.description}, got ${describe(value)}`,
      value === undefined && type.isText ? `${type.wayOut}; ${UNDEFINED_CONTEXT}` : type.wayOut);
  }
  const { elements } = type;
  if (elements) (value as unknown[]).forEach((element, index) => validateValue(at, `${name}[${index}]`, element, elements));
}

/** Throws if a prop does not have its type, or if its name is misspelled. */
export function validateProps<Props extends object>(at: IConstruct | string, props: Props, types: PropTypes<Props>, what = 'props'): void {
  const names = Object.keys(types);
  validateValue(at, what, props, {
    description: 'an object with the documented properties',
    wayOut: `specify an object with ${names.join(', ')}`,
    matches: (value) => isObject(value) && !Construct.isConstruct(value) && (isPlainObject(value) || hasOnly(value, names)),
  });
  for (const [name, type] of Object.entries<ValueType>(types)) validateValue(at, name, (props as Record<string, unknown>)[name], type);

  for (const [unknown, value] of Object.entries(props).filter(([name]) => !names.includes(name))) {
    const intended = names.filter((name) => typingErrors(unknown.toLowerCase(), name.toLowerCase()) <= MAX_TYPING_ERRORS);
    const possible = Object.entries<ValueType>(types).filter(([, type]) => type.isOfLibrary && type.matches(value)).map(([name]) => name);
    const [alternative] = [intended, possible].filter(({ length }) => length > 0);
    if (alternative) throw errorAt(at, `${what} cannot contain ${unknown}, got ${describe(value)}`, `specify ${alternative.join(' or ')} instead`);
  }
}

/** Throws if the value has other properties than those of the types. Only for props that no other class extends. */
export function validateOnly<Props extends object>(at: IConstruct | string, props: Props, types: PropTypes<Props>): void {
  validateProps(at, props, types);
  const unknown = Object.keys(props).find((name) => !(name in types));
  if (unknown) throw errorAt(at, `props cannot contain ${unknown}, got ${describe((props as Record<string, unknown>)[unknown])}`, `specify ${Object.keys(types).join(', ')} only`);
}

/** Validates the first arguments of a construct. Returns them for the constructor of the base class. */
export function scopeAndId(name: string, scope: Construct, id: string): [Construct, string] {
  validateValue(name, 'scope', scope, {
    description: 'a construct in a stack',
    wayOut: 'specify the stack, or another construct that it contains',
    matches: (value) => Construct.isConstruct(value) && value.node.scopes.some((one) => Stack.isStack(one)),
  });
  validateValue(scope, 'id', id, {
    description: 'a string that is not empty',
    wayOut: `specify an id such as '${name.split('.')[0]}'`,
    matches: (value) => typeof value === 'string' && value !== '',
  });
  return [scope, id];
}

/** Creates a construct of AWS CDK. Adds the path and the way out to its error. */
export function create<T>(scope: IConstruct, what: string, construct: () => T): T {
  try {
    return construct();
  } catch (error) {
    throw errorAt(scope, `${what} must be valid, got the error "${(error as Error).message}"`, `change the props of ${what}`);
  }
}

/** An object that is bound to a resource, such as an alarm action. */
interface Bindable<Args extends unknown[], Result extends object> {
  bind(...args: Args): Result;
}

/** Throws when the object is bound unless the result has the property. Objects of other services also have a method `bind()`. */
export function bindingTo<Args extends unknown[], Result extends object>(
  at: IConstruct, name: string, value: Bindable<Args, Result>, type: ValueType, property: RegExp,
): Bindable<Args, Result> {
  return {
    bind: (...args) => {
      const result = value.bind(...args);
      validateValue(at, name, value, { ...type, matches: () => isObject(result) && Object.keys(result).some((key) => property.test(key)) });
      return result;
    },
  };
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether an object of a class has props, and nothing else. */
function hasOnly(value: object, names: string[]): boolean {
  return names.some((name) => name in value) && Object.keys(value).every((key) => names.includes(key));
}

/** The number of characters to insert, remove or replace to turn one text into the other. */
function typingErrors(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of [...one].entries()) {
    row = row.reduce<number[]>((next, above, column) => [
      ...next,
      column === 0 ? index + 1 : Math.min(above + 1, next[column - 1] + 1, row[column - 1] + (character === other[column - 1] ? 0 : 1)),
    ], []);
  }
  return row[other.length];
}
