import { describe, expect, it } from 'vitest';
import { createNames } from '../names.js';
import { createPythonTypes } from './python-types.js';

const ref = (name: string) => ({ $ref: `#/$defs/${name}` });
const text = { type: 'string' };
const dictOf = (additionalProperties: object) => ({ type: 'object', additionalProperties });

function typesOf(defs: Readonly<Record<string, unknown>>): string {
  const nameOf = createNames([]);
  const names = new Map(Object.keys(defs).map((name) => [name, nameOf(name)]));
  const types = createPythonTypes(nameOf, { schemas: defs, names });
  for (const [name, schema] of Object.entries(defs)) types.define(name, schema, name);
  return types.text().replace(/\s+/g, ' ').trim();
}

describe('the type of a schema in Python', () => {
  it.each<[schema: unknown, type: string]>([
    [true, 'Any'],
    [{ type: ['integer', 'null'] }, 'int | None'],
    [{ type: 'string', format: 'binary' }, 'bytes | str'],
    [{ enum: ['a', 1, true, null, 1.5] }, 'Literal[\\"a\\"] | Literal[1] | Literal[True] | None | float'],
    [{ type: 'array', items: { type: 'number' } }, 'list[float]'],
    [{ type: 'array', prefixItems: [text, { type: 'integer' }], items: false }, 'list[str | int]'],
    [{ type: 'object', additionalProperties: text }, 'dict[str, str]'],
    [{ anyOf: [text, { type: 'null' }] }, 'str | None'],
    [{ allOf: [text, { minLength: 1 }] }, 'str'],
    [{ allOf: [{ type: 'string' }, { enum: ['a', 'b'] }] }, 'Literal[\\"a\\"] | Literal[\\"b\\"]'],
    [{ type: 'number', allOf: [{ type: 'integer' }] }, 'int'],
    [{ allOf: [{ anyOf: [text, { type: 'integer' }] }, {}] }, 'str | int'],
    [{ allOf: [{ type: 'array', items: text }, { minItems: 1 }] }, 'list[str]'],
    [{ allOf: [dictOf(text), dictOf({ type: 'integer' })] }, 'Any'],
    [{ anyOf: [ref('A'), text] }, 'Any'],
  ])('of %j is %s', (schema, type) => {
    expect(typesOf({ A: schema })).toBe(`A: TypeAlias = "${type}"`);
  });

  it('has a name for each object, and the properties of all parts', () => {
    const A = { allOf: [ref('B'), { properties: { c: { properties: { d: text } } }, required: ['c'] }] };
    expect(typesOf({ A, B: { type: 'object', properties: { b: text } } })).toBe(
      'AC = TypedDict("AC", { "d": NotRequired["str"], }) ' +
        'A = TypedDict("A", { "b": NotRequired["str"], "c": "AC", }) ' +
        'B = TypedDict("B", { "b": NotRequired["str"], })',
    );
  });

  it('has the properties of an object with branches that only require', () => {
    const A = { properties: { a: text, b: text }, anyOf: [{ required: ['a'] }, { required: ['b'] }] };
    expect(typesOf({ A })).toBe('A = TypedDict("A", { "a": NotRequired["str"], "b": NotRequired["str"], })');
  });

  it('takes each part once, in a document that doubles them in every level', () => {
    const levels = Array.from({ length: 29 }, (_, level) => [
      `L${level}`,
      { allOf: [ref(`L${level + 1}`), ref(`L${level + 1}`)] },
    ]);
    const all = typesOf(
      Object.fromEntries([...levels, ['L29', { type: 'object', properties: { a: text } }]]),
    );
    expect(all).toContain('L0 = TypedDict("L0", { "a": NotRequired["str"], })');
  });
});
