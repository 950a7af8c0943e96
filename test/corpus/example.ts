import type { Schema, SchemaObject } from '../../src/openapi/model/api-model.js';
import { textOf } from './example-text.js';
import { type ExampleOptions, flatten, isReadOnly, listIn, NoExample, typesIn } from './flat-schema.js';

/** What is deeper is left out if it is not required. */
const OPTIONAL_DEPTH = 3;
/** A required value of a cycle has no end. */
const MAX_DEPTH = 24;

/**
 * An example of a schema, without `readOnly` fields. It follows types, limits, patterns and formats;
 * whether it is right in all points is for a validator to say.
 *
 * @throws NoExample
 */
export function exampleOf(schema: Schema, options: ExampleOptions): unknown {
  return makeValue(schema, 0, options, '');
}

function makeValue(schema: Schema, depth: number, options: ExampleOptions, tag: string): unknown {
  if (depth > MAX_DEPTH) throw new NoExample('a required value has no end');
  const flat = flatten(schema, options, 0);
  const { enum: values } = flat;
  if (Object.hasOwn(flat, 'const')) return flat['const'];
  if (Array.isArray(values)) return choiceOf(values, flat, options, tag);
  const type = typeOf(flat, depth, options);
  switch (type) {
    case 'object':
      return objectOf(flat, depth, options);
    case 'array':
      return listOf(flat, depth, options);
    case 'string':
      return textOf(flat, depth, options, tag);
    case 'integer':
    case 'number':
      return numberOf(flat, type, tag);
    case 'boolean':
      return options.seed % 2 === 0;
    default:
      return null;
  }
}

/** Prefers values that are neither null nor empty: a URL cannot have these. */
function choiceOf(
  values: readonly unknown[],
  { type }: SchemaObject,
  { seed }: ExampleOptions,
  tag: string,
): unknown {
  const types = typesIn(type);
  const fits = (value: unknown) =>
    types.length === 0 ||
    types.includes(jsonType(value)) ||
    (types.includes('number') && typeof value === 'number');
  const usable = values.filter((value) => value !== null && value !== '' && fits(value));
  const from = usable.length > 0 ? usable : values;
  return from[(seed + Number(tag || 0)) % from.length];
}

function typeOf(flat: SchemaObject, depth: number, { isFlat }: ExampleOptions): string {
  const isNested = isFlat && depth > 0;
  const types = typesIn(flat['type']).filter((type) => !isNested || (type !== 'object' && type !== 'array'));
  const found = types.find((type) => type !== 'null') ?? types[0];
  if (found !== undefined) return found;
  if (typesIn(flat['type']).length > 0) throw new NoExample('a nested value in a style that cannot nest');
  if (flat['properties'] !== undefined || flat['additionalProperties'] !== undefined)
    return isNested ? 'string' : 'object';
  if (flat['items'] !== undefined) return isNested ? 'string' : 'array';
  return flat['minimum'] !== undefined || flat['maximum'] !== undefined ? 'number' : 'string';
}

function objectOf(flat: SchemaObject, depth: number, options: ExampleOptions): Record<string, unknown> {
  const {
    properties = {},
    required = [],
    additionalProperties,
    minProperties = 0,
    maxProperties = Infinity,
  } = flat as {
    properties?: Readonly<Record<string, Schema>>;
    required?: readonly string[];
    additionalProperties?: Schema;
    minProperties?: number;
    maxProperties?: number;
  };
  const found = new Map<string, unknown>();
  const kind = (flat['discriminator'] as { propertyName: string } | undefined)?.propertyName;
  for (const name of new Set(kind === undefined ? required : [...required, kind])) {
    const field = Object.hasOwn(properties, name)
      ? (properties[name] as Schema)
      : (additionalProperties ?? true);
    if (isReadOnly(field, options)) continue;
    // Which values tell the branches apart is best shown by an example of the document.
    const [shown] = name === kind && typeof field === 'object' ? listIn(field['examples']) : [];
    found.set(name, shown ?? makeValue(field, depth + 1, options, ''));
  }
  const others = Object.entries(properties).filter(([name]) => !found.has(name));
  for (const [name, field] of others) {
    const least = options.isWritten ? Math.max(minProperties, 1) : minProperties;
    const isWanted = (options.fill === 'all' && depth < OPTIONAL_DEPTH) || found.size < least;
    if (!isWanted || found.size >= maxProperties || isReadOnly(field, options)) continue;
    const value = optional(() => makeValue(field, depth + 1, options, ''));
    if (value !== undefined) found.set(name, value);
  }
  const more = typeof additionalProperties === 'object' ? additionalProperties : true;
  const isMap = Object.keys(properties).length === 0 && typeof additionalProperties === 'object';
  const extra = Math.max(minProperties, isMap && options.fill === 'all' && depth < OPTIONAL_DEPTH ? 1 : 0);
  for (let index = 1; found.size < extra && additionalProperties !== false; index++) {
    found.set(`key${index}`, makeValue(more, depth + 1, options, String(index)));
  }
  return Object.fromEntries(found);
}

function listOf(flat: SchemaObject, depth: number, options: ExampleOptions): readonly unknown[] {
  const {
    items = true,
    prefixItems = [],
    minItems = 0,
    maxItems = Infinity,
  } = flat as {
    items?: Schema;
    prefixItems?: readonly Schema[];
    minItems?: number;
    maxItems?: number;
  };
  const wanted = options.fill === 'all' && depth < OPTIONAL_DEPTH ? 2 : 1;
  const length = Math.min(Math.max(minItems, wanted, prefixItems.length), maxItems);
  const found: unknown[] = [];
  for (let index = 0; index < length; index++) {
    const make = () => makeValue(prefixItems[index] ?? items, depth + 1, options, String(index));
    const value = index < minItems || depth === 0 ? make() : optional(make);
    if (value === undefined) break;
    const isKnown = found.some((each) => JSON.stringify(each) === JSON.stringify(value));
    // Most lists with the same value twice are not meant.
    if (!isKnown || found.length < minItems) found.push(value);
  }
  return found;
}

function optional(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    if (error instanceof NoExample) return undefined;
    throw error;
  }
}

function numberOf(flat: SchemaObject, type: string, tag: string): number {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = flat as Readonly<
    Record<string, number>
  >;
  const step = multipleOf ?? (type === 'integer' ? 1 : 0.5);
  const low = Math.max(
    minimum ?? -Infinity,
    exclusiveMinimum === undefined ? -Infinity : exclusiveMinimum + step,
  );
  const high = Math.min(
    maximum ?? Infinity,
    exclusiveMaximum === undefined ? Infinity : exclusiveMaximum - step,
  );
  const wanted = (type === 'integer' ? 1 : 1.5) + Number(tag || 0);
  const bounded = Math.min(Math.max(wanted, low), high);
  if (multipleOf === undefined) return type === 'integer' ? Math.ceil(bounded) : bounded;
  const multiple = Math.ceil(bounded / multipleOf) * multipleOf;
  return multiple <= high ? multiple : Math.floor(bounded / multipleOf) * multipleOf;
}

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
