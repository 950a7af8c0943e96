import { DocumentError } from '../read/document-error.js';
import {
  child,
  type DocumentFiles,
  elements,
  hasReference,
  type Located,
  members,
} from '../read/document-files.js';
import { isRecord } from '../read/is-record.js';
import type { Schema } from './api-model.js';
import { ONE_SCHEMA, SCHEMA_LISTS, SCHEMAS_BY_NAME } from './schema-keywords.js';
import { isNullable, plainKeywords, type Version } from './upgrade-schema.js';

/** Collects the schemas of a document. A schema with a name is kept once, however often it is used. */
export interface SchemaStore {
  /** The schema as JSON Schema 2020-12. Its references lead to {@link SchemaStore.defs}. */
  convert(node: Located): Schema;
  /** Converts what the schemas so far refer to. */
  complete(): void;
  readonly defs: Readonly<Record<string, Schema>>;
  /** Why a reference in the schema, or in those that it refers to, cannot be used. */
  brokenIn(schema: Schema): string | undefined;
}

/** Keywords that describe a field, whichever of its alternatives its value is. */
const ABOUT_FIELD: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
]);
const DEFS = '#/$defs/';

export function createSchemaStore(files: DocumentFiles, version: Version): SchemaStore {
  const names = new Map<string, string>();
  const taken = new Map<string, number>();
  const defs = new Map<string, Schema>();
  const waiting: [name: string, node: Located][] = [];
  /** Bad references, by the schema in which they stand. */
  const broken = new Map<Schema, string>();

  function convert(node: Located): Schema {
    const { value } = node;
    if (typeof value === 'boolean') return value;
    if (!isRecord(value)) return true;
    if (hasReference(value)) return convertReference(value, node);
    return nullable(Object.fromEntries([...plainKeywords(value), ...inner(node)]), value);
  }

  function convertReference(value: Readonly<{ $ref: unknown }>, node: Located): Schema {
    let target: Located;
    try {
      target = files.resolve(value.$ref, node);
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      const lost = { description: 'unknown' };
      broken.set(lost, error.message);
      return lost;
    }
    const $ref = `${DEFS}${nameOf(target)}`;
    // Before 3.1, what stands beside a $ref is ignored.
    if (version !== '3.1') return { $ref };
    return Object.fromEntries([['$ref', $ref], ...plainKeywords(value), ...inner(node)]);
  }

  function inner(node: Located): [string, unknown][] {
    const found: [string, unknown][] = [];
    for (const keyword of ONE_SCHEMA) {
      const at = child(node, keyword);
      if (at === undefined) continue;
      // The lists of older drafts.
      if (keyword === 'items' && Array.isArray(at.value))
        found.push(['prefixItems', elements(at).map(convert)]);
      else found.push([keyword, convert(at)]);
    }
    for (const keyword of SCHEMAS_BY_NAME) {
      const all = membersOf(child(node, keyword));
      if (all.length === 0) continue;
      // `fromEntries` makes `__proto__` an ordinary name.
      found.push([keyword, Object.fromEntries(all.map(([name, each]) => [name, convert(each)]))]);
    }
    for (const keyword of SCHEMA_LISTS) {
      const all = elements(child(node, keyword));
      if (all.length > 0) found.push([keyword, all.map(convert)]);
    }
    return found;
  }

  /** OpenAPI does not allow a reference in place of a map of schemas, but DigitalOcean has some. */
  function membersOf(node: Located | undefined): ReturnType<typeof members> {
    if (node === undefined || !hasReference(node.value)) return members(node);
    try {
      return members(files.follow(node));
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      // As a field that has a bad reference itself, so that the operations that use it are named.
      return [['$ref', node]];
    }
  }

  /** Adds null to the values of a schema of OpenAPI 3.0. */
  function nullable(schema: Record<string, unknown>, value: Readonly<Record<string, unknown>>): Schema {
    if (!isNullable(value, version)) return schema;
    const { type, enum: values } = schema;
    if (typeof type !== 'string') {
      const all = Object.entries(schema);
      return {
        ...Object.fromEntries(all.filter(([keyword]) => ABOUT_FIELD.has(keyword))),
        anyOf: [Object.fromEntries(all.filter(([keyword]) => !ABOUT_FIELD.has(keyword))), { type: 'null' }],
      };
    }
    const withNull = Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {};
    return { ...schema, type: [type, 'null'], ...withNull };
  }

  function nameOf(target: Located): string {
    const key = `${target.file}#${target.pointer}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = freeName(target);
    names.set(key, name);
    defs.set(name, true);
    waiting.push([name, target]);
    return name;
  }

  /** The last step of the pointer, or the name of the file, with a number if it is taken. */
  function freeName({ file, pointer }: Located): string {
    const last =
      pointer === '' ? (file.split('/').at(-1) ?? '').replace(/\.\w+$/, '') : pointer.split('/').at(-1);
    const base = (last ?? '').replace(/[^\w.-]/g, '_') || 'schema';
    for (;;) {
      const count = (taken.get(base) ?? 0) + 1;
      taken.set(base, count);
      const name = count === 1 ? base : `${base}_${count}`;
      if (!defs.has(name)) return name;
    }
  }

  /** The names of defs with a bad reference, directly or through other defs. */
  let brokenDefs: ReadonlyMap<string, string> | undefined;

  function brokenIn(schema: Schema): string | undefined {
    if (broken.size === 0) return undefined;
    brokenDefs ??= findBroken(defs, broken);
    return brokenAt(schema, broken, (name) => brokenDefs?.get(name));
  }

  return {
    convert,
    complete() {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
        defs.set(next[0], convert(next[1]));
    },
    get defs() {
      return Object.fromEntries(defs);
    },
    brokenIn,
  };
}

/** Finds a bad reference within a schema. */
function brokenAt(
  schema: Schema,
  broken: ReadonlyMap<Schema, string>,
  inDef: (name: string) => string | undefined,
): string | undefined {
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const { $ref } = value as { $ref?: unknown };
    const reason =
      broken.get(value as Schema) ?? (typeof $ref === 'string' ? inDef($ref.slice(DEFS.length)) : undefined);
    if (reason !== undefined) return reason;
    open.push(...Object.values(value));
  }
  return undefined;
}

/** Follows references backwards, from the defs with a bad reference to those that use them. */
function findBroken(
  defs: ReadonlyMap<string, Schema>,
  broken: ReadonlyMap<Schema, string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const users = new Map<string, string[]>();
  const waiting: string[] = [];
  for (const [name, schema] of defs) {
    const reason = brokenAt(schema, broken, (used) => {
      const known = users.get(used);
      if (known === undefined) users.set(used, [name]);
      else known.push(name);
      return undefined;
    });
    if (reason === undefined) continue;
    found.set(name, reason);
    waiting.push(name);
  }
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const user of users.get(name) ?? []) {
      if (found.has(user)) continue;
      found.set(user, found.get(name) as string);
      waiting.push(user);
    }
  }
  return found;
}
