import type { JsonSchema } from '../../gateway/descriptions/description.js';
import { JSON_TYPES, type Schema } from '../../openapi/model/api-model.js';
import { jsonTypesOf } from '../../openapi/model/json-types.js';
import type { DefsOfDirection } from '../directed-defs.js';
import { commentOf } from '../object-type.js';
import { circularReferences, isRecord, type Operator, referenceIn } from '../references.js';
import { className, pythonComment, pythonString } from './python-text.js';

const ANY = 'Any';
const MAX_DEPTH = 30;
/** Each `allOf` with a reference takes two levels. */
const MAX_MERGED = 200;
/** How many schemas are looked at for the JSON types of one. */
const MAX_STEPS = 2_000;

type Defs = Readonly<Record<string, Schema>>;

/** Collects the types of a service. Python has no types without a name for dictionaries. */
export interface PythonTypes {
  /** Defines the type of a schema. @param def its name, if it has one */
  define(name: string, schema: unknown, def?: string): void;
  /** The definitions so far. */
  text(): string;
}

/** @param nameOf gives a name that is free */
export function createPythonTypes(
  nameOf: (wanted: string) => string,
  { schemas: defs, names: defNames }: DefsOfDirection,
): PythonTypes {
  const parts: string[] = [];
  const isCircular = circularReferences(defs);

  interface Place {
    /** The name of the type around it, for the types within. */
    readonly name: string;
    /** The schema with a name in which it stands. */
    readonly def: string | undefined;
    readonly operator: Operator;
    readonly depth: number;
  }

  function typeOf(schema: unknown, place: Place): string {
    if (!isRecord(schema) || place.depth > MAX_DEPTH) return ANY;
    const inner = { ...place, depth: place.depth + 1 };
    const def = referenceIn(schema);
    if (def !== undefined) {
      const circular = place.def !== undefined && isCircular(place.def, def, place.operator);
      return circular ? ANY : (defNames.get(def) ?? ANY);
    }
    if (Object.hasOwn(schema, 'const')) return literals([schema['const']]);
    if (Array.isArray(schema['enum'])) return literals(schema['enum']);
    const merged = mergedObject(schema, defs);
    if (merged !== undefined && merged.members.length > 0) {
      const name = nameOf(place.name);
      parts.push(dictText(name, merged, { ...inner, name, operator: 'alone' }));
      return name;
    }
    const composed = [
      ...listsIn(schema, ['anyOf', 'oneOf']).map((branches) =>
        union(branches.map((each) => typeOf(each, { ...inner, operator: 'any' }))),
      ),
      ...listsIn(schema, ['allOf']).flatMap((all) =>
        all.map((each) => typeOf(each, { ...inner, operator: 'all' })),
      ),
    ].filter((text) => text !== ANY);
    return bothOf(schema, [...composed, ...ownType(schema, { ...inner, operator: 'alone' }, composed)]);
  }

  /** The type in `type`. Beside others, `type: object` says nothing new. */
  function ownType(schema: JsonSchema, place: Place, others: readonly string[]): readonly string[] {
    const { type } = schema;
    const types = Array.isArray(type) ? type : [type];
    if (others.length > 0 && types.includes('object')) return [];
    const text = union(types.map((each) => simpleType(each, schema, place)));
    return text === ANY ? [] : [text];
  }

  /** A value has all these types. Python cannot say that, so the narrowest one stands for all. */
  function bothOf(schema: JsonSchema, all: readonly string[]): string {
    const [first = ANY, ...others] = [...new Set(all)];
    if (others.length === 0) return first;
    const types = jsonTypesOf(schema, { defs: defs as Defs, budget: { steps: MAX_STEPS } });
    // One of several dictionaries would hide the fields of the others.
    if (types === undefined || (types & JSON_TYPES.object) !== 0) return ANY;
    const isLiteral = (text: string) => /^Literal\[[^\]]*\](?: \| Literal\[[^\]]*\])*$/.test(text);
    return all.find(isLiteral) ?? (all.includes('int') ? 'int' : first);
  }

  function simpleType(type: unknown, schema: JsonSchema, place: Place): string {
    switch (type) {
      case 'null':
        return 'None';
      case 'boolean':
        return 'bool';
      case 'integer':
        return 'int';
      case 'number':
        return 'float';
      case 'string':
        return schema['format'] === 'binary' ? 'bytes | str' : 'str';
      case 'array': {
        // Tuples arrive as lists.
        const first = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
        const members = schema['items'] === false ? first : [...first, schema['items']];
        const name = `${place.name}Item`;
        return `list[${union(members.map((each) => typeOf(each, { ...place, name })))}]`;
      }
      case 'object': {
        const merged = mergedObject({ ...schema, type: 'object' }, defs);
        if (merged === undefined || merged.members.length === 0) {
          const others = schema['additionalProperties'];
          return `dict[str, ${typeOf(others, { ...place, name: `${place.name}Value` })}]`;
        }
        const name = nameOf(place.name);
        parts.push(dictText(name, merged, { ...place, name }));
        return name;
      }
      default:
        return ANY;
    }
  }

  function dictText(name: string, { members, required }: MergedObject, place: Place): string {
    const lines = members.map(([member, schema]) => {
      const type = pythonString(typeOf(schema, { ...place, name: `${name}${className(member)}` }));
      const shown = required.has(member) ? type : `NotRequired[${type}]`;
      return `${pythonComment(commentOf(schema), '    ')}    ${pythonString(member)}: ${shown},\n`;
    });
    return `${name} = TypedDict("${name}", {\n${lines.join('')}})\n`;
  }

  return {
    define(name, schema, def) {
      const place: Place = { name, def, operator: 'alone', depth: 0 };
      const merged = referenceIn(isRecord(schema) ? schema : {}) === undefined && mergedObject(schema, defs);
      if (merged && merged.members.length > 0) parts.push(dictText(name, merged, place));
      else
        parts.push(
          `${name}: TypeAlias = ${pythonString(typeOf(schema, { ...place, name: `${name}Value` }))}\n`,
        );
    },
    text: () => parts.join('\n'),
  };
}

