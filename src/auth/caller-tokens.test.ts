import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { settled, shown } from '../../test/support/token-cache-fixture.js';
import { silentLogger } from '../log.js';
import { silentObserver } from '../observe/observer.js';
import { createCallControl } from '../upstream/call-control.js';
import { createCallerTokens } from './caller-tokens.js';
import { createTokenCache, type FetchResult, type Token } from './token-cache.js';

const HOUR = 3_600_000;

/** A store whose callers are told apart by authid. Each fetch waits for `respond` if it is held. */
function setUp({ maxEntries = 10_000, secret = 's1', lifetimeMs = HOUR } = {}) {
  const clock = createFakeClock();
  const fetched: string[] = [];
  const refused = new Set<string>();
  const held = new Map<string, () => void>();
  const holds = new Set<string>();
  let current = secret;
  const sourceOf = (authid: string) => ({
    key: () => `${authid} ${current}`,
    async fetch(): Promise<FetchResult> {
      const key = `${authid} ${current}`;
      fetched.push(authid);
      if (holds.has(authid)) await new Promise<void>((resolve) => held.set(authid, resolve));
      if (refused.has(authid)) return { kind: 'none', key, cause: 'refused', retryAfterMs: undefined };
      const value = `token of ${authid} ${fetched.length}`;
      return { kind: 'token', key, value, expiresAt: clock.monotonic() + lifetimeMs, lifetimeMs };
    },
  });
  const create = () =>
    createCallerTokens({
      readValues: ({ authid = '' }) => ({
        kind: 'values',
        key: authid,
        values: new Map([['caller.authid', authid]]),
      }),
      createCache: (values) =>
        createTokenCache({
          source: sourceOf(values.get('caller.authid')!),
          hasTimer: false,
          refreshMarginMs: 60_000,
          clock,
          random: () => 0.5,
          log: silentLogger,
          observer: silentObserver,
          service: 'billing',
        }),
      example: { key: () => current },
      maxEntries,
    });
  const store = create();
  const controlOf = (authid: string) =>
    createCallControl(HOUR, undefined, { realm: 'r', session: 1, authid, authrole: 'staff' });
  return {
    clock,
    store,
    create,
    fetched,
    refused,
    controlOf,
    hold: (authid: string) => void holds.add(authid),
    release: (authid: string) => held.get(authid)?.(),
    changeSecret(next: string) {
      current = next;
      store.credentialsChanged();
    },
    call: async (authid: string, from = store) =>
      shown(await from.obtain(controlOf(authid), clock.monotonic())),
  };
}

describe('a token for each caller', () => {
  it('is fetched once, and never given to another caller', async () => {
    const { store, fetched, controlOf, clock } = setUp();
    const authids = Array.from({ length: 50 }, (_, index) => `user-${index % 5}`);
    const got = await Promise.all(
      authids.map((authid) => store.obtain(controlOf(authid), clock.monotonic())),
    );
    expect(got.map(shown).map((value) => value.split(' ')[2])).toEqual(authids);
    expect(fetched).toHaveLength(5);
  });

  it('fails for one caller, and delays no other', async () => {
    const { call, refused, fetched, hold, controlOf, store, clock } = setUp();
    refused.add('mallory');
    hold('slow');
    const slow = store.obtain(controlOf('slow'), clock.monotonic());
    expect(slow).toBeInstanceOf(Promise);
    for (let round = 0; round < 10; round++) expect(await call('mallory')).toBe('none');
    // One request, then a pause for mallory alone.
    expect(fetched).toEqual(['slow', 'mallory']);
    expect(await call('alice')).toBe('token of alice 3');
  });

  it('is replaced for one caller alone', async () => {
    const { store, call, controlOf, clock } = setUp();
    await call('bob');
    const refused = (await store.obtain(controlOf('alice'), clock.monotonic())) as Token;
    expect(shown(await store.replace(refused, true, controlOf('alice')))).toBe('token of alice 3');
    expect(await call('bob')).toBe('token of bob 1');
  });

  it('is renewed ahead of time when it is used, and never by a timer', async () => {
    const { call, clock, fetched } = setUp();
    await call('alice');
    expect(clock.pending).toBe(0);
    clock.advance(HOUR - 30_000);
    expect(fetched).toHaveLength(1);
    expect(await call('alice')).toBe('token of alice 1');
    await settled();
    expect(await call('alice')).toBe('token of alice 2');
  });
});

