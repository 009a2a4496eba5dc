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
export function referencesIn(value: unknown): Reference[] {
  const found: Reference[] = [];
  const visit = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null) return;
    const intrinsic = intrinsicOf(inner);
    const reference = intrinsic && toReference(intrinsic);
    if (reference) found.push(reference);
    else (intrinsic?.name === 'Fn::Sub' ? partsOfSub(intrinsic.argument) : Object.values(inner)).forEach(visit);
  };
  visit(value);
  return found;
}

/** Copies a value of a template. The callback replaces each intrinsic function, `undefined` removes it as `AWS::NoValue` does. */
export function replaceIntrinsics(value: unknown, replace: (intrinsic: Intrinsic, value: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic) return replace(intrinsic, value);
  if (Array.isArray(value)) return value.map((item) => replaceIntrinsics(item, replace)).filter((item) => item !== undefined);
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const replaced = replaceIntrinsics(inner, replace);
    if (replaced !== undefined) copy[name] = replaced;
  }
  return copy;
}
