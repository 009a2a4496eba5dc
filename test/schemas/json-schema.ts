import type { DataModel } from '../../src/private/data-models/data-model';
import type { Field, FieldType, Struct } from '../../src/private/data-models/field-types';

type Schema = Record<string, unknown>;

/** The JSON Schema of the records. It ignores unknown fields, and accepts null for each field that is not required. */
export function jsonSchema({ name, description, documentation, record, requiredIf }: DataModel): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    description: `${description}: ${documentation}`,
    ...structSchema(record),
    ...requiredIf && {
      if: { properties: { [requiredIf.field]: { const: requiredIf.value } }, required: [requiredIf.field] },
      then: { properties: { [requiredIf.required]: { type: 'array' } }, required: [requiredIf.required] },
    },
  };
}

function structSchema({ fields }: Struct): Schema {
  const required = Object.entries(fields).filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)])),
    ...required.length > 0 && { required },
  };
}

function fieldSchema(field: Field): Schema {
  const schema = typeSchema(field);
  if (field.kind === 'json') return schema;
  if (!field.required) return { ...schema, type: [schema.type, 'null'].flat() };
  return field.kind === 'primitive' && !field.values ? { ...schema, ...field.pattern ? { pattern: field.pattern } : { minLength: 1 } } : schema;
}

function typeSchema(type: FieldType): Schema {
  switch (type.kind) {
    case 'primitive': return { type: type.json.length === 1 ? type.json[0] : [...type.json], ...type.values && { enum: type.values } };
    case 'array': return { type: 'array', items: typeSchema(type.element) };
    case 'map': return { type: 'object', additionalProperties: fieldSchema(type.element) };
    case 'struct': return structSchema(type);
    case 'json': return {};
  }
}
