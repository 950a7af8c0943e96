import { JSON_TYPES, type JsonTypes, type Schema, type Serialization } from './api-model.js';
import { definitionOf, jsonTypesOf, type SchemaContext } from './json-types.js';
import { objectShapeOf } from './object-shape.js';

const NESTED = JSON_TYPES.array | JSON_TYPES.object;

/**
 * Whether the style of a parameter can express a value of its schema. Only `deepObject` and JSON can
 * nest (OpenAPI 3.1.1 section 4.8.12.4).
 */
export function isSayable(schema: Schema, how: Serialization, context: SchemaContext): boolean {
  if (how.isJson || how.style === 'deepObject') return true;
  const types = jsonTypesOf(schema, context);
  if (types === undefined || (types & ~(NESTED | JSON_TYPES.null)) !== 0) return true;
  const canBeList = (types & JSON_TYPES.array) !== 0 && !isNested(itemsOf(schema, context), context);
  return canBeList || ((types & JSON_TYPES.object) !== 0 && hasPlainFields(schema, context));
}

/** Whether all values of a schema are lists or objects. */
function isNested(schema: Schema, context: SchemaContext): boolean {
  const types: JsonTypes | undefined = jsonTypesOf(schema, context);
  return types !== undefined && (types & ~NESTED) === 0;
}

function itemsOf(schema: Schema, { defs }: SchemaContext): Schema {
  let at = schema;
  for (let hops = 0; hops < 20 && typeof at === 'object' && typeof at['$ref'] === 'string'; hops++) {
    at = definitionOf(at['$ref'], defs);
  }
  return typeof at === 'object' ? ((at['items'] as Schema | undefined) ?? true) : true;
}

/** Whether no required field is a list or an object, and some field is neither. Without it nothing is sent. */
function hasPlainFields(schema: Schema, context: SchemaContext): boolean {
  const shape = objectShapeOf(schema, context);
  if (shape === undefined) return true;
  const nested = [...shape.fields.values()].filter((field) => isNested(field.schema, context));
  const isSomePlain = shape.allowsOthers || nested.length < shape.fields.size;
  return isSomePlain && !nested.some(({ isRequired }) => isRequired);
}
