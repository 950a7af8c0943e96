import { isRecord } from '../read/is-record.js';
import { hasFlag } from './aliases.js';
import type { Schema, SchemaObject } from './api-model.js';
import { definitionOf, schemasIn } from './json-types.js';
import { ONE_SCHEMA, SCHEMA_LISTS, SCHEMAS_BY_NAME } from './schema-keywords.js';

/** Where a value goes. */
export type Direction = 'request' | 'response';

type Defs = Readonly<Record<string, Schema>>;

const LEFT_OUT = { request: 'readOnly', response: 'writeOnly' } as const;
/** The composing keywords, whose schemas describe the same object. */
const SAME_OBJECT = ['allOf', 'anyOf', 'oneOf'] as const;
/** Later schemas about the same object do not count. A stranger's document may have endless ones. */
const MAX_STEPS = 200;

/**
 * A schema as it applies in one direction: a request need not have `readOnly` fields, and a response
 * need not have `writeOnly` ones, although they are required in the other direction (OpenAPI 3.0.3,
 * Schema Object, fixed fields).
 *
 * @returns the same object if nothing differs
 */
export function sentSchema(schema: Schema, direction: Direction, defs: Defs): Schema {
  const flag = LEFT_OUT[direction];
  return walk(schema, NONE, (each) => fieldsWith(flag, each, defs));
}

const NONE: ReadonlySet<string> = new Set();

/** @param leftOut names that a schema around this one leaves out */
function walk(
  schema: Schema,
  leftOut: ReadonlySet<string>,
  fieldsOf: (schema: SchemaObject) => readonly string[],
): Schema {
  if (typeof schema !== 'object') return schema;
  const own: SchemaObject = schema;
  let changed: Record<string, unknown> | undefined;
  function set(keyword: string, value: unknown): void {
    if (value === own[keyword]) return;
    changed ??= { ...own };
    changed[keyword] = value;
  }
  const composes = SAME_OBJECT.some((keyword) => Array.isArray(schema[keyword]));
  const { required } = schema;
  const names = composes || Array.isArray(required) ? new Set([...leftOut, ...fieldsOf(schema)]) : leftOut;
  if (Array.isArray(required) && required.some((name) => names.has(name))) {
    set(
      'required',
      required.filter((name) => !names.has(name)),
    );
  }
  for (const keyword of ONE_SCHEMA) {
    const inner = schema[keyword];
    if (isRecord(inner)) set(keyword, walk(inner, NONE, fieldsOf));
  }
  for (const keyword of SCHEMAS_BY_NAME) {
    const inner = schema[keyword];
    if (isRecord(inner))
      set(
        keyword,
        mapped(inner, (each) => walk(each as Schema, NONE, fieldsOf)),
      );
  }
  for (const keyword of SCHEMA_LISTS) {
    const inner = schemasIn(schema[keyword]);
    const around = SAME_OBJECT.some((each) => each === keyword) ? names : NONE;
    const all = inner.map((each) => walk(each, around, fieldsOf));
    if (all.some((each, index) => each !== inner[index])) set(keyword, all);
  }
  return changed ?? schema;
}

function mapped(
  members: Readonly<Record<string, unknown>>,
  map: (value: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  const all = Object.entries(members).map(([name, each]) => [name, map(each)] as const);
  // `fromEntries` makes `__proto__` an ordinary name.
  return all.some(([name, each]) => each !== members[name]) ? Object.fromEntries(all) : members;
}

/** The fields of an object whose schema has a flag, also in the schemas that it is composed of. */
function fieldsWith(flag: 'readOnly' | 'writeOnly', schema: SchemaObject, defs: Defs): readonly string[] {
  const names: string[] = [];
  const waiting: Schema[] = [schema];
  const seen = new Set<Schema>(waiting);
  for (
    let steps = 0, at = waiting.pop();
    at !== undefined && steps < MAX_STEPS;
    at = waiting.pop(), steps++
  ) {
    if (typeof at !== 'object') continue;
    const { properties, $ref } = at;
    for (const [name, field] of Object.entries(isRecord(properties) ? properties : {})) {
      if (hasFlag(field as Schema, flag, defs)) names.push(name);
    }
    const parts = SAME_OBJECT.flatMap((keyword) => schemasIn((at as SchemaObject)[keyword]));
    if (typeof $ref === 'string') parts.push(definitionOf($ref, defs));
    for (const part of parts) {
      if (seen.has(part)) continue;
      seen.add(part);
      waiting.push(part);
    }
  }
  return names;
}
