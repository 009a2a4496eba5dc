type Primitive = 'string' | 'int' | 'bigint' | 'double' | 'boolean';

/** A column type of a Glue table. */
export type HiveType =
  | { readonly kind: 'primitive'; readonly name: Primitive }
  | { readonly kind: 'array' | 'map'; readonly value: HiveType }
  | { readonly kind: 'struct'; readonly fields: Record<string, HiveType> };

const IN_DUCKDB: Record<Primitive, string> = { string: 'VARCHAR', int: 'INTEGER', bigint: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN' };

export function parseType(text: string): HiveType {
  const tokens = text.match(/[<>,:]|[a-z0-9_]+/g) ?? [];
  if (tokens.join('') !== text) throw new Error(`type must be a Glue column type, got ${text}`);
  const take = (expected?: string): string => {
    const token = tokens.shift();
    if (token === undefined || (expected !== undefined && token !== expected)) throw new Error(`missing ${expected} in ${text}`);
    return token;
  };

  const type = (): HiveType => {
    const name = take();
    if (name in IN_DUCKDB) return { kind: 'primitive', name: name as Primitive };
    take('<');
    const parsed = nested(name);
    take('>');
    return parsed;
  };
  const nested = (name: string): HiveType => {
    if (name === 'array') return { kind: 'array', value: type() };
    if (name === 'map') {
      take('string');
      take(',');
      return { kind: 'map', value: type() };
    }
    if (name !== 'struct') throw new Error(`unknown type ${name} in ${text}`);
    const fields: Record<string, HiveType> = {};
    do {
      const field = take();
      take(':');
      fields[field] = type();
    } while (tokens[0] === ',' && take());
    return { kind: 'struct', fields };
  };

  const parsed = type();
  if (tokens.length > 0) throw new Error(`unexpected ${tokens.join('')} in ${text}`);
  return parsed;
}

export function duckDbType(type: HiveType): string {
  switch (type.kind) {
    case 'primitive': return IN_DUCKDB[type.name];
    case 'array': return `${duckDbType(type.value)}[]`;
    case 'map': return `MAP(VARCHAR, ${duckDbType(type.value)})`;
    case 'struct': return `STRUCT(${Object.entries(type.fields).map(([name, field]) => `"${name}" ${duckDbType(field)}`).join(', ')})`;
  }
}

/**
 * Deserializes a JSON value as the Hive JSON SerDe does: names of columns and fields are case-insensitive, unknown names are
 * ignored, keys of maps keep their case, and a value of the wrong type is an error.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
 */
export function deserialize(type: HiveType, value: unknown, path = ''): unknown {
  if (value === null || value === undefined) return null;
  const fail = (): never => { throw new Error(`HIVE_BAD_DATA: ${path} is ${JSON.stringify(value)}, not ${duckDbType(type)}`); };
  switch (type.kind) {
    case 'primitive':
      if (typeof value === 'object') return fail();
      if (type.name === 'string') return String(value);
      if (type.name === 'boolean') return String(value).toLowerCase() === 'true';
      if (typeof value !== 'number') return fail();
      if (type.name !== 'double' && !Number.isInteger(value)) return fail();
      return type.name === 'int' && Math.abs(value) >= 2 ** 31 ? fail() : value;
    case 'array':
      return Array.isArray(value) ? value.map((element, index) => deserialize(type.value, element, `${path}[${index}]`)) : fail();
    case 'map':
      return isObject(value) ? mapEntries(value, ([key, inner]) => [key, deserialize(type.value, inner, `${path}.${key}`)]) : fail();
    case 'struct':
      return isObject(value)
        ? Object.fromEntries(Object.entries(value)
          .map(([key, inner]) => [key.toLowerCase(), inner] as const)
          .filter(([key]) => Object.hasOwn(type.fields, key))
          .map(([key, inner]) => [key, deserialize(type.fields[key], inner, `${path}.${key}`)]))
        : fail();
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && !Array.isArray(value);
}

function mapEntries(value: object, change: (entry: [string, unknown]) => [string, unknown]): object {
  return Object.fromEntries(Object.entries(value).map(change));
}
