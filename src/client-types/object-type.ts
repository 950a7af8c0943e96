import { atom, NEVER, type TypeExpression, UNKNOWN, unionOf } from './expressions.js';
import type { Position } from './position.js';
import { isRecord } from './references.js';
import { docComment, propertyName } from './text.js';

interface Member {
  readonly name: string;
  readonly isRequired: boolean;
  readonly type: TypeExpression;
  readonly comment: string;
}

export function objectType(schema: Readonly<Record<string, unknown>>, position: Position): TypeExpression {
  const { indent } = position;
  const inner = { ...position, indent: `${indent}  `, operator: 'alone' } as const;
  const members = membersOf(schema, inner);
  const index = indexType(schema, members, inner);
  if (members.length === 0) return atom(`{ [name: string]: ${(index ?? UNKNOWN).text} }`);
  const lines = members.map(
    ({ name, isRequired, type, comment }) =>
      `${docComment(comment, inner.indent)}${inner.indent}${propertyName(name)}${isRequired ? '' : '?'}: ${type.text};\n`,
  );
  if (index !== undefined) lines.push(`${inner.indent}[name: string]: ${index.text};\n`);
  return atom(`{\n${lines.join('')}${indent}}`);
}

function membersOf(schema: Readonly<Record<string, unknown>>, position: Position): readonly Member[] {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const known = Object.entries(properties).map(([name, each]) => ({
    name,
    isRequired: required.has(name),
    type: position.convert(each, position),
    comment: commentOf(each),
  }));
  const others = [...required].filter((name) => typeof name === 'string' && !Object.hasOwn(properties, name));
  return [...known, ...others.map((name) => ({ name, isRequired: true, type: UNKNOWN, comment: '' }))];
}

/** What the document says of a value. */
export function commentOf(schema: unknown): string {
  if (!isRecord(schema)) return '';
  const { title, description = title, default: preset, deprecated } = schema;
  const shown = preset === undefined ? '' : (JSON.stringify(preset) ?? '');
  return [
    typeof description === 'string' ? description : '',
    shown !== '' && shown.length <= 80 ? `@default ${shown}` : '',
    deprecated === true ? '@deprecated' : '',
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/**
 * The type of other names. TypeScript demands that the named properties have it too, so it is the
 * union of all.
 */
function indexType(
  schema: Readonly<Record<string, unknown>>,
  members: readonly Member[],
  position: Position,
): TypeExpression | undefined {
  const { additionalProperties: others, patternProperties: patterns } = schema;
  const found = isRecord(patterns) ? Object.values(patterns) : [];
  if (others === true || isRecord(others)) found.push(others);
  if (found.length === 0) return others === false && members.length === 0 ? NEVER : undefined;
  const types = found.map((each) => position.convert(each, position));
  // Long types would stand twice.
  if (members.some(({ type }) => type.text.length > 60)) return UNKNOWN;
  const isOptional = members.some(({ isRequired }) => !isRequired);
  const all = [...types, ...members.map(({ type }) => type), ...(isOptional ? [atom('undefined')] : [])];
  return unionOf(all, position.indent);
}
