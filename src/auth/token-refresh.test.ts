import { describe, expect, it } from 'vitest';
import {
  HOUR,
  later,
  MINUTE,
  settled,
  shown,
  tokenCacheFixture,
} from '../../test/support/token-cache-fixture.js';
import type { Token } from './token-cache.js';

describe('the refresh of a token', () => {
  it('happens in the background, `refresh_margin` before the token expires', async () => {
    const { cache, call, clock, started, respondWith, token } = tokenCacheFixture();
    await call();
    const { response, respond } = later();
    respondWith(() => response);
    clock.advance(HOUR - 2 * MINUTE);
    expect(started).toEqual([0, HOUR - 2 * MINUTE]);
    expect(shown(cache.obtain(clock.monotonic()) as Token)).toBe('t1');
    respond(token('t2'));
    await settled();
    expect(shown(cache.obtain(clock.monotonic()) as Token)).toBe('t2');
  });

  it('waits for a call that uses the token', async () => {
    const { call, clock, started } = tokenCacheFixture();
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
    const { callEvery, clock, started, respondWith, none } = tokenCacheFixture();
    await callEvery(1_000, 1_000);
    respondWith(() => none());
    clock.advance(HOUR - 2 * MINUTE - 1_000);
    await settled();
    const values = await callEvery(1_000, 2 * MINUTE);
    expect(new Set(values)).toEqual(new Set(['t1']));
    expect(started.length).toBeGreaterThan(4);
    expect(started.length).toBeLessThan(10);
  });

  it('does not loop for tokens with a short lifetime, however large the margin', async () => {
    const { callEvery, started, respondWith, token } = tokenCacheFixture({ marginMs: HOUR });
    respondWith(() => token('t', 10_000));
    await callEvery(100, MINUTE);
    expect(started.length).toBeLessThanOrEqual(13);
  });

  it('does not loop if the endpoint returns the same token until it expires', async () => {
    const { callEvery, clock, started, respondWith, token } = tokenCacheFixture();
    const dies = MINUTE;
    respondWith(() => {
      const left = dies - clock.monotonic();
      return left > 0 ? token('old', Math.max(1_000, left)) : token('new');
    });
    const values = await callEvery(100, MINUTE + 2_000);
    expect(started.length).toBeLessThan(12);
    expect(values.at(-1)).toBe('new');
  });
});
