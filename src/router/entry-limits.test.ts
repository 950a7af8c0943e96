import { describe, expect, it } from 'vitest';
import { createEntryLimits } from './entry-limits.js';
import type { Session } from './model.js';

const MANY = { max: 1e9, key: 'many' };
const session = (trusted = false) => ({ trusted }) as Session;

/** The refusal of a new entry, in a realm that may hold 2,000 bytes. */
function limits() {
  const all = createEntryLimits({
    what: 'things',
    session: { count: MANY, bytes: MANY },
    realm: { count: MANY, bytes: { max: 2000, key: 'wamp.bytes' } },
    shapes: { max: 2, key: 'wamp.shapes' },
  });
  return { ...all, refusal: (who: Session, uri = 'com.new') => all.check(who, uri, true, 0)?.message };
}

const LONG = 'a'.repeat(1200);

describe('limits of registrations and subscriptions', () => {
  it('charge a session that shares an entry for its share, and for the entry once it is the oldest', () => {
    const { enter, leave, refusal } = limits();
    const [first, second, third] = [session(), session(), session()];
    enter(first, LONG, true);
    expect(refusal(third, LONG)).toBe('the things of a realm may take no more than 2000 bytes (wamp.bytes)');
    enter(second, LONG, false);
    expect(refusal(third)).toContain('2000 bytes');
    leave(first, LONG, true, second);
    expect(refusal(third, LONG)).toContain('2000 bytes');
    leave(second, LONG, true, undefined);
    expect(refusal(third, LONG)).toBeUndefined();
  });

  it('do not count entries of sessions of this process', () => {
    const { enter, leave, check: objection, refusal } = limits();
    const [own, client] = [session(true), session()];
    enter(own, LONG, true);
    enter(own, `${LONG}b`, true);
    expect(refusal(client, LONG)).toBeUndefined();
    expect(objection(own, LONG, true, 3)).toBeUndefined();
    // A client that shares it then pays for all of it.
    enter(client, LONG, false);
    leave(own, LONG, true, client);
    expect(refusal(client, LONG)).toContain('2000 bytes');
  });

  it('count two bytes per character if any character is beyond Latin-1', () => {
    const { refusal } = limits();
    expect(refusal(session(), 'é'.repeat(1400))).toBeUndefined();
    expect(refusal(session(), `${'a'.repeat(1400)}ł`)).toContain('2000 bytes');
  });

  it('refuse one more shape', () => {
    const { check: objection } = limits();
    expect(objection(session(), 'a.', true, 2)).toBeUndefined();
    expect(objection(session(), 'a.', true, 3)?.message).toContain('(wamp.shapes)');
  });
});
