import { describe, expect, it } from 'vitest';
import { circularReferences } from './references.js';
import { schemaToType } from './schema-to-type.js';

const NAMES: Readonly<Record<string, string>> = { a: 'A', b: 'B' };
const typeOf = (schema: unknown): string =>
  schemaToType(schema, { typeOf: (def) => NAMES[def] }, '').replace(/\s+/g, ' ');
const ref = (name: string) => ({ $ref: `#/$defs/${name}` });
const text = { type: 'string' };

describe('the type of a schema', () => {
  it.each<[schema: unknown, type: string]>([
    [true, 'unknown'],
    [{}, 'unknown'],
    [false, 'never'],
    [{ not: {} }, 'never'],
    [{ type: 'integer' }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: 'string', format: 'binary' }, 'Uint8Array | string'],
    [{ enum: ['a', 1, null, true, "it's"] }, "'a' | 1 | null | true | 'it\\'s'"],
    [{ enum: [] }, 'never'],
    [{ const: { a: [1, 'b'] } }, "{ a: [1, 'b'] }"],
    [{ const: Number.POSITIVE_INFINITY }, 'number'],
    [ref('a'), 'A'],
    [ref('missing'), 'unknown'],
  ])('of %j is %s', (schema, type) => {
    expect(typeOf(schema)).toBe(type);
  });
});

describe('the type of a list', () => {
  it.each<[schema: unknown, type: string]>([
    [{ type: 'array', items: text }, 'string[]'],
    [{ type: 'array' }, 'unknown[]'],
    [{ items: { type: ['string', 'null'] } }, '(string | null)[]'],
    [{ type: 'array', items: { allOf: [ref('a'), ref('b')] } }, '(A & B)[]'],
    [{ type: 'array', prefixItems: [text, ref('a')], items: false }, '[string, A]'],
    [{ type: 'array', prefixItems: [text, text], minItems: 1, maxItems: 2 }, '[string, string?]'],
    [{ type: 'array', prefixItems: [text], items: { type: 'number' } }, '[string, ...number[]]'],
    [{ prefixItems: [text] }, '[string, ...unknown[]]'],
  ])('of %j is %s', (schema, type) => {
    expect(typeOf(schema)).toBe(type);
  });
});

describe('the type of an object', () => {
  it.each<[schema: unknown, type: string]>([
    [{ type: 'object' }, '{ [name: string]: unknown }'],
    [{ type: 'object', additionalProperties: false }, '{ [name: string]: never }'],
    [{ additionalProperties: text }, '{ [name: string]: string }'],
    [{ patternProperties: { '^x-': text } }, '{ [name: string]: string }'],
    [{ properties: { a: text, b: text }, required: ['b'] }, '{ a?: string; b: string; }'],
    [{ type: 'object', required: ['a'] }, '{ a: unknown; }'],
    [
      { properties: { n: { type: 'number' } }, additionalProperties: text },
      '{ n?: number; [name: string]: string | number | undefined; }',
    ],
    [{ properties: { a: text }, additionalProperties: true }, '{ a?: string; [name: string]: unknown; }'],
    [{ properties: { 'a-b': text, ü: text, '': text } }, "{ 'a-b'?: string; 'ü'?: string; ''?: string; }"],
    [JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'), '{ __proto__?: string; }'],
    [
      { properties: { a: { ...text, description: 'one', deprecated: true, default: 'x' } } },
      '{ /** * one * @default "x" * @deprecated */ a?: string; }',
    ],
  ])('of %j is %s', (schema, type) => {
    expect(typeOf(schema)).toBe(type);
  });
});

describe('the type of a composed schema', () => {
  it.each<[schema: unknown, type: string]>([
    [{ allOf: [ref('a'), ref('b')] }, 'A & B'],
    [{ anyOf: [ref('a'), { type: 'null' }] }, 'A | null'],
    [{ oneOf: [text, text, { type: 'number' }] }, 'string | number'],
    [{ anyOf: [text, {}] }, 'unknown'],
    [{ allOf: [ref('a'), {}] }, 'A'],
    [{ type: 'object', allOf: [ref('a'), { oneOf: [ref('b'), { type: 'null' }] }] }, 'A & (B | null)'],
    [{ ...ref('a'), properties: { c: text } }, 'A & { c?: string; }'],
    [
      { properties: { c: text, d: text }, anyOf: [{ required: ['c'] }, { required: ['d'] }] },
      '{ c?: string; d?: string; } & ({ c: unknown; } | { d: unknown; })',
    ],
    [
      { anyOf: [text, { enum: Array.from({ length: 30 }, (_, index) => index + 1e6) }, { type: 'null' }] },
      expect.stringMatching(/^ \| string \| 1000000 .* \| 1000029 \| null$/),
    ],
    [{ anyOf: [{ allOf: [ref('a'), ref('b')] }, text] }, '(A & B) | string'],
  ])('of %j is %s', (schema, type) => {
    expect(typeOf(schema)).toEqual(type);
  });

  it('ends at a depth that compilers can read', () => {
    const schema: { items?: unknown } = {};
    let inner = schema;
    for (let depth = 0; depth < 20_000; depth += 1) {
      const next = {};
      inner.items = next;
      inner = next;
    }
    expect(typeOf(schema)).toMatch(/^unknown(?:\[\]){60,}$/);
  });

  it('has wide unions in lines, so that a new member changes one', () => {
    const values = Array.from({ length: 20 }, (_, index) => `value-${index}`);
    expect(schemaToType({ enum: values }, { typeOf: () => undefined }, '  ')).toContain(
      "\n    | 'value-0'\n    | 'value-1'",
    );
  });
});

describe('circular references', () => {
  it('are those by which a type would be its own part', () => {
    const isCircular = circularReferences({
      Pet: { oneOf: [ref('Dog'), ref('Cat')] },
      Dog: { allOf: [ref('Pet'), { properties: { barks: text } }] },
      Cat: { properties: { friend: ref('Pet') } },
      Self: { anyOf: [ref('Self'), text] },
      One: ref('Two'),
      Two: ref('One'),
      Tree: { items: ref('Tree') },
    });
    expect(isCircular('Dog', 'Pet', 'all')).toBe(true);
    expect(isCircular('Pet', 'Dog', 'any')).toBe(false);
    expect(isCircular('Cat', 'Pet', 'alone')).toBe(false);
    expect(isCircular('Self', 'Self', 'any')).toBe(true);
    expect(isCircular('One', 'Two', 'alone')).toBe(true);
    expect(isCircular('Tree', 'Tree', 'alone')).toBe(false);
  });
});
