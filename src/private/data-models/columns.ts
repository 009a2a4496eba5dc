import type { DataModel } from './data-model';
import type { FieldType, Struct } from './field-types';

interface Column {
  readonly name: string;
  readonly type: string;
}

/** The columns of an AWS Glue table for the records. Fields that do not have a fixed schema are omitted. */
export function columnsOf({ record }: DataModel): Column[] {
  return Object.entries(columnTypes(record)).map(([name, type]) => ({ name, type }));
}

/** Hive, and therefore AWS Glue and Athena, support lowercase names only. */
function columnTypes({ fields }: Struct): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, field]) => {
    const type = columnType(field);
    return type ? [[name.toLowerCase(), type]] : [];
  }));
}

function columnType(type: FieldType): string | undefined {
  switch (type.kind) {
    case 'primitive': return type.column;
    case 'array': return `array<${columnType(type.element)}>`;
    case 'map': return `map<string,${columnType(type.element)}>`;
    case 'struct': return `struct<${Object.entries(columnTypes(type)).map((field) => field.join(':')).join(',')}>`;
    case 'json': return undefined;
  }
}
