import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWildcardTree, MOST_COMPONENTS } from './wildcard-tree.js';

function treeOf(...patterns: readonly string[]) {
  const tree = createWildcardTree<string>();
  for (const pattern of patterns) tree.set(pattern, pattern);
  return tree;
}
function all(tree: ReturnType<typeof treeOf>, uri: string): string[] {
  const found: string[] = [];
  tree.collect(uri, found);
  return found;
}

describe('a wildcard tree', () => {
  it('lets an empty component stand for one component, and for no more or less', () => {
    const tree = treeOf('com..c');
    expect(tree.best('com.b.c')).toBe('com..c');
    for (const uri of ['com.c', 'com.b.b.c', 'com.b.d', 'org.b.c']) expect(tree.best(uri)).toBeUndefined();
  });

  it('takes the pattern that names the first component which the others leave open', () => {
    expect(all(treeOf('..c', 'a..', '.b.c', 'a..c', '..'), 'a.b.c')).toEqual([
      'a..c',
      'a..',
      '.b.c',
      '..c',
      '..',
    ]);
  });

  it('goes back to an open component where the named one leads nowhere', () => {
    expect(treeOf('a.b..x', 'a...d').best('a.b.c.d')).toBe('a...d');
  });

  it('matches no URI of more components than a pattern can have', () => {
    const pattern = '.'.repeat(MOST_COMPONENTS - 1);
    const uri = Array.from({ length: MOST_COMPONENTS }, () => 'a').join('.');
    expect(treeOf(pattern).best(uri)).toBe(pattern);
    expect(treeOf(pattern).best(`${uri}.a`)).toBeUndefined();
  });

  it('behaves as a list would whose every pattern is tried, whatever is set and deleted', () => {
    const uri = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 });
    const pattern = fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 4 });
    const step = fc.record({ pattern, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(uri, { maxLength: 6 }), (steps, uris) => {
        const tree = createWildcardTree<string>();
        const model = new Map<string, readonly string[]>();
        for (const { pattern, remove } of steps) {
          const text = pattern.join('.');
          if (remove) {
            tree.delete(text);
            model.delete(text);
          } else {
            tree.set(text, text);
            model.set(text, pattern);
          }
        }
        for (const text of model.keys()) expect(tree.get(text)).toBe(text);
        for (const components of uris) {
          const matching = [...model]
            .filter(
              ([, pattern]) =>
                pattern.length === components.length &&
                pattern.every((part, at) => part === '' || part === components[at]),
            )
            // Of two that match the same URI, a component that is named comes before one that is open.
            .sort(([, one], [, other]) => {
              const at = one.findIndex((part, index) => part !== other[index]);
              return at === -1 ? 0 : one[at] === '' ? 1 : -1;
            })
            .map(([text]) => text);
          expect(all(tree, components.join('.'))).toEqual(matching);
          expect(tree.best(components.join('.'))).toBe(matching[0]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
