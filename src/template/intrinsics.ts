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
  const entries = Object.entries(value) as Array<[string, unknown]>;
  if (entries.length !== 1) return undefined;
  const [[name, argument]] = entries;
  return name === 'Ref' || name.startsWith('Fn::') ? { name, argument } : undefined;
}

/** The reference that `Ref` or `Fn::GetAtt` expresses. */
export function referenceOf(value: unknown): Reference | undefined {
  const { name, argument } = intrinsicOf(value) ?? {};
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
  if (typeof value !== 'object' || value === null) return [];
  const reference = referenceOf(value);
  if (reference) return [reference];
  const { name, argument } = intrinsicOf(value) ?? {};
  return (name === 'Fn::Sub' ? partsOfSub(argument) : Object.values(value)).flatMap(referencesIn);
}

/** Copies a value of a template. The callback replaces each intrinsic function, `undefined` removes it as `AWS::NoValue` does. */
export function replaceIntrinsics(value: unknown, replace: (intrinsic: Intrinsic, value: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic) return replace(intrinsic, value);
  if (Array.isArray(value)) return value.map((item) => replaceIntrinsics(item, replace)).filter((item) => item !== undefined);
  return Object.fromEntries(Object.entries(value)
    .map(([name, inner]) => [name, replaceIntrinsics(inner, replace)] as const)
    .filter(([, inner]) => inner !== undefined));
}
