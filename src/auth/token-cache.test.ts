import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { createTokenCache, type FetchResult, isToken, type NoToken, type Token } from './token-cache.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A cache whose source answers when and as the test says; by default at once, with tokens that live an hour. */
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
    /** Calls for a token; its value, or `none`. */
    call: async () => shown(await cache.obtain()),
    /** Moves time on in small steps, as a steady stream of calls would see it. */
    async callEvery(stepMs: number, forMs: number) {
      const values: string[] = [];
      for (let passed = 0; passed < forMs; passed += stepMs) {
        const got = cache.obtain();
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
  got === undefined ? 'refused' : isToken(got) ? got.value : 'none';
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
/** An answer that the test gives when it likes. */
function later() {
  let give: (result: FetchResult) => void = () => {};
  const coming = new Promise<FetchResult>((resolve) => {
    give = resolve;
  });
  return { coming, give: (result: FetchResult) => give(result) };
}
async function obtained(cache: ReturnType<typeof setUp>['cache']): Promise<Token> {
  const got = await cache.obtain();
  if (!isToken(got)) throw new Error('no token');
  return got;
}

describe('a token', () => {
  it('is fetched once for all who wait, and then at hand', async () => {
    const { cache, started, answerWith, token } = setUp();
    const { coming, give } = later();
    answerWith(() => coming);
    const waiting = Array.from({ length: 500 }, () => cache.obtain());
    give(token('t'));
    const got = await Promise.all(waiting);
    expect(new Set(got.map(shown))).toEqual(new Set(['t']));
    expect(cache.obtain()).toBe(got[0]);
    expect(started).toEqual([0]);
  });

  it('is never handed out once it has expired', async () => {
    const { call, clock, started } = setUp({ marginMs: 0 });
    expect(await call()).toBe('t1');
    clock.advance(HOUR - 1);
    expect(await call()).toBe('t1');
    clock.advance(1);
    expect(await call()).toBe('t2');
    expect(started).toEqual([0, HOUR]);
  });

  it('that was long in coming is as old as its request', async () => {
    const { cache, call, clock, answerWith, token, log } = setUp({ marginMs: 0 });
    const { coming, give } = later();
    answerWith(() => coming);
    const waiting = call();
    const early = token('t', 2_000);
    clock.advance(1_500);
    give(early);
    expect(await waiting).toBe('t');
    clock.advance(500);
    const second = later();
    answerWith(() => second.coming);
    const late = call();
    const dead = token('dead', 1_000);
    clock.advance(1_000);
    second.give(dead);
    expect(await late).toBe('none');
    expect(log.text()).toContain('the token had expired when it came');
    cache.close();
  });

  it('cannot be printed by accident', async () => {
    const { cache } = setUp();
    expect(JSON.stringify(await obtained(cache))).not.toContain('t1');
  });
});

describe('a refresh ahead of time', () => {
  it('comes a margin before the end, in the background', async () => {
    const { cache, call, clock, started, answerWith, token } = setUp();
    await call();
    const { coming, give } = later();
    answerWith(() => coming);
    clock.advance(HOUR - 2 * MINUTE);
    expect(started).toEqual([0, HOUR - 2 * MINUTE]);
    expect(shown(cache.obtain() as Token)).toBe('t1');
    give(token('t2'));
    await settled();
    expect(shown(cache.obtain() as Token)).toBe('t2');
  });

  it('is not made for a token that nobody has used, until somebody does', async () => {
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

  it('that fails is tried again while the old token lives, with backoff', async () => {
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

  it('of short-lived tokens is no tight loop, however large the margin', async () => {
    const { callEvery, started, answerWith, token } = setUp({ marginMs: HOUR });
    answerWith(() => token('t', 10_000));
    await callEvery(100, MINUTE);
    expect(started.length).toBeLessThanOrEqual(13);
  });

  it('of tokens that come nearly expired is no tight loop, and none is eternal', async () => {
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

describe('when no token is to be had', () => {
  it('calls are refused at once until the backoff is over', async () => {
    const { cache, call, clock, started, answerWith, none, token } = setUp();
    answerWith(() => none());
    expect(await call()).toBe('none');
    clock.advance(999);
    expect(cache.obtain()).toEqual({ cause: 'no', retryInMs: 1 });
    expect(started).toHaveLength(1);
    clock.advance(1);
    answerWith(() => token('back'));
    expect(await call()).toBe('back');
  });

  it('at most ten requests leave in the first minute, two in each after it, and calls succeed within 30 s', async () => {
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

  it("the provider's Retry-After is obeyed, up to an hour", async () => {
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

  it('an endpoint that never answers keeps calls waiting once, and then 2 s at most', async () => {
    const { cache, call, clock, answerWith, none } = setUp();
    const first = later();
    answerWith(() => first.coming);
    const waiting = call();
    clock.advance(30_000);
    first.give(none());
    expect(await waiting).toBe('none');
    answerWith(() => later().coming);
    const second = call();
    clock.advance(2_000);
    expect(await second).toBe('none');
    expect(await call()).toBe('none');
    cache.close();
    expect(clock.pending).toBe(0);
  });

  it('a failure of our own is one too, and its message stays out of the log', async () => {
    const { call, answerWith, log } = setUp();
    answerWith(() => {
      throw new TypeError('S3CR3T');
    });
    expect(await call()).toBe('none');
    expect(log.text()).toContain('TypeError');
    expect(log.text()).not.toContain('S3CR3T');
  });

  it('the log tells when it began, and when it was over', async () => {
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
  it('is replaced once for all who sent it', async () => {
    const { cache, started } = setUp();
    const refused = await obtained(cache);
    const next = await Promise.all(Array.from({ length: 200 }, () => cache.replace(refused, true)));
    expect(new Set(next.map(shown))).toEqual(new Set(['t2']));
    expect(shown(await cache.replace(refused, true))).toBe('t2');
    expect(started).toHaveLength(2);
  });

  it('is not replaced within 10 s where it has replaced another', async () => {
    const { cache, clock, started } = setUp();
    const first = await obtained(cache);
    const second = (await cache.replace(first, true)) as Token;
    clock.advance(9_999);
    expect(cache.replace(second, true)).toBeUndefined();
    expect(cache.obtain()).toBe(second);
    clock.advance(1);
    expect(shown(await cache.replace(second, true))).toBe('t3');
    expect(started).toHaveLength(3);
  });

  it('is dropped, also where no other is to be had', async () => {
    const { cache, call, answerWith, none } = setUp();
    const refused = await obtained(cache);
    answerWith(() => none());
    expect(shown(await cache.replace(refused, true))).toBe('none');
    expect(await call()).toBe('none');
  });

  it('stays in use until then where it may not be to blame', async () => {
    const { cache, call, answerWith, none } = setUp();
    const refused = await obtained(cache);
    answerWith(() => none());
    expect(shown(await cache.replace(refused, false))).toBe('none');
    expect(await call()).toBe('t1');
  });

  it('is replaced by the refresh under way, which counts as its replacement', async () => {
    const { cache, clock, started, answerWith, token } = setUp();
    const refused = await obtained(cache);
    const { coming, give } = later();
    answerWith(() => coming);
    clock.advance(HOUR - 2 * MINUTE);
    const next = cache.replace(refused, true);
    give(token('t2'));
    const got = (await next) as Token;
    expect(shown(got)).toBe('t2');
    expect(cache.replace(got, true)).toBeUndefined();
    expect(started).toHaveLength(2);
  });

  it('is guarded by its replacement alone: one that failed, or was not begun, guards nothing', async () => {
    const { cache, clock, answerWith, none, token, started } = setUp();
    const first = await obtained(cache);
    answerWith(() => none());
    await cache.replace(first, false);
    expect(shown(await cache.replace(first, false))).toBe('none');
    clock.advance(1_000);
    answerWith(() => token('second'));
    // In the background, for nobody's refusal.
    clock.advance(HOUR - 2 * MINUTE - 1_000);
    await settled();
    const second = await obtained(cache);
    expect([shown(second), started.length]).toEqual(['second', 3]);
    answerWith(() => token('third'));
    expect(shown(await cache.replace(second, true))).toBe('third');
  });

  it('is not guarded any more once the credentials have changed', async () => {
    const { cache, call, changeKey } = setUp();
    await cache.replace(await obtained(cache), true);
    changeKey('k2');
    await call();
    const fresh = await obtained(cache);
    expect(cache.replace(fresh, true)).toBeDefined();
  });

  it('does not turn plain refusals at a steady rate into more than a request in 10 s', async () => {
    const { cache, clock, started } = setUp();
    for (let call = 0; call < 6_000; call += 1) {
      const token = await obtained(cache);
      await cache.replace(token, false);
      clock.advance(10);
    }
    // One at first, and six in a minute.
    expect(started.length).toBeLessThanOrEqual(7);
  });
});

describe('changed credentials', () => {
  it('never meet an old token, and replace one in use at once', async () => {
    const { call, started, changeKey } = setUp();
    await call();
    changeKey('k2');
    expect(started).toHaveLength(2);
    expect(await call()).toBe('t2');
  });

  it('discard what the old ones bring', async () => {
    const { call, answerWith, changeKey, token, started } = setUp();
    const old = later();
    answerWith(() => old.coming);
    const waiting = call();
    const late = token('old');
    answerWith(() => token('new'));
    changeKey('k2');
    old.give(late);
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

  it('that make the same request keep the token', async () => {
    const { call, cache, started } = setUp();
    await call();
    cache.credentialsChanged();
    expect(await call()).toBe('t1');
    expect(started).toHaveLength(1);
  });
});

describe('a closed cache', () => {
  it('has no timers, and asks for nothing more', async () => {
    const { cache, clock, started } = setUp();
    await obtained(cache);
    expect(clock.pending).toBe(1);
    cache.close();
    expect(clock.pending).toBe(0);
    expect(shown(await cache.obtain())).toBe('none');
    expect(started).toHaveLength(1);
  });

  it('sets no timer for a token that comes too late', async () => {
    const { cache, clock, answerWith, token } = setUp();
    const { coming, give } = later();
    answerWith(() => coming);
    const waiting = cache.obtain();
    cache.close();
    give(token('late'));
    await waiting;
    expect(clock.pending).toBe(0);
  });
});
