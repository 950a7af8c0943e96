import type { Schema, SchemaObject } from './api-model.js';
import { definitionOf, schemasIn } from './json-types.js';

type Defs = Readonly<Record<string, Schema>>;

/** Looks at a schema, and at those that it is only another name for. */
export function someAlias(schema: Schema, defs: Defs, test: (schema: SchemaObject) => boolean): boolean {
  let at = schema;
  for (let hops = 0; hops < 20 && typeof at === 'object'; hops++) {
    if (test(at)) return true;
    const { $ref, allOf } = at;
    const [only, ...others] = schemasIn(allOf);
    if (typeof $ref === 'string') at = definitionOf($ref, defs);
    else if (only !== undefined && others.length === 0) at = only;
    else return false;
  }
  return false;
}
