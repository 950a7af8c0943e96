import { atom, type TypeExpression, UNKNOWN } from './expressions.js';
import { propertyName, stringLiteral } from './text.js';

const MAX_DEPTH = 10;

/** The type that has one value: `'paid'`, `5`, `null`, `[1, 2]`, `{ a: 1 }`. */
export function literalType(value: unknown): TypeExpression {
  return atom(literalText(value, 0));
}

function literalText(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) return UNKNOWN.text;
  const inner = (each: unknown) => literalText(each, depth + 1);
  switch (typeof value) {
    case 'string':
      return stringLiteral(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : 'number';
    case 'boolean':
      return String(value);
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
      const members = Object.entries(value).map(([name, each]) => `${propertyName(name)}: ${inner(each)}`);
      return members.length === 0 ? '{ [name: string]: never }' : `{ ${members.join('; ')} }`;
    }
    case 'bigint':
      return 'number';
    default:
      return UNKNOWN.text;
  }
}
