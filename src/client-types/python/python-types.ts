import type { JsonSchema } from '../../gateway/descriptions/description.js';
import { commentOf } from '../object-type.js';
import { circularReferences, isRecord, type Operator, referenceIn } from '../references.js';
import { className, pythonComment, pythonString } from './python-text.js';

const ANY = 'Any';
const MAX_DEPTH = 30;
/** Each `allOf` with a reference takes two levels. */
const MAX_MERGED = 200;

/** Collects the types of a service. Python has no types without a name for dictionaries. */
export interface PythonTypes {
  /** Defines the type of a schema. @param def its name, if it has one */
  define(name: string, schema: unknown, def?: string): void;
  /** The definitions so far. */
  text(): string;
}

/**
 * @param nameOf gives a name that is free
 * @param defs the schemas with a name
 * @param defNames their names in Python
 */
export function createPythonTypes(
  nameOf: (wanted: string) => string,
  defs: JsonSchema,
  defNames: ReadonlyMap<string, string>,
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
    for (const keyword of ['anyOf', 'oneOf']) {
      const branches = schema[keyword];
      if (Array.isArray(branches)) {
        return union(branches.map((each) => typeOf(each, { ...inner, operator: 'any' })));
      }
    }
    const { allOf, type } = schema;
    if (Array.isArray(allOf)) {
      return allOf.length === 1 ? typeOf(allOf[0], { ...inner, operator: 'all' }) : ANY;
    }
    const types = Array.isArray(type) ? type : [type];
    return union(types.map((each) => simpleType(each, schema, { ...inner, operator: 'alone' })));
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
  if (['anyOf', 'oneOf', 'enum', 'const'].some((keyword) => Object.hasOwn(schema, keyword))) return undefined;
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
