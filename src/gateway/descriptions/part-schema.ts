import type { Schema } from '../../openapi/model/api-model.js';

type Defs = Readonly<Record<string, Schema>>;
type Known = Readonly<Record<string, unknown>>;

/** References may form cycles. */
const MAX_STEPS = 50;

/** The schema of the part at a path. Undefined if the schema says nothing of it. */
export function partSchema(schema: Schema, path: readonly string[], defs: Defs): Schema | undefined {
  let part: Schema | undefined = schema;
  for (const step of path) part = part === undefined ? undefined : inner(part, step, defs, MAX_STEPS);
  return part;
}

/** The schema of one member or item. Undefined if the schema says nothing of it. */
function inner(schema: Schema, step: string, defs: Defs, steps: number): Schema | undefined {
  if (typeof schema === 'boolean' || steps === 0) return undefined;
  const target = referenced(schema, defs);
  if (target !== undefined) return inner(target, step, defs, steps - 1);
  const { properties, items, prefixItems, additionalProperties } = schema;
  if (isKnown(properties) && Object.hasOwn(properties, step)) return properties[step] as Schema;
  if (/^\d+$/.test(step)) {
    const first = Array.isArray(prefixItems) ? (prefixItems[Number(step)] as Schema | undefined) : undefined;
    if (first !== undefined) return first;
    if (items !== undefined) return items as Schema;
  }
  // Any part of allOf may describe it. Of the alternatives, each may have another one.
  for (const part of listIn(schema, 'allOf')) {
    const found = inner(part, step, defs, steps - 1);
    if (found !== undefined) return found;
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = listIn(schema, keyword).map((branch) => inner(branch, step, defs, steps - 1));
    const found = branches.filter((branch) => branch !== undefined);
    if (found.length > 0) return found.length === 1 ? found[0] : { anyOf: found };
  }
  return isKnown(additionalProperties) ? additionalProperties : undefined;
}

const PREFIX = '#/$defs/';

function referenced({ $ref }: Known, defs: Defs): Schema | undefined {
  if (typeof $ref !== 'string' || !$ref.startsWith(PREFIX)) return undefined;
  const name = $ref.slice(PREFIX.length);
  return Object.hasOwn(defs, name) ? defs[name] : undefined;
}

const isKnown = (value: unknown): value is Known =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function listIn(schema: Known, keyword: string): readonly Schema[] {
  const value = schema[keyword];
  return Array.isArray(value) ? (value as readonly Schema[]) : [];
}
