import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema, ProcedureDescription } from '../gateway/descriptions/description.js';
import { referenceIn } from './references.js';

export type Direction = 'request' | 'response';

/** A schema with a name, and where its type is used. */
export interface DirectedDef {
  readonly def: string;
  readonly schema: unknown;
  readonly directions: readonly Direction[];
  /** Whether responses have another type of this name: they have `readOnly` fields. */
  readonly isInput: boolean;
}

/**
 * The named schemas of a service. A schema that differs in requests and responses, or refers to one
 * that does, occurs twice.
 *
 * Sorted, so that a new schema adds lines and moves none.
 */
export function directedDefs(descriptions: readonly ProcedureDescription[]): readonly DirectedDef[] {
  const request = defsIn(descriptions.map(({ kwargs_schema }) => kwargs_schema));
  const response = defsIn(
    descriptions.flatMap(({ result_kwargs_schema, progress_kwargs_schema = {} }) => [
      result_kwargs_schema,
      progress_kwargs_schema,
    ]),
  );
  const differing = differingDefs(request, response);
  const ofResponses = [...response].map(([def, schema]): DirectedDef => {
    const isBoth = request.has(def) && !differing.has(def);
    return { def, schema, directions: isBoth ? ['request', 'response'] : ['response'], isInput: false };
  });
  const ofRequests = [...request].flatMap(([def, schema]): readonly DirectedDef[] => {
    const isBoth = response.has(def) && !differing.has(def);
    return isBoth ? [] : [{ def, schema, directions: ['request'], isInput: response.has(def) }];
  });
  return [...ofResponses, ...ofRequests].sort(
    (one, other) => compare(one.def, other.def) || Number(one.isInput) - Number(other.isInput),
  );
}

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/**
 * Gives each type a name. Those of responses and of single directions come first, so that no input
 * type changes their names.
 */
export function namesOfDefs(
  defs: readonly DirectedDef[],
  nameOf: (def: string) => string,
): ReadonlyMap<DirectedDef, string> {
  const inputs = defs.filter(({ isInput }) => isInput);
  const others = defs.filter(({ isInput }) => !isInput);
  return new Map([
    ...others.map((each) => [each, nameOf(each.def)] as const),
    ...inputs.map((each) => [each, nameOf(`${each.def} Input`)] as const),
  ]);
}

/** The names and the schemas that references lead to, in one direction. */
export interface DefsOfDirection {
  readonly names: ReadonlyMap<string, string>;
  readonly schemas: JsonSchema;
}

export function defsOfDirection(
  names: ReadonlyMap<DirectedDef, string>,
  direction: Direction,
): DefsOfDirection {
  const own = [...names].filter(([{ directions }]) => directions.includes(direction));
  return {
    names: new Map(own.map(([{ def }, name]) => [def, name])),
    schemas: Object.fromEntries(own.map(([{ def, schema }]) => [def, schema])),
  };
}

function defsIn(schemas: readonly JsonSchema[]): ReadonlyMap<string, unknown> {
  return new Map(schemas.flatMap(({ $defs = {} }) => Object.entries($defs as object)));
}

function differingDefs(
  request: ReadonlyMap<string, unknown>,
  response: ReadonlyMap<string, unknown>,
): ReadonlySet<string> {
  const users = new Map<string, string[]>();
  const waiting: string[] = [];
  for (const [name, schema] of request) {
    for (const used of referencesIn(schema)) users.set(used, [...(users.get(used) ?? []), name]);
    if (response.has(name) && !isDeepStrictEqual(schema, response.get(name))) waiting.push(name);
  }
  const found = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(users.get(name) ?? []));
  }
  return found;
}

function referencesIn(schema: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting: unknown[] = [schema];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const name = referenceIn(value as Readonly<Record<string, unknown>>);
    if (name !== undefined) found.add(name);
    for (const inner of Object.values(value)) if (typeof inner === 'object') waiting.push(inner);
  }
  return found;
}
