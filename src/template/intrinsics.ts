/** The name and the argument of an intrinsic function, such as `Fn::Join`. */
export interface Intrinsic {
  readonly name: string;
  readonly argument: unknown;
}

/** A reference to a resource, a parameter or a pseudo parameter. */
export interface Reference {
  readonly logicalId: string;
  readonly attribute?: string;
}

export function intrinsicOf(value: unknown): Intrinsic | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const names = Object.keys(value);
  if (names.length !== 1) return undefined;
  const [name] = names;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument: (value as Record<string, unknown>)[name] } : undefined;
}

/** The reference that `Ref` or `Fn::GetAtt` expresses. */
export function referenceOf(value: unknown): Reference | undefined {
  const intrinsic = intrinsicOf(value);
  return intrinsic && toReference(intrinsic);
}

function toReference({ name, argument }: Intrinsic): Reference | undefined {
  if (name === 'Ref') return { logicalId: argument as string };
  if (name !== 'Fn::GetAtt') return undefined;
  const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : argument as string[];
  return { logicalId, attribute: attribute.join('.') };
}

/** The strings and references that `Fn::Sub` concatenates. */
export function partsOfSub(argument: unknown): unknown[] {
  const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
  return text.split(/\$\{([^}]+)\}/).map((part, index) => {
    const isVariable = index % 2 === 1; // `split` alternates between text and captured names
    if (!isVariable) return part;
    if (part.startsWith('!')) return `\${${part.slice(1)}}`;
    if (part in variables) return variables[part];
    return part.includes('.') ? { 'Fn::GetAtt': part } : { Ref: part };
  });
}

/** The references in a value of a template. */
export function referencesIn(value: unknown, found: Reference[] = []): Reference[] {
  if (typeof value !== 'object' || value === null) return found;
  const intrinsic = intrinsicOf(value);
  const reference = intrinsic && toReference(intrinsic);
  if (reference) found.push(reference);
  else for (const inner of intrinsic?.name === 'Fn::Sub' ? partsOfSub(intrinsic.argument) : Object.values(value)) referencesIn(inner, found);
  return found;
}

/**
 * A value of a template in which the callback replaces each intrinsic function. `undefined` removes it as `AWS::NoValue` does. What
 * contains no intrinsic function is not copied.
 */
export function replaceIntrinsics(value: unknown, replace: (intrinsic: Intrinsic, value: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic) return replace(intrinsic, value);
  if (Array.isArray(value)) {
    const items = value.map((item) => replaceIntrinsics(item, replace));
    return items.every((item, index) => item === value[index]) ? value : items.filter((item) => item !== undefined);
  }
  let copy: Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(value)) {
    const replaced = replaceIntrinsics(inner, replace);
    if (replaced === inner) continue;
    copy ??= { ...value };
    if (replaced === undefined) delete copy[name];
    else copy[name] = replaced;
  }
  return copy ?? value;
}
