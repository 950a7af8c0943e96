import { describe, expect, it } from 'vitest';
import { HOUR, later, MINUTE, tokenCacheFixture } from '../../test/support/token-cache-fixture.js';

describe('while no token is available', () => {
  it('calls fail at once until the backoff is over', async () => {
    const { cache, call, clock, started, respondWith, none, token } = tokenCacheFixture();
    respondWith(() => none());
    expect(await call()).toBe('none');
    clock.advance(999);
    expect(cache.obtain(clock.monotonic())).toEqual({ kind: 'none', cause: 'no', retryAfterMs: 1 });
    expect(started).toHaveLength(1);
    clock.advance(1);
    respondWith(() => token('back'));
    expect(await call()).toBe('back');
  });

  it('the endpoint gets ten requests in the first minute, two per minute later, and calls recover in 30 s', async () => {
    for (const random of [0, 0.5, 0.999]) {
      const { callEvery, started, respondWith, none, token, clock } = tokenCacheFixture({
        random: () => random,
      });
      respondWith(() => none());
      const values = await callEvery(10, 3 * MINUTE);
      expect(new Set(values)).toEqual(new Set(['none']));
      const within = (from: number, to: number) => started.filter((at) => at >= from && at < to).length;
      expect(within(0, MINUTE)).toBeLessThanOrEqual(10);
      expect(within(MINUTE, 2 * MINUTE)).toBeLessThanOrEqual(2);
      expect(within(2 * MINUTE, 3 * MINUTE)).toBeLessThanOrEqual(2);
      respondWith(() => token('back'));
      const back = clock.monotonic();
      await callEvery(10, 30_000);
      expect(started.at(-1)! - back).toBeLessThanOrEqual(30_000);
      expect((await callEvery(10, 10))[0]).toBe('back');
    }
  });

  it('the Retry-After of the endpoint is obeyed, up to an hour', async () => {
    const { call, clock, started, respondWith, none } = tokenCacheFixture();
    respondWith(() => none(300_000));
    await call();
    clock.advance(299_999);
    expect(await call()).toBe('none');
    expect(started).toHaveLength(1);
    clock.advance(1);
    respondWith(() => none(Number.MAX_SAFE_INTEGER));
    await call();
    clock.advance(HOUR - 1);
    await call();
    expect(started).toHaveLength(2);
    clock.advance(1);
    await call();
    expect(started).toHaveLength(3);
  });

  it('an endpoint that never responds delays further calls by at most 2 s', async () => {
    const { cache, call, clock, respondWith, none } = tokenCacheFixture();
    const first = later();
    respondWith(() => first.response);
    const waiting = call();
    clock.advance(30_000);
    first.respond(none());
    expect(await waiting).toBe('none');
    respondWith(() => later().response);
    const second = call();
    clock.advance(2_000);
    expect(await second).toBe('none');
    expect(await call()).toBe('none');
    cache.close();
    expect(clock.pending).toBe(0);
  });

  it('an exception counts as a failure, and its message stays out of the log', async () => {
    const { call, respondWith, log } = tokenCacheFixture();
    respondWith(() => {
      throw new TypeError('S3CR3T');
    });
    expect(await call()).toBe('none');
    expect(log.text()).toContain('TypeError');
    expect(log.text()).not.toContain('S3CR3T');
  });

  it('the log says when the outage began and when it ended', async () => {
    const { call, clock, respondWith, none, token, log } = tokenCacheFixture();
    respondWith(() => none());
    await call();
    clock.advance(1_000);
    respondWith(() => token('t'));
    await call();
    const failed = { msg: 'token request failed', service: 'billing', cause: 'no', retry_in_ms: 1_000 };
    expect(log.records()).toMatchObject([failed, { msg: 'token requests succeed again' }]);
  });
});
