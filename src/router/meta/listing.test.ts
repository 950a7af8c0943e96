import { describe, expect, it } from 'vitest';
import type { MatchPolicy } from '../model.js';
import { idsByMatch, pageArgument, pageOf } from './listing.js';

describe('a page of a list', () => {
  it('is the whole list in its order if that fits', () => {
    expect(pageOf([5, 3, 9], pageArgument({}, 3))).toEqual([5, 3, 9]);
  });

  it('has the smallest IDs of a longer list in ascending order, and the next page continues after them', () => {
    const ids = [50, 3, 9, 2 ** 53, 7, 1];
    const pages: (readonly number[])[] = [];
    for (let after = 0; ; after = pages.at(-1)?.at(-1) ?? 0) {
      const page = pageOf(ids, pageArgument({ after }, 2));
      if (page.length === 0) break;
      pages.push(page);
    }
    expect(pages).toEqual([
      [1, 3],
      [7, 9],
      [50, 2 ** 53],
    ]);
  });

  it('is no larger than asked for, and never larger than the limit', () => {
    expect(pageOf([1, 2, 3, 4], pageArgument({ limit: 1 }, 3))).toEqual([1]);
    expect(pageOf([1, 2, 3, 4], pageArgument({ limit: 9 }, 3))).toEqual([1, 2, 3]);
  });

  it.each([{ limit: 0 }, { limit: -1 }, { limit: '5' }, { limit: 1.5 }, { after: -1 }, { after: 'x' }])(
    'is refused for %j',
    (kwargs) => {
      expect(() => pageArgument(kwargs, 10)).toThrow(/^(limit|after) must be/);
    },
  );

  it('counts all policies together', () => {
    const entries = (['exact', 'prefix', 'exact', 'wildcard'] as MatchPolicy[]).map((match, at) => ({
      id: at + 1,
      match,
    }));
    const first = idsByMatch(entries, pageArgument({}, 3));
    expect(first).toEqual({ exact: [1, 3], prefix: [2], wildcard: [] });
    expect(idsByMatch(entries, pageArgument({ after: 3 }, 3))).toEqual({
      exact: [],
      prefix: [],
      wildcard: [4],
    });
  });
});
