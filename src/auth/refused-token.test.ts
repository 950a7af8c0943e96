import { describe, expect, it } from 'vitest';
import {
  HOUR,
  later,
  MINUTE,
  obtained,
  settled,
  shown,
  tokenCacheFixture,
} from '../../test/support/token-cache-fixture.js';
import type { Token } from './token-cache.js';

describe('a refused token', () => {
  it('is replaced once for all calls that sent it', async () => {
    const { clock, cache, started } = tokenCacheFixture();
    const refused = await obtained({ cache, clock });
    const next = await Promise.all(Array.from({ length: 200 }, () => cache.replace(refused, true)));
    expect(new Set(next.map(shown))).toEqual(new Set(['t2']));
    expect(shown(await cache.replace(refused, true))).toBe('t2');
    expect(started).toHaveLength(2);
  });

  it('is not replaced within 10 s after it replaced another one', async () => {
    const { cache, clock, started } = tokenCacheFixture();
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
    const { clock, cache, call, respondWith, none } = tokenCacheFixture();
    const refused = await obtained({ cache, clock });
    respondWith(() => none());
    expect(shown(await cache.replace(refused, true))).toBe('none');
    expect(await call()).toBe('none');
  });

  it('stays in use until there is another one if the refusal may have another reason', async () => {
    const { clock, cache, call, respondWith, none } = tokenCacheFixture();
    const refused = await obtained({ cache, clock });
    respondWith(() => none());
    expect(shown(await cache.replace(refused, false))).toBe('none');
    expect(await call()).toBe('t1');
  });

  it('is replaced by the result of a running refresh', async () => {
    const { cache, clock, started, respondWith, token } = tokenCacheFixture();
    const refused = await obtained({ cache, clock });
    const { response, respond } = later();
    respondWith(() => response);
    clock.advance(HOUR - 2 * MINUTE);
    const next = cache.replace(refused, true);
    respond(token('t2'));
    const got = (await next) as Token;
    expect(shown(got)).toBe('t2');
    expect(cache.replace(got, true)).toBeUndefined();
    expect(started).toHaveLength(2);
  });

  it('can be replaced again after a failed replacement or a refresh', async () => {
    const { cache, clock, respondWith, none, token, started } = tokenCacheFixture();
    const first = await obtained({ cache, clock });
    respondWith(() => none());
    await cache.replace(first, false);
    expect(shown(await cache.replace(first, false))).toBe('none');
    clock.advance(1_000);
    respondWith(() => token('second'));
    // This refresh runs in the background and follows no refusal.
    clock.advance(HOUR - 2 * MINUTE - 1_000);
    await settled();
    const second = await obtained({ cache, clock });
    expect([shown(second), started.length]).toEqual(['second', 3]);
    respondWith(() => token('third'));
    expect(shown(await cache.replace(second, true))).toBe('third');
  });

  it('can be replaced again at once after the credentials have changed', async () => {
    const { clock, cache, call, changeKey } = tokenCacheFixture();
    await cache.replace(await obtained({ cache, clock }), true);
    changeKey('k2');
    await call();
    const fresh = await obtained({ cache, clock });
    expect(cache.replace(fresh, true)).toBeDefined();
  });

  it('causes at most one token request in 10 s, however often it is refused', async () => {
    const { cache, clock, started } = tokenCacheFixture();
    for (let call = 0; call < 6_000; call += 1) {
      const token = await obtained({ cache, clock });
      await cache.replace(token, false);
      clock.advance(10);
    }
    // The first one, and six in the minute.
    expect(started.length).toBeLessThanOrEqual(7);
  });
});
