/** The type of a field that contains one value. */
interface Primitive {
  readonly kind: 'primitive';
  /** The type of its column. */
  readonly column: 'string' | 'int' | 'bigint' | 'double' | 'boolean';
  /** The JSON types of its values. */
  readonly json: ReadonlyArray<'string' | 'integer' | 'number' | 'boolean'>;
  /** All values that the field can have, if an unknown value means that the record is of another kind. */
  readonly values?: readonly string[];
  /** The format of its values. It is validated only if the field is required. */
  readonly pattern?: string;
}

/** Objects that do not have a fixed schema. They have no column. */
interface AnyJson {
  readonly kind: 'json';
}

/** A list, or an object with any keys. */
interface Collection {
  readonly kind: 'array' | 'map';
  readonly element: FieldType;
}

export interface Struct {
  readonly kind: 'struct';
  readonly fields: Record<string, Field>;
}

export type FieldType = Primitive | AnyJson | Collection | Struct;

/** A field of a record. A field that is not required can be missing or null. */
export type Field = FieldType & { readonly required?: true };

const primitive = (column: Primitive['column'], ...json: Primitive['json']): Primitive => ({ kind: 'primitive', column, json });

export const STRING = primitive('string', 'string');
/** ISO 8601 in UTC, which sorts by time. Hive timestamps do not support time zones. */
export const TIMESTAMP: Primitive = { ...STRING, pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}' };
export const INTEGER = primitive('int', 'integer');
export const LONG = primitive('bigint', 'integer');
export const DOUBLE = primitive('double', 'number');
export const BOOLEAN = primitive('boolean', 'boolean');
/** A value that Amazon Connect documents as an integer, and that its API returns as a string. */
export const STRING_OR_INTEGER = primitive('string', 'string', 'integer');
export const ANY_JSON: AnyJson = { kind: 'json' };

export const oneOf = (...values: string[]): Primitive => ({ ...STRING, values });
export const array = (element: FieldType): Collection => ({ kind: 'array', element });
export const map = (element: FieldType): Collection => ({ kind: 'map', element });
export const struct = (fields: Record<string, Field>): Struct => ({ kind: 'struct', fields });
export const required = <T extends FieldType>(type: T): T & { readonly required: true } => ({ ...type, required: true });