interface MergedObject {
  readonly members: readonly (readonly [name: string, schema: unknown])[];
  readonly required: ReadonlySet<unknown>;
}

/**
 * An object with the properties of all its parts. Undefined if a part is no object, or may be another.
 *
 * @param seen the schemas with a name so far. Each counts once: a stranger's document may repeat them
 * in every level.
 */
function mergedObject(
  schema: unknown,
  defs: JsonSchema,
  depth = 0,
  seen = new Set<string>(),
): MergedObject | undefined {
  if (!isRecord(schema) || depth > MAX_MERGED) return undefined;
  const { type, properties, required, allOf } = schema;
  if (type !== undefined && type !== 'object') return undefined;
  if (Object.hasOwn(schema, 'enum') || Object.hasOwn(schema, 'const')) return undefined;
  if (!listsIn(schema, ['anyOf', 'oneOf']).every((branches) => branches.every(onlyRequires)))
    return undefined;
  const members = new Map<string, unknown>();
  const names = new Set<unknown>(Array.isArray(required) ? required : []);
  const def = referenceIn(schema);
  const others = Array.isArray(allOf) ? [...allOf] : [];
  if (def !== undefined && !seen.has(def)) others.push(Object.hasOwn(defs, def) ? defs[def] : undefined);
  if (def !== undefined) seen.add(def);
  for (const part of others) {
    const merged = mergedObject(part, defs, depth + 1, seen);
    if (merged === undefined) return undefined;
    for (const [name, each] of merged.members) members.set(name, each);
    for (const name of merged.required) names.add(name);
  }
  for (const [name, each] of Object.entries(isRecord(properties) ? properties : {})) members.set(name, each);
  return { members: [...members], required: names };
}

/** As in `anyOf: [{required: [id]}, {required: [name]}]`. It names no types. */
const onlyRequires = (schema: unknown): boolean =>
  isRecord(schema) && Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword));
const ANNOTATIONS: ReadonlySet<string> = new Set(['required', 'title', 'description', 'not']);

const listsIn = (schema: JsonSchema, keywords: readonly string[]): readonly (readonly unknown[])[] =>
  keywords.map((keyword) => schema[keyword]).filter((value) => Array.isArray(value));

function union(types: readonly string[]): string {
  const all = [...new Set(types)];
  return all.length === 0 || all.includes(ANY) ? ANY : all.join(' | ');
}

/** Literal takes text, integers, booleans and None. */
function literals(values: readonly unknown[]): string {
  return union(
    values.map((value) => {
      if (typeof value === 'string') return `Literal[${pythonString(value)}]`;
      if (typeof value === 'boolean') return `Literal[${value ? 'True' : 'False'}]`;
      if (value === null) return 'None';
      if (typeof value !== 'number') return ANY;
      return Number.isSafeInteger(value) ? `Literal[${value}]` : 'float';
    }),
  );
}
