import { describe, expect, it } from 'vitest';
import { createRandomIds, isId, MAX_ID, nextId } from './ids.js';
import { isReservedUri, isUri } from './uris.js';

describe('IDs', () => {
  it('are random, valid and different, even beyond one pool', () => {
    const randomId = createRandomIds();
    const ids = Array.from({ length: 1000 }, randomId);
    expect(ids.every(isId)).toBe(true);
    expect(new Set(ids).size).toBe(1000);
    expect(ids.some((id) => id > 2 ** 52) && ids.some((id) => id < 2 ** 52)).toBe(true);
  });

  it('count up within a session and start over at the end', () => {
    expect([nextId(0), nextId(1), nextId(MAX_ID - 1), nextId(MAX_ID)]).toEqual([1, 2, MAX_ID, 1]);
  });
});

describe('URIs', () => {
  it.each(['a', 'com.example.proc', 'com.Ä-b_c.1', 'com.😀', '__proto__'])('can be %j', (uri) =>
    expect(isUri(uri)).toBe(true),
  );
  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a\tb', 'a\n', 'a#b', 'a\ud800', 'a.\udc00.b'])(
    'cannot be %j',
    (uri) => expect(isUri(uri)).toBe(false),
  );

  it('belong to the router if their first component is wamp', () => {
    expect(['wamp', 'wamp.x', 'wampum', 'com.wamp'].map(isReservedUri)).toEqual([true, true, false, false]);
  });

  it('are checked in time that grows with their length', () => {
    expect(isUri(`${'a.'.repeat(100_000)}#`)).toBe(false);
  });
});
