import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { silentObserver } from '../observe/observer.js';
import { createTokenCache, type FetchResult, type NoToken, type Token } from './token-cache.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/**
 * A cache with a source that responds when and how the test decides. By default it responds at once
 * with tokens that live an hour.
 */
function setUp(options: { marginMs?: number; random?: () => number } = {}) {
  const clock = createFakeClock();
  const log = keepLog('debug');
  const started: number[] = [];
  let key = 'k1';
  let answer: () => FetchResult | Promise<FetchResult> = () => token(`t${started.length}`);
  const cache = createTokenCache({
    source: {
      key: () => key,
      async fetch() {
        started.push(clock.monotonic());
        return await answer();
      },
    },
    refreshMarginMs: options.marginMs ?? 2 * MINUTE,
    clock,
    random: options.random ?? (() => 0.5),
    log: log.log,
    observer: silentObserver,
    service: 'billing',
  });
  const token = (value: string, lifetimeMs = HOUR): FetchResult => {
    const expiresAt = clock.monotonic() + lifetimeMs;
    return { kind: 'token', key, value, expiresAt, lifetimeMs };
  };
  const none = (retryAfterMs?: number): FetchResult => ({ kind: 'none', key, cause: 'no', retryAfterMs });
  return {
    cache,
    clock,
    log,
    started,
    token,
    none,
    answerWith(next: typeof answer) {
      answer = next;
    },
    changeKey(next: string) {
      key = next;
      cache.credentialsChanged();
    },
    /** Asks for a token. Returns its value, or `none`. */
    call: async () => shown(await cache.obtain(clock.monotonic())),
    /** Asks for a token at regular intervals. Returns the value, or `none`, of each time. */
    async callEvery(stepMs: number, forMs: number) {
      const values: string[] = [];
      for (let passed = 0; passed < forMs; passed += stepMs) {
        const got = cache.obtain(clock.monotonic());
        await settled();
        values.push(got instanceof Promise ? shown(await got) : shown(got));
        clock.advance(stepMs);
        await settled();
      }
      return values;
    },
  };
}

const shown = (got: Token | NoToken | undefined) =>
  got === undefined ? 'refused' : got.kind === 'token' ? got.value : 'none';
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
/** A response that the test sends later. */
function later() {
  let send: (result: FetchResult) => void = () => {};
  const response = new Promise<FetchResult>((resolve) => {
    send = resolve;
  });
  return { response, respond: (result: FetchResult) => send(result) };
}
async function obtained({ cache, clock }: Pick<ReturnType<typeof setUp>, 'cache' | 'clock'>): Promise<Token> {
  const got = await cache.obtain(clock.monotonic());
  if (got.kind !== 'token') throw new Error('no token');
  return got;
}

describe('a token', () => {
  it('is fetched once for all waiting calls, and then kept', async () => {
    const { cache, clock, started, answerWith, token } = setUp();
    const { response, respond } = later();
    answerWith(() => response);
    const waiting = Array.from({ length: 500 }, () => cache.obtain(clock.monotonic()));
    respond(token('t'));
    const got = await Promise.all(waiting);
    expect(new Set(got.map(shown))).toEqual(new Set(['t']));
    expect(cache.obtain(clock.monotonic())).toBe(got[0]);
    expect(started).toEqual([0]);
  });

  it('is never used once it has expired', async () => {
    const { call, clock, started } = setUp({ marginMs: 0 });
    expect(await call()).toBe('t1');
    clock.advance(HOUR - 1);
    expect(await call()).toBe('t1');
    clock.advance(1);
    expect(await call()).toBe('t2');
    expect(started).toEqual([0, HOUR]);
  });

  it('counts its lifetime from its request, however late the response is', async () => {
    const { cache, call, clock, answerWith, token, log } = setUp({ marginMs: 0 });
    const { response, respond } = later();
    answerWith(() => response);
    const waiting = call();
    const early = token('t', 2_000);
    clock.advance(1_500);
    respond(early);
    expect(await waiting).toBe('t');
    clock.advance(500);
    const second = later();
    answerWith(() => second.response);
    const late = call();
    const dead = token('dead', 1_000);
    clock.advance(1_000);
    second.respond(dead);
    expect(await late).toBe('none');
    expect(log.text()).toContain('the token had expired when it arrived');
    cache.close();
  });

  it('cannot be printed by accident', async () => {
    const { clock, cache } = setUp();
    expect(JSON.stringify(await obtained({ cache, clock }))).not.toContain('t1');
  });
});

