import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonNestingExceeds, parseJson, stringifyJson } from './json.js';

describe('integers beyond 2^53', () => {
  it.each([
    '9007199254740993',
    '-9007199254740993',
    '{"a":[12345678901234567890,1],"b":"12345678901234567890"}',
    '[-123456789012345678901234567890]',
    '{"12345678901234567890":1}',
  ])('come out as they went in: %s', (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
  });
  it('are BigInt only where a number cannot hold them', () => {
    expect(parseJson('[9007199254740992, 9007199254740993, 1234567890123456]')).toEqual([
      9007199254740992,
      9007199254740993n,
      1234567890123456,
    ]);
    expect(parseJson('[1.2345678901234567890, 12345678901234567890e2, "x"]')).toEqual([
      1.234567890123456789,
      1234567890123456789000,
      'x',
    ]);
  });
  it('do not make invalid JSON valid', () => {
    for (const text of [
      '{12345678901234567890:1}',
      '01234567890123456789',
      '[12345678901234567890',
      '--12345678901234567890',
    ]) {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    }
  });
});

describe('__proto__', () => {
  it('is a key like any other, with and without big integers beside it', () => {
    for (const text of [
      '{"__proto__":{"admin":true}}',
      '{"__proto__":{"id":9007199254740993},"n":12345678901234567890}',
    ]) {
      const value = parseJson(text) as Record<string, unknown>;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(stringifyJson(value)).toBe(text);
    }
    expect('admin' in {}).toBe(false);
  });
});

describe('nesting', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  it('is refused beyond the limit, before the parser sees it', () => {
    expect(parseJson(nested(512), 512)).toBeDefined();
    expect(() => parseJson(nested(513), 512)).toThrow(/512/);
    expect(() => parseJson('['.repeat(5_000_000), 512)).toThrow(/512/);
  });
  it('counts brackets outside strings alone', () => {
    const text = JSON.stringify(['['.repeat(100), '\\"[[[[', '\\\\']);
    expect(jsonNestingExceeds(text, 1)).toBe(false);
    expect(jsonNestingExceeds(text, 0)).toBe(true);
    expect(jsonNestingExceeds('[]'.repeat(1000), 1)).toBe(false);
  });
});

it('agrees with JSON.parse on what is JSON and what it says, big integers apart', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.json().map((text) => text.slice(1)),
      ),
      (text) => {
        let expected: unknown;
        let fails = false;
        try {
          expected = JSON.parse(text);
        } catch {
          fails = true;
        }
        if (fails) expect(() => parseJson(text)).toThrow(SyntaxError);
        else
          expect(JSON.stringify(expected)).toBe(JSON.stringify(JSON.parse(stringifyJson(parseJson(text)))));
      },
    ),
    { numRuns: 2_000 },
  );
});

it('writes and reads any tree with big integers in it', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.bigInt(),
      fc.string(),
      fc.boolean(),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree')),
    ),
  }));
  const plain = (value: unknown): unknown =>
    typeof value === 'bigint' && value >= -(2n ** 53n) && value <= 2n ** 53n
      ? Number(value)
      : Array.isArray(value)
        ? value.map(plain)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
          : value;
  fc.assert(
    fc.property(tree, (value) => {
      expect(parseJson(stringifyJson(value))).toEqual(plain(value));
    }),
  );
});
