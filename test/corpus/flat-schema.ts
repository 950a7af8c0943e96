import type { Schema, SchemaObject } from '../../src/openapi/model/api-model.js';

/** How an example of a schema is made. */
export interface ExampleOptions {
  readonly defs: Readonly<Record<string, Schema>>;
  /** Whether it has the fields that are not required, too. */
  readonly fill: 'required' | 'all';
  /** Which branches and texts are taken. Another number gives another example. */
  readonly seed: number;
  /** Whether texts have characters that need an encoding. */
  readonly isRich: (depth: number) => boolean;
  /** The texts that were found for patterns: finding one takes long. */
  readonly texts: Map<string, string>;
  /** Whether it is for a URL or a form, where an empty list or object is nothing, and a text could be a list. */
  readonly isWritten: boolean;
  /** Whether lists and objects have only texts, numbers and booleans in them. */
  readonly isFlat: boolean;
}

/** Thrown where a schema allows no value that this program finds. */
export class NoExample extends Error {}

/** One object for a schema, its references, all of `allOf`, and one branch of `oneOf` and `anyOf`. */
export function flatten(schema: Schema, options: ExampleOptions, hops: number): SchemaObject {
  if (typeof schema === 'boolean') return {};
  if (hops > 40) throw new NoExample('a schema refers to itself');
  const { $ref, allOf, oneOf, anyOf, ...own } = schema;
  let flat: SchemaObject = own;
  if (typeof $ref === 'string') {
    const target = options.defs[$ref.slice('#/$defs/'.length)] ?? true;
    flat = merge(flatten(target, options, hops + 1), flat);
  }
  for (const part of listIn(allOf)) flat = merge(flat, flatten(part, options, hops + 1));
  for (const choice of [oneOf, anyOf]) {
    const branches = listIn(choice).filter((each) => !(typeof each === 'object' && each['type'] === 'null'));
    if (branches.length === 0) continue;
    const from = options.isWritten
      ? branches.toSorted((one, other) => Number(isPlain(one, options)) - Number(isPlain(other, options)))
      : branches;
    flat = merge(flat, flatten(from[options.seed % from.length] as Schema, options, hops + 1));
  }
  return flat;
}

function isPlain(schema: Schema, options: ExampleOptions): boolean {
  if (typeof schema !== 'object') return true;
  const target =
    typeof schema['$ref'] === 'string' ? options.defs[schema['$ref'].slice('#/$defs/'.length)] : schema;
  const types = typeof target === 'object' ? typesIn(target['type']) : [];
  return types.some((type) => type !== 'object' && type !== 'array');
}

function merge(one: SchemaObject, other: SchemaObject): SchemaObject {
  const merged: Record<string, unknown> = { ...one };
  for (const [keyword, value] of Object.entries(other)) {
    const known = one[keyword];
    merged[keyword] = known === undefined ? value : both(keyword, known, value);
  }
  return merged;
}

function both(keyword: string, known: unknown, value: unknown): unknown {
  switch (keyword) {
    case 'properties': {
      const all: Record<string, unknown> = { ...(known as object) };
      for (const [name, schema] of Object.entries(value as object)) {
        all[name] =
          Object.hasOwn(all, name) && all[name] !== schema ? { allOf: [all[name], schema] } : schema;
      }
      return all;
    }
    case 'required':
      return [...new Set([...(known as readonly unknown[]), ...(value as readonly unknown[])])];
    case 'enum': {
      const shared = (known as readonly unknown[]).filter((each) =>
        (value as readonly unknown[]).includes(each),
      );
      return shared.length > 0 ? shared : known;
    }
    case 'type': {
      const [first, second] = [typesIn(known), typesIn(value)];
      const shared = first.filter(
        (type) => second.includes(type) || (type === 'integer' && second.includes('number')),
      );
      return shared.length > 0
        ? shared
        : second.includes('integer') && first.includes('number')
          ? 'integer'
          : known;
    }
    case 'items':
      return { allOf: [known, value] };
    case 'minimum':
    case 'minLength':
    case 'minItems':
      return Math.max(known as number, value as number);
    case 'maximum':
    case 'maxLength':
    case 'maxItems':
      return Math.min(known as number, value as number);
    default:
      return value;
  }
}

/** Whether a request has no such field. */
export function isReadOnly(schema: Schema, options: ExampleOptions): boolean {
  try {
    return flatten(schema, options, 0)['readOnly'] === true;
  } catch (error) {
    if (error instanceof NoExample) return false;
    throw error;
  }
}

export function listIn(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? value : [];
}

export function typesIn(type: unknown): readonly string[] {
  return type === undefined ? [] : Array.isArray(type) ? type : [type as string];
}