describe('the refresh of a token', () => {
  it('happens in the background, `refresh_margin` before the token expires', async () => {
    const { cache, call, clock, started, answerWith, token } = setUp();
    await call();
    const { response, respond } = later();
    answerWith(() => response);
    clock.advance(HOUR - 2 * MINUTE);
    expect(started).toEqual([0, HOUR - 2 * MINUTE]);
    expect(shown(cache.obtain(clock.monotonic()) as Token)).toBe('t1');
    respond(token('t2'));
    await settled();
    expect(shown(cache.obtain(clock.monotonic()) as Token)).toBe('t2');
  });

  it('waits for a call that uses the token', async () => {
    const { call, clock, started } = setUp();
    await call();
    clock.advance(HOUR - 2 * MINUTE);
    await settled();
    clock.advance(HOUR - 2 * MINUTE);
    await settled();
    expect(started).toHaveLength(2);
    expect(await call()).toBe('t2');
    await settled();
    expect(started).toHaveLength(3);
  });

  it('is retried with backoff while the old token is valid', async () => {
    const { callEvery, clock, started, answerWith, none } = setUp();
    await callEvery(1_000, 1_000);
    answerWith(() => none());
    clock.advance(HOUR - 2 * MINUTE - 1_000);
    await settled();
    const values = await callEvery(1_000, 2 * MINUTE);
    expect(new Set(values)).toEqual(new Set(['t1']));
    expect(started.length).toBeGreaterThan(4);
    expect(started.length).toBeLessThan(10);
  });

  it('does not loop for tokens with a short lifetime, however large the margin', async () => {
    const { callEvery, started, answerWith, token } = setUp({ marginMs: HOUR });
    answerWith(() => token('t', 10_000));
    await callEvery(100, MINUTE);
    expect(started.length).toBeLessThanOrEqual(13);
  });

  it('does not loop if the endpoint returns the same token until it expires', async () => {
    const { callEvery, clock, started, answerWith, token } = setUp();
    const dies = MINUTE;
    answerWith(() => {
      const left = dies - clock.monotonic();
      return left > 0 ? token('old', Math.max(1_000, left)) : token('new');
    });
    const values = await callEvery(100, MINUTE + 2_000);
    expect(started.length).toBeLessThan(12);
    expect(values.at(-1)).toBe('new');
  });
});

