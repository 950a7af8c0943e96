import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrefixIndex, type PrefixIndex } from './prefix-index.js';
import { createUriHash } from './uri-hash.js';

function found(index: PrefixIndex<string>, text: string): string[] {
  const values: string[] = [];
  index.collect(text, values);
  return values;
}

/** With this hash all texts of one length collide. */
const WORST = createUriHash(0, () => {});

describe('a prefix index', () => {
  it('finds the keys with which a text starts, shortest first', () => {
    const index = createPrefixIndex<string>();
    for (const key of ['', 'a', 'a.b', 'a.bc', 'a.bcd.e', 'b']) index.set(key, key);
    expect(found(index, 'a.bcd.e.f')).toEqual(['', 'a', 'a.b', 'a.bc', 'a.bcd.e']);
    expect(found(index, 'a.c')).toEqual(['', 'a']);
    expect(found(index, 'zzz')).toEqual(['']);
  });

  it('finds the longest key with which a text starts, and the longest of those that fit', () => {
    const index = createPrefixIndex<number>();
    for (const key of ['', 'a', 'a.b', 'a.bcd']) index.set(key, key.length);
    expect(index.longest('a.bc')).toMatchObject({ key: 'a.b', value: 3 });
    expect(index.longest('a.bc', (length) => length < 3)).toMatchObject({ key: 'a', value: 1 });
    expect(index.longest('x', (length) => length > 0)).toBeUndefined();
  });

  it('compares characters, not components', () => {
    const index = createPrefixIndex<string>();
    index.set('com.app.emergency', 'x');
    expect(found(index, 'com.app.emergency-low')).toEqual(['x']);
    expect(found(index, 'com.app.emerge')).toEqual([]);
  });

  it('deletes a key, and leaves its neighbours, prefixes and extensions', () => {
    const index = createPrefixIndex<string>();
    for (const key of ['ab', 'abc', 'abcd', 'abx']) index.set(key, key);
    index.delete('abc');
    index.delete('abq');
    index.delete('a');
    expect(index.get('abc')).toBeUndefined();
    expect(['ab', 'abcd', 'abx'].map((key) => index.get(key))).toEqual(['ab', 'abcd', 'abx']);
    expect(found(index, 'abcz')).toEqual(['ab']);
  });

  it.each([
    ['a secret hash', undefined],
    ['a hash that is always the same', WORST],
  ])('behaves like a map that tries every key, with %s', (_which, hash) => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 6 });
    const step = fc.record({ key, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(key, { maxLength: 10 }), (steps, texts) => {
        const index = createPrefixIndex<string>(hash);
        const model = new Set<string>();
        for (const { key, remove } of steps) {
          if (remove) {
            index.delete(key);
            model.delete(key);
          } else {
            index.set(key, key);
            model.add(key);
          }
        }
        for (const text of [...texts, ...model]) {
          const expected = [...model]
            .filter((key) => text.startsWith(key))
            .sort((a, b) => a.length - b.length);
          expect(found(index, text)).toEqual(expected);
          expect(index.longest(text)?.key).toBe(expected.at(-1));
          expect(index.get(text)).toBe(model.has(text) ? text : undefined);
        }
      }),
      { numRuns: 150 },
    );
  });
});
