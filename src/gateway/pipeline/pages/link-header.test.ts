import { describe, expect, it } from 'vitest';
import { nextLink } from './link-header.js';

describe('the link to the next page', () => {
  it.each([
    ['</a>; rel="next"', '/a'],
    ['</a>; rel=next', '/a'],
    ['</a>;rel = "NEXT"', '/a'],
    ['<a?b=1,2;c>; rel="next"', 'a?b=1,2;c'],
    ['< /a >; rel=next', '/a'],
    ['<>; rel=next', ''],
    ['</p>; rel="prev", </n>; rel="next", </l>; rel="last"', '/n'],
    ['</a>; rel="prefetch next"', '/a'],
    ['</a>; rel="next\tlast"', '/a'],
    ['</a>; title="x, <y>; rel=\\"next\\""; rel="prev", </b>; rel="next"', '/b'],
    ['</a>; rel="prev"; title="\\\\", </b>; rel=next', '/b'],
    ['</a>; x; rel=next', '/a'],
    ["</a>; title*=UTF-8'en'n%2C; rel=next", '/a'],
    ['</a>; REL=next', '/a'],
    [', ,</a>; rel=next', '/a'],
    ['</a>; rel=next; rel=prev', '/a'],
    ['</a>; rel=prev; rel=next', undefined],
    ['</a>; rel="next"; anchor="#foo", </b>; rel="next"', '/b'],
    ['</a>; rel=nextish', undefined],
    ['</a>; title="rel=next"', undefined],
    ['</a>', undefined],
    ['</a; rel=next', undefined],
    ['/a; rel=next', undefined],
    ['', undefined],
    ['</a>; rel="next', '/a'],
  ])('in %s is %s', (field, target) => {
    expect(nextLink([field])).toBe(target);
  });

  it('may be in any of several fields', () => {
    expect(nextLink(['</a>; rel=prev', 'x', '</b>; rel=next'])).toBe('/b');
  });

  it('is found in time that grows with the length of the field', () => {
    const field = `${'<a>; rel="x'.repeat(20_000)}${'; \\"'.repeat(50_000)}`;
    expect(nextLink([field, '</b>; rel=next'])).toBe('/b');
  });
});
