import { describe, expect, it } from 'vitest';
import { MAX_URI_LENGTH, type MatchPolicy } from '../model.js';
import { createPatternIndex, isUsablePattern, matchPolicyOf } from './pattern-index.js';
import { MAX_COMPONENTS } from './wildcard-index.js';

function indexOf(...entries: readonly (readonly [MatchPolicy, string])[]) {
  const index = createPatternIndex<string>();
  for (const [match, uri] of entries) index.set(match, uri, `${match} ${uri}`);
  return index;
}

describe('precedence of registrations', () => {
  // Registrations and calls of the examples in WAMP, "Calls matching multiple registrations".
  const index = createPatternIndex<number>();
  index.set('exact', 'a1.b2.c3.d4.e55', 1);
  index.set('prefix', 'a1.b2.c3', 2);
  index.set('prefix', 'a1.b2.c3.d4', 3);
  index.set('wildcard', 'a1.b2..d4.e5', 4);
  index.set('wildcard', 'a1.b2.c33..e5', 5);
  index.set('wildcard', 'a1.b2..d4.e5..g7', 6);
  index.set('wildcard', 'a1.b2..d4..f6.g7', 7);

  it.each<[string, number | undefined]>([
    ['a1.b2.c3.d4.e55', 1],
    ['a1.b2.c3.d98.e74', 2],
    ['a1.b2.c3.d4.e325', 3],
    ['a1.b2.c55.d4.e5', 4],
    ['a1.b2.c33.d4.e5', 5],
    ['a1.b2.c88.d4.e5.f6.g7', 6],
    ['a2.b2.c2.d2.e2', undefined],
  ])('sends %s to %s', (uri, expected) => {
    expect(index.get('exact', uri) ?? index.bestPattern(uri)).toBe(expected);
  });

  it.each<[string, string, string, readonly (readonly [MatchPolicy, string])[]]>([
    [
      'the longest prefix by characters',
      'a.bcd',
      'prefix a.bc',
      [
        ['prefix', 'a.b'],
        ['prefix', 'a.bc'],
      ],
    ],
    [
      'a prefix before a pattern',
      'a.b.c',
      'prefix a',
      [
        ['prefix', 'a'],
        ['wildcard', 'a..c'],
      ],
    ],
    [
      'the empty prefix before a pattern',
      'a.b.c',
      'prefix ',
      [
        ['prefix', ''],
        ['wildcard', 'a..c'],
      ],
    ],
    [
      'a prefix with a dot before a pattern',
      'a.b.c',
      'prefix a.',
      [
        ['prefix', 'a.'],
        ['wildcard', 'a..c'],
      ],
    ],
    [
      'a pattern before half a component',
      'a.bb.c',
      'wildcard a..c',
      [
        ['prefix', 'a.b'],
        ['wildcard', 'a..c'],
      ],
    ],
    [
      'half a component before nothing',
      'a.b-low',
      'prefix a.b',
      [
        ['prefix', 'a.b'],
        ['wildcard', 'a..c'],
      ],
    ],
  ])('prefers %s', (_what, uri, expected, entries) => {
    expect(indexOf(...entries).bestPattern(uri)).toBe(expected);
  });
});

describe('a pattern index', () => {
  it('finds every pattern that an event matches, and separates the policies of one URI', () => {
    const index = indexOf(
      ['exact', 'a.b'],
      ['prefix', 'a.b'],
      ['wildcard', 'a.b'],
      ['wildcard', 'a.'],
      ['prefix', 'b'],
    );
    expect(index.patterns('a.b')).toEqual(['prefix a.b', 'wildcard a.b', 'wildcard a.']);
    index.delete('wildcard', 'a.b');
    expect(index.patterns('a.b')).toEqual(['prefix a.b', 'wildcard a.']);
    expect(index.get('exact', 'a.b')).toBe('exact a.b');
    for (const [match, uri] of [
      ['prefix', 'a.b'],
      ['wildcard', 'a.'],
      ['prefix', 'b'],
      ['prefix', 'never there'],
    ] as const)
      index.delete(match, uri);
    expect(index.patterns('a.b')).toEqual([]);
    expect(index.bestPattern('a.b')).toBeUndefined();
    index.set('prefix', 'a', 'again');
    expect(index.bestPattern('a.b')).toBe('again');
  });
});

describe('patterns', () => {
  const dots = (components: number) => '.'.repeat(components - 1);
  it.each<[MatchPolicy, string, boolean]>([
    ['exact', 'a.b', true],
    ['exact', 'a..b', false],
    ['exact', '', false],
    ['exact', 'a.\ud800', false],
    ['prefix', '', true],
    ['prefix', 'a.', true],
    ['prefix', 'a.b', true],
    ['prefix', 'a..b', false],
    ['prefix', '.a', false],
    ['prefix', 'a b', false],
    ['prefix', 'a.\ud800', false],
    ['prefix', 'a'.repeat(MAX_URI_LENGTH + 1), false],
    ['wildcard', '', true],
    ['wildcard', '.a..', true],
    ['wildcard', 'a.#', false],
    ['wildcard', 'a.\udc00.', false],
    ['wildcard', dots(MAX_COMPONENTS), true],
    ['wildcard', dots(MAX_COMPONENTS + 1), false],
  ])('for %s may be %j: %s', (match, uri, usable) => {
    expect(isUsablePattern(match, uri)).toBe(usable);
  });

  it('have the policy that the option match names', () => {
    expect(matchPolicyOf({})).toBe('exact');
    expect(matchPolicyOf({ match: null })).toBe('exact');
    expect(matchPolicyOf({ match: 'prefix' })).toBe('prefix');
    expect(matchPolicyOf({ match: 'wildcard' })).toBe('wildcard');
  });
});
