import { JSON_TYPES, type JsonTypes, type Schema } from './api-model.js';

type Defs = Readonly<Record<string, Schema>>;

/** The schemas of a document, while its model is built. */
export interface SchemaContext {
  readonly defs: Defs;
  /** How many more schemas may be looked at. Then all schemas count as if they allowed everything. */
  readonly budget: { steps: number };
}

const ALL = Object.values(JSON_TYPES).reduce((all, bits) => all | bits, 0);
/** Schemas beyond this number count as if they allowed everything. A cycle has endless schemas. */
const MAX_STEPS = 2_000;

interface Walk extends SchemaContext {
  steps: number;
  /** The names of the references that are being followed. */
  readonly open: Set<string>;
}

/** The JSON types that a schema allows at its top; undefined if it allows all. */
export function jsonTypesOf(schema: Schema, context: SchemaContext): JsonTypes | undefined {
  const types = typesOf(schema, { ...context, steps: 0, open: new Set() });
  // No type at all is a mistake of the document.
  return types === ALL || types === 0 ? undefined : types;
}

function typesOf(schema: Schema, walk: Walk): JsonTypes {
  if (typeof schema === 'boolean' || ++walk.steps > MAX_STEPS || walk.budget.steps-- <= 0) return ALL;
  let types = ALL;
  const { $ref, type, enum: values, allOf, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') types &= typesOfReference($ref, walk);
  if (type !== undefined) types &= union((Array.isArray(type) ? type : [type]).map(bitsOf));
  if (Array.isArray(values)) types &= union(values.map(typeOfValue));
  if (Object.hasOwn(schema, 'const')) types &= typeOfValue(schema['const']);
  for (const part of schemasIn(allOf)) types &= typesOf(part, walk);
  for (const choice of [anyOf, oneOf]) {
    const branches = schemasIn(choice);
    if (branches.length > 0) types &= union(branches.map((branch) => typesOf(branch, walk)));
  }
  return types;
}

function typesOfReference(reference: string, walk: Walk): JsonTypes {
  if (walk.open.has(reference)) return ALL;
  walk.open.add(reference);
  const types = typesOf(definitionOf(reference, walk.defs), walk);
  walk.open.delete(reference);
  return types;
}

/** What a reference of the model leads to. */
export function definitionOf(reference: string, defs: Defs): Schema {
  const name = reference.slice('#/$defs/'.length);
  return Object.hasOwn(defs, name) ? (defs[name] as Schema) : true;
}

function union(all: readonly JsonTypes[]): JsonTypes {
  return all.reduce((sum, bits) => sum | bits, 0);
}

function bitsOf(type: unknown): JsonTypes {
  const known: Readonly<Record<string, JsonTypes>> = JSON_TYPES;
  return typeof type === 'string' && Object.hasOwn(known, type) ? (known[type] as JsonTypes) : ALL;
}

function typeOfValue(value: unknown): JsonTypes {
  if (value === null) return JSON_TYPES.null;
  if (Array.isArray(value)) return JSON_TYPES.array;
  switch (typeof value) {
    case 'boolean':
      return JSON_TYPES.boolean;
    case 'number':
      return Number.isInteger(value) ? JSON_TYPES.integer : JSON_TYPES.number;
    case 'string':
      return JSON_TYPES.string;
    default:
      return JSON_TYPES.object;
  }
}

export function schemasIn(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? (value as readonly Schema[]) : [];
}
