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

/** Whether a schema, or one that it refers to or consists of, is `readOnly` or `writeOnly`. */
export function hasFlag(schema: Schema, flag: 'readOnly' | 'writeOnly', defs: Defs): boolean {
  const open: Schema[] = [schema];
  // In a cycle there is no end.
  for (let index = 0; index < Math.min(open.length, MAX_FLAG_STEPS); index++) {
    const at = open[index];
    if (typeof at !== 'object') continue;
    if (at[flag] === true) return true;
    if (typeof at['$ref'] === 'string') open.push(definitionOf(at['$ref'], defs));
    for (const part of schemasIn(at['allOf']).slice(0, MAX_FLAG_STEPS)) open.push(part);
  }
  return false;
}

/** In how many schemas a flag is looked for. */
const MAX_FLAG_STEPS = 50;
