import { isRecord } from '../read/is-record.js';
import { hasFlag, someAlias } from './aliases.js';
import type { Schema, SchemaObject } from './api-model.js';
import { definitionOf, type SchemaContext, schemasIn } from './json-types.js';
import { namesIn } from './upgrade-schema.js';

type Defs = Readonly<Record<string, Schema>>;

/** The fields of a schema whose values are objects. */
export interface ObjectShape {
  readonly fields: ReadonlyMap<string, ShapeField>;
  /** Whether the schema says that it allows fields without a name. */
  readonly allowsOthers: boolean;
}

export interface ShapeField {
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** What one schema says about objects. */
interface Part {
  readonly fields: Map<string, Schema>;
  readonly required: Set<string>;
  allowsOthers: boolean;
  /** Whether it allows no field without a name: `additionalProperties: false`. */
  isClosed: boolean;
  /** `yes` if it has the type object or fields, `no` if it excludes objects. */
  isObject: 'yes' | 'no' | 'unknown';
}

/** A schema with more parts has no shape. A cycle has endless parts. */
const MAX_STEPS = 2_000;

interface Walk extends SchemaContext {
  steps: number;
  readonly open: Set<string>;
}

/**
 * The shape of a schema: after `$ref` and `allOf`, each branch of `oneOf` and `anyOf` is an object.
 * The fields are those of all branches; a field is required if each branch requires it.
 *
 * @returns undefined if values need not be objects, or if the schema allows fields but names none
 */
export function objectShapeOf(schema: Schema, context: SchemaContext): ObjectShape | undefined {
  const { defs } = context;
  const walk: Walk = { ...context, steps: 0, open: new Set() };
  const part = partOf(schema, walk);
  if (part.isObject !== 'yes' || walk.steps > MAX_STEPS) return undefined;
  for (const name of part.required) if (!part.fields.has(name)) part.fields.set(name, true);
  const fields = [...part.fields].filter(([, field]) => !hasFlag(field, 'readOnly', defs));
  // Stripe describes the bodies of GET in this way: an object that is always empty.
  if (fields.length === 0 && !part.isClosed) return undefined;
  return {
    fields: new Map(
      fields.map(([name, field]) => [name, { schema: field, isRequired: part.required.has(name) }]),
    ),
    allowsOthers: part.allowsOthers,
  };
}

function partOf(schema: Schema, walk: Walk): Part {
  const part = emptyPart();
  if (typeof schema === 'boolean' || ++walk.steps > MAX_STEPS || walk.budget.steps-- <= 0) return part;
  addOwn(part, schema);
  const { $ref } = schema;
  if (typeof $ref === 'string' && !walk.open.has($ref)) {
    walk.open.add($ref);
    add(part, partOf(definitionOf($ref, walk.defs), walk));
    walk.open.delete($ref);
  }
  for (const each of schemasIn(schema['allOf'])) add(part, partOf(each, walk));
  for (const choice of ['oneOf', 'anyOf']) {
    const branches = schemasIn(schema[choice])
      .filter((branch) => !isNull(branch))
      .map((branch) => partOf(branch, walk));
    if (branches.length > 0) add(part, unionOf(branches));
  }
  return part;
}

function emptyPart(): Part {
  return {
    fields: new Map(),
    required: new Set(),
    allowsOthers: false,
    isClosed: false,
    isObject: 'unknown',
  };
}

function addOwn(part: Part, schema: SchemaObject): void {
  const { type, properties, patternProperties, additionalProperties } = schema;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (types.some((each) => each !== 'object' && each !== 'null' && each !== undefined)) part.isObject = 'no';
  else if (types.includes('object') || isRecord(properties)) part.isObject = 'yes';
  for (const [name, field] of Object.entries(isRecord(properties) ? properties : {})) {
    part.fields.set(name, field as Schema);
  }
  for (const name of namesIn(schema['required'])) part.required.add(name);
  part.allowsOthers =
    isRecord(patternProperties) || (additionalProperties !== undefined && additionalProperties !== false);
  part.isClosed = additionalProperties === false && !isRecord(patternProperties);
}

function isNull(schema: Schema): boolean {
  return typeof schema === 'object' && schema['type'] === 'null';
}

/** Adds what another schema says about the same object. */
function add(part: Part, other: Part): void {
  for (const [name, field] of other.fields) {
    const known = part.fields.get(name);
    part.fields.set(name, known === undefined ? field : joined('allOf', [known, field]));
  }
  for (const name of other.required) part.required.add(name);
  part.allowsOthers ||= other.allowsOthers;
  part.isClosed ||= other.isClosed;
  if (other.isObject === 'no' || part.isObject === 'no') part.isObject = 'no';
  else if (other.isObject === 'yes') part.isObject = 'yes';
}

/** The values of several branches: a value needs what all branches require. */
function unionOf(branches: readonly Part[]): Part {
  const union = emptyPart();
  const alternatives = new Map<string, Schema[]>();
  for (const branch of branches) {
    for (const [name, field] of branch.fields) {
      const known = alternatives.get(name);
      if (known === undefined) alternatives.set(name, [field]);
      else known.push(field);
    }
    add(union, { ...branch, fields: new Map() });
  }
  // One list for all branches: a pair in a pair for each branch would be nested too deeply to show.
  for (const [name, fields] of alternatives) union.fields.set(name, joined('anyOf', fields));
  const isRequired = (name: string) => branches.every(({ required }) => required.has(name));
  const required = new Set([...union.required].filter(isRequired));
  if (union.isObject === 'yes' && branches.some(({ isObject }) => isObject !== 'yes'))
    union.isObject = 'unknown';
  return { ...union, required, isClosed: branches.every(({ isClosed }) => isClosed) };
}

/** A schema of several. Equal ones count once. */
function joined(keyword: 'allOf' | 'anyOf', schemas: readonly Schema[]): Schema {
  const [first = true, ...others] = new Set(schemas);
  if (others.length === 0) return first;
  const distinct = new Map([first, ...others].map((each) => [JSON.stringify(each), each]));
  return distinct.size === 1 ? first : { [keyword]: [...distinct.values()] };
}

/** Whether a schema is that of a file, or of a list of files. */
export function isFileSchema(schema: Schema, defs: Defs): boolean {
  return someAlias(
    schema,
    defs,
    (each) => isFile(each) || (isRecord(each['items']) && someAlias(each['items'], defs, isFile)),
  );
}

function isFile({ format, contentMediaType, contentEncoding }: SchemaObject): boolean {
  return format === 'binary' || (typeof contentMediaType === 'string' && contentEncoding === undefined);
}
