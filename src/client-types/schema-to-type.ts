import {
  arrayOf,
  atom,
  intersectionOf,
  NEVER,
  type TypeExpression,
  UNKNOWN,
  unionOf,
} from './expressions.js';
import { literalType } from './literal-type.js';
import { objectType } from './object-type.js';
import type { Position, TypeScope } from './position.js';
import { isRecord, type Operator, referenceIn } from './references.js';

/** Deeper schemas are `unknown`: compilers of TypeScript end somewhere too. */
const MAX_DEPTH = 60;

/** The type of a JSON Schema 2020-12. What TypeScript cannot express is left out, or `unknown`. */
export function schemaToType(schema: unknown, scope: TypeScope, indent: string): string {
  return typeOfSchema(schema, { scope, indent, depth: 0, operator: 'alone', convert: typeOfSchema }).text;
}

function typeOfSchema(schema: unknown, position: Position): TypeExpression {
  if (schema === false) return NEVER;
  if (!isRecord(schema) || position.depth > MAX_DEPTH) return UNKNOWN;
  const below = { ...position, depth: position.depth + 1 };
  const inner = (operator: Operator) => (each: unknown) => typeOfSchema(each, { ...below, operator });
  const parts: TypeExpression[] = [];
  const reference = referenceIn(schema);
  if (reference !== undefined) parts.push(referencedType(reference, position));
  parts.push(ownType(schema, below));
  for (const part of listIn(schema, 'allOf')) parts.push(inner('all')(part));
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = listIn(schema, keyword);
    if (branches.length > 0) parts.push(unionOf(branches.map(inner('any')), position.indent));
  }
  const { not } = schema;
  if (not === true || (isRecord(not) && Object.keys(not).length === 0)) return NEVER;
  return intersectionOf(parts);
}

/** A reference to itself adds nothing: neither in `A = A | B` nor in `A = A & B`. */
function referencedType(def: string, { scope, operator }: Position): TypeExpression {
  const name = scope.typeOf(def, operator);
  if (name !== undefined) return atom(name);
  return operator === 'any' ? NEVER : UNKNOWN;
}

/** The type without references and without allOf, anyOf and oneOf. */
function ownType(schema: Readonly<Record<string, unknown>>, position: Position): TypeExpression {
  if (Object.hasOwn(schema, 'const')) return literalType(schema['const']);
  const { enum: values } = schema;
  if (Array.isArray(values)) return unionOf(values.map(literalType), position.indent);
  const types = typesIn(schema);
  if (types.length === 0) return UNKNOWN;
  // `type: object` beside allOf says nothing new. As a type it would allow every name.
  if (isComposed(schema) && types.length === 1 && isBare(schema, types[0] as string)) return UNKNOWN;
  return unionOf(
    types.map((type) => typeNamed(type, schema, position)),
    position.indent,
  );
}

const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties', 'patternProperties'],
  array: ['items', 'prefixItems'],
};

const isComposed = (schema: object): boolean =>
  ['$ref', 'allOf', 'anyOf', 'oneOf'].some((keyword) => Object.hasOwn(schema, keyword));

const isBare = (schema: object, type: string): boolean =>
  KEYWORDS[type]?.every((keyword) => !Object.hasOwn(schema, keyword)) ?? false;

/** Documents often leave out `type` where another keyword shows it. */
function typesIn(schema: Readonly<Record<string, unknown>>): readonly string[] {
  const { type, format } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((each) => typeof each === 'string');
  const implied = Object.keys(KEYWORDS).filter((each) => !isBare(schema, each));
  return implied.length === 0 && format === 'binary' ? ['string'] : implied;
}

function typeNamed(
  type: string,
  schema: Readonly<Record<string, unknown>>,
  position: Position,
): TypeExpression {
  switch (type) {
    case 'null':
    case 'boolean':
    case 'number':
      return atom(type);
    case 'integer':
      return atom('number');
    case 'string':
      return schema['format'] === 'binary' ? BYTES : atom('string');
    case 'array':
      return arrayType(schema, position);
    case 'object':
      return objectType(schema, position);
    default:
      return UNKNOWN;
  }
}

/** Serializers without bytes carry them as text. */
const BYTES = unionOf([atom('Uint8Array'), atom('string')], '');

function arrayType(schema: Readonly<Record<string, unknown>>, position: Position): TypeExpression {
  const inner = (each: unknown) => typeOfSchema(each, { ...position, operator: 'alone' });
  const { items, minItems, maxItems } = schema;
  const first = listIn(schema, 'prefixItems');
  const rest = inner(items);
  if (first.length === 0) return arrayOf(rest);
  // Who describes a tuple without minItems means all of it.
  const needed = typeof minItems === 'number' ? minItems : first.length;
  const isClosed = items === false || maxItems === first.length;
  const members = first.map((each, index) => tupleMember(inner(each), index >= needed));
  return atom(`[${[...members, ...(isClosed ? [] : [`...${arrayOf(rest).text}`])].join(', ')}]`);
}

const tupleMember = ({ text, by }: TypeExpression, isOptional: boolean): string =>
  isOptional ? `${by === 'itself' ? text : `(${text})`}?` : text;

function listIn(schema: Readonly<Record<string, unknown>>, keyword: string): readonly unknown[] {
  const value = schema[keyword];
  return Array.isArray(value) ? value : [];
}