describe('the limit of tokens', () => {
  it('forgets the token that was not used for the longest time', async () => {
    const { call, store, fetched } = setUp({ maxEntries: 2 });
    for (const authid of ['a', 'b', 'a', 'c', 'a', 'b']) await call(authid);
    expect(fetched).toEqual(['a', 'b', 'c', 'b']);
    expect(store.count).toBe(2);
  });

  it('holds for 25,000 callers', async () => {
    const { call, store } = setUp();
    for (let index = 0; index < 25_000; index++) await call(`user-${index}`);
    expect(store.count).toBe(10_000);
    expect(await call('user-24999')).toBe('token of user-24999 25000');
    expect(await call('user-1')).toBe('token of user-1 25001');
  });

  it('never forgets a caller whose request runs, so that it has only one', async () => {
    const { call, store, controlOf, clock, fetched, hold, release } = setUp({ maxEntries: 1 });
    hold('a');
    const first = store.obtain(controlOf('a'), clock.monotonic());
    await call('b');
    await call('c');
    const again = store.obtain(controlOf('a'), clock.monotonic());
    release('a');
    expect([shown(await first), shown(await again)]).toEqual(['token of a 3', 'token of a 3']);
    expect(fetched).toEqual(['a', 'b', 'c']);
    await call('b');
    expect(store.count).toBe(1);
  });
});

describe('changed credentials', () => {
  it('drop every token, and fetch none before a call needs it', async () => {
    const { call, changeSecret, fetched, store } = setUp();
    await call('a');
    await call('b');
    changeSecret('s2');
    await settled();
    expect([fetched.length, store.count]).toEqual([2, 0]);
    expect(await call('a')).toBe('token of a 3');
  });

  it('keep the tokens if the token requests stay the same', async () => {
    const { call, changeSecret, fetched } = setUp();
    await call('a');
    changeSecret('s1');
    expect(await call('a')).toBe('token of a 1');
    expect(fetched).toHaveLength(1);
  });

  it('begin a running request again', async () => {
    const { store, controlOf, clock, fetched, changeSecret, hold, release } = setUp();
    hold('a');
    const waiting = store.obtain(controlOf('a'), clock.monotonic());
    changeSecret('s2');
    release('a');
    await settled();
    release('a');
    expect(shown(await waiting)).toBe('token of a 2');
    expect(fetched).toEqual(['a', 'a']);
  });
});

describe('a successor', () => {
  it('takes over the tokens and the running requests', async () => {
    const { store, create, call, controlOf, clock, fetched, hold, release } = setUp();
    await call('a');
    hold('b');
    void store.obtain(controlOf('b'), clock.monotonic());
    const next = create();
    next.takeOver(store.handOver());
    expect(await call('a', next)).toBe('token of a 1');
    const waiting = next.obtain(controlOf('b'), clock.monotonic());
    release('b');
    expect(shown(await waiting)).toBe('token of b 2');
    expect([fetched, next.count]).toEqual([['a', 'b'], 2]);
  });

  it('uses no token of another token request', async () => {
    const { store, create, call, changeSecret } = setUp();
    await call('a');
    const handed = store.handOver();
    changeSecret('s2');
    const next = create();
    next.takeOver(handed);
    expect(await call('a', next)).toBe('token of a 2');
  });

  it('keeps no more than its limit', async () => {
    const { store, create, call } = setUp({ maxEntries: 3 });
    for (const authid of ['a', 'b', 'c']) await call(authid);
    const next = create();
    next.takeOver(store.handOver());
    await call('d', next);
    await call('e', next);
    expect(next.count).toBe(3);
  });
});

it('drops all tokens when an operator renews them', async () => {
  const { store, call } = setUp();
  await call('a');
  await call('b');
  expect(await store.renew()).toEqual({ kind: 'dropped', count: 2 });
  expect(await call('a')).toBe('token of a 3');
});

it('fetches nothing after it is closed', async () => {
  const { store, call, fetched } = setUp();
  await call('a');
  store.close();
  expect([await call('a'), await call('b'), fetched.length]).toEqual(['none', 'none', 1]);
});