describe('while no token is available', () => {
  it('calls fail at once until the backoff is over', async () => {
    const { cache, call, clock, started, answerWith, none, token } = setUp();
    answerWith(() => none());
    expect(await call()).toBe('none');
    clock.advance(999);
    expect(cache.obtain(clock.monotonic())).toEqual({ kind: 'none', cause: 'no', retryInMs: 1 });
    expect(started).toHaveLength(1);
    clock.advance(1);
    answerWith(() => token('back'));
    expect(await call()).toBe('back');
  });

  it('the endpoint gets ten requests in the first minute, two per minute later, and calls recover in 30 s', async () => {
    for (const random of [0, 0.5, 0.999]) {
      const { callEvery, started, answerWith, none, token, clock } = setUp({ random: () => random });
      answerWith(() => none());
      const values = await callEvery(10, 3 * MINUTE);
      expect(new Set(values)).toEqual(new Set(['none']));
      const within = (from: number, to: number) => started.filter((at) => at >= from && at < to).length;
      expect(within(0, MINUTE)).toBeLessThanOrEqual(10);
      expect(within(MINUTE, 2 * MINUTE)).toBeLessThanOrEqual(2);
      expect(within(2 * MINUTE, 3 * MINUTE)).toBeLessThanOrEqual(2);
      answerWith(() => token('back'));
      const back = clock.monotonic();
      await callEvery(10, 30_000);
      expect(started.at(-1)! - back).toBeLessThanOrEqual(30_000);
      expect((await callEvery(10, 10))[0]).toBe('back');
    }
  });

  it('the Retry-After of the endpoint is obeyed, up to an hour', async () => {
    const { call, clock, started, answerWith, none } = setUp();
    answerWith(() => none(300_000));
    await call();
    clock.advance(299_999);
    expect(await call()).toBe('none');
    expect(started).toHaveLength(1);
    clock.advance(1);
    answerWith(() => none(Number.MAX_SAFE_INTEGER));
    await call();
    clock.advance(HOUR - 1);
    await call();
    expect(started).toHaveLength(2);
    clock.advance(1);
    await call();
    expect(started).toHaveLength(3);
  });

  it('an endpoint that never responds delays further calls by at most 2 s', async () => {
    const { cache, call, clock, answerWith, none } = setUp();
    const first = later();
    answerWith(() => first.response);
    const waiting = call();
    clock.advance(30_000);
    first.respond(none());
    expect(await waiting).toBe('none');
    answerWith(() => later().response);
    const second = call();
    clock.advance(2_000);
    expect(await second).toBe('none');
    expect(await call()).toBe('none');
    cache.close();
    expect(clock.pending).toBe(0);
  });

  it('an exception counts as a failure, and its message stays out of the log', async () => {
    const { call, answerWith, log } = setUp();
    answerWith(() => {
      throw new TypeError('S3CR3T');
    });
    expect(await call()).toBe('none');
    expect(log.text()).toContain('TypeError');
    expect(log.text()).not.toContain('S3CR3T');
  });

  it('the log says when this began and when it ended', async () => {
    const { call, clock, answerWith, none, token, log } = setUp();
    answerWith(() => none());
    await call();
    clock.advance(1_000);
    answerWith(() => token('t'));
    await call();
    const failed = { msg: 'token request failed', service: 'billing', cause: 'no', retry_in_ms: 1_000 };
    expect(log.records()).toMatchObject([failed, { msg: 'token requests succeed again' }]);
  });
});

