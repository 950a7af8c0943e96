import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrefixTree, type PrefixTree } from './prefix-tree.js';

const found = (tree: PrefixTree<string>, text: string) => [...tree.matches(text)].map(([, key]) => key);

describe('a prefix tree', () => {
  it('finds the keys that a text begins with, from the shortest on, with their lengths', () => {
    const tree = createPrefixTree<string>();
    for (const key of ['', 'a', 'a.b', 'a.bc', 'a.bcd.e', 'b']) tree.set(key, key);
    expect(found(tree, 'a.bcd.e.f')).toEqual(['', 'a', 'a.b', 'a.bc', 'a.bcd.e']);
    expect([...tree.matches('a.c')]).toEqual([
      [0, ''],
      [1, 'a'],
    ]);
    expect(found(tree, 'zzz')).toEqual(['']);
  });

  it('compares characters, not components', () => {
    const tree = createPrefixTree<string>();
    tree.set('com.app.emergency', 'x');
    expect(found(tree, 'com.app.emergency-low')).toEqual(['x']);
    expect(found(tree, 'com.app.emerge')).toEqual([]);
  });

  it('forgets a key, and leaves those beside, above and below it', () => {
    const tree = createPrefixTree<string>();
    for (const key of ['ab', 'abc', 'abcd', 'abx']) tree.set(key, key);
    tree.delete('abc');
    tree.delete('abq');
    tree.delete('a');
    expect(tree.get('abc')).toBeUndefined();
    expect(['ab', 'abcd', 'abx'].map((key) => tree.get(key))).toEqual(['ab', 'abcd', 'abx']);
    expect(found(tree, 'abcz')).toEqual(['ab']);
  });

  it('behaves as a map would that tries every key, whatever is set and deleted', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 6 });
    const step = fc.record({ key, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(key, { maxLength: 10 }), (steps, texts) => {
        const tree = createPrefixTree<string>();
        const model = new Set<string>();
        for (const { key, remove } of steps) {
          if (remove) {
            tree.delete(key);
            model.delete(key);
          } else {
            tree.set(key, key);
            model.add(key);
          }
        }
        for (const text of [...texts, ...model]) {
          const expected = [...model]
            .filter((key) => text.startsWith(key))
            .sort((a, b) => a.length - b.length);
          expect(found(tree, text)).toEqual(expected);
          expect(tree.get(text)).toBe(model.has(text) ? text : undefined);
        }
      }),
      { numRuns: 300 },
    );
  });
});
