import { array, assert, constantFrom, letrec, oneof, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEmptyValue, itemsOf, textIn, valueAtPath } from './value-at-path.js';

function find(text: string, path: readonly string[]): { steps: number; found: string | undefined } {
  const work = valueAtPath(Buffer.from(text), path);
  for (let steps = 1; ; steps++) {
    const step = work.next();
    if (step.done === true) return { steps, found: step.value?.toString() };
  }
}

describe('the value at a path', () => {
  it.each([
    ['{"a":{"b":[1, {"c" : 2.50 }]}}', ['a', 'b', '1', 'c'], '2.50'],
    [' { "a" : "x" } ', ['a'], '"x"'],
    [' [ 1 , [ 2 ] , 3 ] ', ['1'], '[ 2 ]'],
    ['{"a":1}', [], '{"a":1}'],
    [' true ', [], 'true'],
    ['{"a":1,"a":{"b":2}}', ['a', 'b'], '2'],
    ['{"a":{"b":2},"a":1}', ['a', 'b'], undefined],
    ['{"\\u0061\\"":1}', ['a"'], '1'],
    ['{"a\\\\":1,"b":2}', ['b'], '2'],
    ['{"":{"":3}}', ['', ''], '3'],
    ['{"__proto__":1}', ['__proto__'], '1'],
    ['{}', ['constructor'], undefined],
    ['{"é😀":"]}"}', ['é😀'], '"]}"'],
    ['{"a":[]}', ['a', '0'], undefined],
    ['[1,2]', ['length'], undefined],
    ['[1,2]', ['01'], undefined],
    ['"text"', ['0'], undefined],
    ['null', ['a'], undefined],
  ])('of %s at %j', (text, path, value) => {
    expect(find(text, path).found).toBe(value);
  });

  it('is the one that JSON.parse finds', () => {
    const names = constantFrom('a', 'b', '', '0', '1', 'é', '\\"');
    const member = (name: string, value: string) => `${JSON.stringify(name)} :${value}`;
    const texts = letrec<{ value: string }>((tie) => ({
      value: oneof(
        { maxDepth: 4, withCrossShrink: true },
        constantFrom('1', '"]}"', 'null', '"\\\\"', '-2.5', '[ ]'),
        array(tuple(names, tie('value')), { maxLength: 4 }).map(
          (all) => `{ ${all.map((each) => member(...each)).join(' , ')}}`,
        ),
        array(tie('value'), { maxLength: 3 }).map((all) => `[${all.join(',')} ]`),
      ),
    })).value;
    assert(
      property(tuple(texts, names, names), ([text, ...path]) => {
        let value: unknown = JSON.parse(text);
        for (const step of path) {
          const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
          value = isOwn ? (value as Record<string, unknown>)[step] : undefined;
        }
        const { found } = find(text, path);
        expect(found === undefined ? undefined : JSON.parse(found)).toEqual(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of a large text is found in steps', () => {
    const filler = JSON.stringify(Array.from({ length: 100_000 }, (_, index) => ({ index })));
    const { steps, found } = find(`{"x":${filler},"deep":{"y":"${'z'.repeat(1e6)}","a":7}}`, ['deep', 'a']);
    expect(found).toBe('7');
    expect(steps).toBeGreaterThan(60);
  });

  it('is found in any depth without recursion', () => {
    const depth = 200_000;
    expect(find(`{"x":${'['.repeat(depth)}${']'.repeat(depth)},"a":1}`, ['a']).found).toBe('1');
  });
});

describe('a value', () => {
  it.each(['null', 'false', '0', '-0', '0.0', '""', '[]', '[ ]', '{}', '{\n}'])('%j is empty', (text) => {
    expect(isEmptyValue(Buffer.from(text))).toBe(true);
  });
  it.each(['true', '1', '0.5', '" "', '[0]', '{"":0}', '10'])('%j is not empty', (text) => {
    expect(isEmptyValue(Buffer.from(text))).toBe(false);
  });
  it('has a text if it is one', () => {
    expect([textIn(Buffer.from('"\\u0061b"')), textIn(Buffer.from('1'))]).toEqual(['ab', undefined]);
  });
  it('that is a list has items', () => {
    const items = [...itemsOf(Buffer.from('[ 1, "a,]" ,{"b":[2]}, [] ]'))].map(String);
    expect(items).toEqual(['1', '"a,]"', '{"b":[2]}', '[]']);
    expect([...itemsOf(Buffer.from('[ ]'))]).toEqual([]);
  });
});