describe('a refused token', () => {
  it('is replaced once for all calls that sent it', async () => {
    const { clock, cache, started } = setUp();
    const refused = await obtained({ cache, clock });
    const next = await Promise.all(Array.from({ length: 200 }, () => cache.replace(refused, true)));
    expect(new Set(next.map(shown))).toEqual(new Set(['t2']));
    expect(shown(await cache.replace(refused, true))).toBe('t2');
    expect(started).toHaveLength(2);
  });

  it('is not replaced within 10 s after it replaced another one', async () => {
    const { cache, clock, started } = setUp();
    const first = await obtained({ cache, clock });
    const second = (await cache.replace(first, true)) as Token;
    clock.advance(9_999);
    expect(cache.replace(second, true)).toBeUndefined();
    expect(cache.obtain(clock.monotonic())).toBe(second);
    clock.advance(1);
    expect(shown(await cache.replace(second, true))).toBe('t3');
    expect(started).toHaveLength(3);
  });

  it('is dropped even if no other token is available', async () => {
    const { clock, cache, call, answerWith, none } = setUp();
    const refused = await obtained({ cache, clock });
    answerWith(() => none());
    expect(shown(await cache.replace(refused, true))).toBe('none');
    expect(await call()).toBe('none');
  });

  it('stays in use until there is another one if the refusal may have another reason', async () => {
    const { clock, cache, call, answerWith, none } = setUp();
    const refused = await obtained({ cache, clock });
    answerWith(() => none());
    expect(shown(await cache.replace(refused, false))).toBe('none');
    expect(await call()).toBe('t1');
  });

  it('is replaced by the result of a running refresh', async () => {
    const { cache, clock, started, answerWith, token } = setUp();
    const refused = await obtained({ cache, clock });
    const { response, respond } = later();
    answerWith(() => response);
    clock.advance(HOUR - 2 * MINUTE);
    const next = cache.replace(refused, true);
    respond(token('t2'));
    const got = (await next) as Token;
    expect(shown(got)).toBe('t2');
    expect(cache.replace(got, true)).toBeUndefined();
    expect(started).toHaveLength(2);
  });

  it('can be replaced again after a failed replacement or a refresh', async () => {
    const { cache, clock, answerWith, none, token, started } = setUp();
    const first = await obtained({ cache, clock });
    answerWith(() => none());
    await cache.replace(first, false);
    expect(shown(await cache.replace(first, false))).toBe('none');
    clock.advance(1_000);
    answerWith(() => token('second'));
    // This refresh runs in the background and follows no refusal.
    clock.advance(HOUR - 2 * MINUTE - 1_000);
    await settled();
    const second = await obtained({ cache, clock });
    expect([shown(second), started.length]).toEqual(['second', 3]);
    answerWith(() => token('third'));
    expect(shown(await cache.replace(second, true))).toBe('third');
  });

  it('can be replaced again at once after the credentials have changed', async () => {
    const { clock, cache, call, changeKey } = setUp();
    await cache.replace(await obtained({ cache, clock }), true);
    changeKey('k2');
    await call();
    const fresh = await obtained({ cache, clock });
    expect(cache.replace(fresh, true)).toBeDefined();
  });

  it('causes at most one token request in 10 s, however often it is refused', async () => {
    const { cache, clock, started } = setUp();
    for (let call = 0; call < 6_000; call += 1) {
      const token = await obtained({ cache, clock });
      await cache.replace(token, false);
      clock.advance(10);
    }
    // The first one, and six in the minute.
    expect(started.length).toBeLessThanOrEqual(7);
  });
});

describe('changed credentials', () => {
  it('replace a token in use at once', async () => {
    const { call, started, changeKey } = setUp();
    await call();
    changeKey('k2');
    expect(started).toHaveLength(2);
    expect(await call()).toBe('t2');
  });

  it('discard a token that was fetched with the old ones', async () => {
    const { call, answerWith, changeKey, token, started } = setUp();
    const old = later();
    answerWith(() => old.response);
    const waiting = call();
    const late = token('old');
    answerWith(() => token('new'));
    changeKey('k2');
    old.respond(late);
    expect(await waiting).toBe('new');
    expect(started).toHaveLength(2);
  });

  it('end the backoff', async () => {
    const { call, answerWith, none, token, changeKey } = setUp();
    answerWith(() => none(HOUR));
    expect(await call()).toBe('none');
    answerWith(() => token('t'));
    changeKey('k2');
    expect(await call()).toBe('t');
  });

  it('keep the token if the token request stays the same', async () => {
    const { call, cache, started } = setUp();
    await call();
    cache.credentialsChanged();
    expect(await call()).toBe('t1');
    expect(started).toHaveLength(1);
  });
});

describe('a closed cache', () => {
  it('has no timers and fetches no tokens', async () => {
    const { cache, clock, started } = setUp();
    await obtained({ cache, clock });
    expect(clock.pending).toBe(1);
    cache.close();
    expect(clock.pending).toBe(0);
    expect(shown(await cache.obtain(clock.monotonic()))).toBe('none');
    expect(started).toHaveLength(1);
  });

  it('starts no timer for a token that arrives later', async () => {
    const { cache, clock, answerWith, token } = setUp();
    const { response, respond } = later();
    answerWith(() => response);
    const waiting = cache.obtain(clock.monotonic());
    cache.close();
    respond(token('late'));
    await waiting;
    expect(clock.pending).toBe(0);
  });
});
