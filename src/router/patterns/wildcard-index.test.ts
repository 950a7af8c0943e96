import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUriHash } from './uri-hash.js';
import { createWildcardIndex, MAX_COMPONENTS } from './wildcard-index.js';

function indexOf(...patterns: readonly string[]) {
  const index = createWildcardIndex<string>();
  for (const pattern of patterns) index.set(pattern, pattern);
  return index;
}
function all(index: ReturnType<typeof indexOf>, uri: string): string[] {
  const found: string[] = [];
  index.collect(uri, found);
  return found;
}

describe('a wildcard index', () => {
  it('matches exactly one component with an empty one', () => {
    const index = indexOf('com..c');
    expect(index.best('com.b.c')).toBe('com..c');
    for (const uri of ['com.c', 'com.b.b.c', 'com.b.d', 'org.b.c']) expect(index.best(uri)).toBeUndefined();
  });

  it('prefers the pattern that names the first component that the others leave empty', () => {
    expect(all(indexOf('..c', 'a..', '.b.c', 'a..c', '..'), 'a.b.c')).toEqual([
      'a..c',
      'a..',
      '.b.c',
      '..c',
      '..',
    ]);
  });

  it('falls back to an empty component if the named one leads to no match', () => {
    expect(indexOf('a.b..x', 'a...d').best('a.b.c.d')).toBe('a...d');
  });

  it('matches no URI of more components than a pattern can have', () => {
    const pattern = '.'.repeat(MAX_COMPONENTS - 1);
    const uri = Array.from({ length: MAX_COMPONENTS }, () => 'a').join('.');
    expect(indexOf(pattern).best(uri)).toBe(pattern);
    expect(indexOf(pattern).best(`${uri}.a`)).toBeUndefined();
  });

  it('has one shape for all patterns that name the same components, until the last one is deleted', () => {
    const index = indexOf('a..c', 'x..y', '.b', 'a..');
    expect(index.shapes).toBe(3);
    expect([index.hasShapeOf('q..r'), index.hasShapeOf('q.'), index.hasShapeOf('a..c.')]).toEqual([
      true,
      false,
      false,
    ]);
    index.delete('a..c');
    index.delete('a..d');
    expect(index.shapes).toBe(3);
    index.delete('x..y');
    expect(index.shapes).toBe(2);
    expect(index.hasShapeOf('q..r')).toBe(false);
  });

  it.each([
    ['a secret hash', undefined],
    ['a hash that is always the same', createUriHash(MAX_COMPONENTS, () => {})],
  ])('behaves like a list that tries every pattern, with %s', (_which, hash) => {
    const uri = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 });
    const pattern = fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 4 });
    const step = fc.record({ pattern, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(uri, { maxLength: 6 }), (steps, uris) => {
        const index = createWildcardIndex<string>(hash);
        const model = new Map<string, readonly string[]>();
        for (const { pattern, remove } of steps) {
          const text = pattern.join('.');
          if (remove) {
            index.delete(text);
            model.delete(text);
          } else {
            index.set(text, text);
            model.set(text, pattern);
          }
        }
        for (const text of model.keys()) expect(index.get(text)).toBe(text);
        for (const components of uris) {
          const matching = [...model]
            .filter(
              ([, pattern]) =>
                pattern.length === components.length &&
                pattern.every((part, at) => part === '' || part === components[at]),
            )
            // Of two patterns that match the same URI, a named component comes before an empty one.
            .sort(([, one], [, other]) => {
              const at = one.findIndex((part, index) => part !== other[index]);
              return at === -1 ? 0 : one[at] === '' ? 1 : -1;
            })
            .map(([text]) => text);
          expect(all(index, components.join('.'))).toEqual(matching);
          expect(index.best(components.join('.'))).toBe(matching[0]);
        }
      }),
      { numRuns: 150 },
    );
  });
});
