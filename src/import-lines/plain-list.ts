import { JSON_TYPES, type Schema } from '../openapi/model/api-model.js';
import { definitionOf, jsonTypesOf, type SchemaContext, schemasIn } from '../openapi/model/json-types.js';
import { isScalarOnly } from './value-style.js';

const MAX_HOPS = 20;

/** Whether each list that a schema allows has only texts, numbers and booleans. */
export function isPlainList(schema: Schema, context: SchemaContext, hops = 0): boolean {
  // The budget ends the search in a cycle with branches.
  if (typeof schema === 'boolean' || hops > MAX_HOPS || context.budget.steps-- <= 0) return false;
  const { $ref, anyOf, oneOf, allOf, items } = schema;
  if (items !== undefined) return isScalarOnly(jsonTypesOf(items as Schema, context));
  if (typeof $ref === 'string') return isPlainList(definitionOf($ref, context.defs), context, hops + 1);
  const isPlain = (branch: Schema) => {
    const types = jsonTypesOf(branch, context);
    const isList = types === undefined || (types & JSON_TYPES.array) !== 0;
    return !isList || isPlainList(branch, context, hops + 1);
  };
  const branches = [...schemasIn(anyOf), ...schemasIn(oneOf)];
  if (branches.length > 0) return branches.every(isPlain);
  return schemasIn(allOf).some((part) => isPlainList(part, context, hops + 1));
}
