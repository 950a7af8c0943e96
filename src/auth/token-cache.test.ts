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

describe('a token', () => {
  it('is fetched once for all waiting calls, and then kept', async () => {
    const { cache, clock, started, respondWith, token } = tokenCacheFixture();
    const { response, respond } = later();
    respondWith(() => response);
    const waiting = Array.from({ length: 500 }, () => cache.obtain(clock.monotonic()));
    respond(token('t'));
    const got = await Promise.all(waiting);
    expect(new Set(got.map(shown))).toEqual(new Set(['t']));
    expect(cache.obtain(clock.monotonic())).toBe(got[0]);
    expect(started).toEqual([0]);
  });

  it('is never used once it has expired', async () => {
    const { call, clock, started } = tokenCacheFixture({ marginMs: 0 });
    expect(await call()).toBe('t1');
    clock.advance(HOUR - 1);
    expect(await call()).toBe('t1');
    clock.advance(1);
    expect(await call()).toBe('t2');
    expect(started).toEqual([0, HOUR]);
  });

  it('counts its lifetime from its request, however late the response is', async () => {
    const { cache, call, clock, respondWith, token, log } = tokenCacheFixture({ marginMs: 0 });
    const { response, respond } = later();
    respondWith(() => response);
    const waiting = call();
    const early = token('t', 2_000);
    clock.advance(1_500);
    respond(early);
    expect(await waiting).toBe('t');
    clock.advance(500);
    const second = later();
    respondWith(() => second.response);
    const late = call();
    const dead = token('dead', 1_000);
    clock.advance(1_000);
    second.respond(dead);
    expect(await late).toBe('none');
    expect(log.text()).toContain('the token had expired when it arrived');
    cache.close();
  });

  it('cannot be printed by accident', async () => {
    const { clock, cache } = tokenCacheFixture();
    expect(JSON.stringify(await obtained({ cache, clock }))).not.toContain('t1');
  });
});

describe('changed credentials', () => {
  it('replace a token in use at once', async () => {
    const { call, started, changeKey } = tokenCacheFixture();
    await call();
    changeKey('k2');
    expect(started).toHaveLength(2);
    expect(await call()).toBe('t2');
  });

  it('discard a token that was fetched with the old ones', async () => {
    const { call, respondWith, changeKey, token, started } = tokenCacheFixture();
    const old = later();
    respondWith(() => old.response);
    const waiting = call();
    const late = token('old');
    respondWith(() => token('new'));
    changeKey('k2');
    old.respond(late);
    expect(await waiting).toBe('new');
    expect(started).toHaveLength(2);
  });

  it('end the backoff', async () => {
    const { call, respondWith, none, token, changeKey } = tokenCacheFixture();
    respondWith(() => none(HOUR));
    expect(await call()).toBe('none');
    respondWith(() => token('t'));
    changeKey('k2');
    expect(await call()).toBe('t');
  });

  it('keep the token if the token request stays the same', async () => {
    const { call, cache, started } = tokenCacheFixture();
    await call();
    cache.credentialsChanged();
    expect(await call()).toBe('t1');
    expect(started).toHaveLength(1);
  });
});

describe('a closed cache', () => {
  it('has no timers and fetches no tokens', async () => {
    const { cache, clock, started } = tokenCacheFixture();
    await obtained({ cache, clock });
    expect(clock.pending).toBe(1);
    cache.close();
    expect(clock.pending).toBe(0);
    expect(shown(await cache.obtain(clock.monotonic()))).toBe('none');
    expect(started).toHaveLength(1);
  });

  it('starts no timer for a token that arrives later', async () => {
    const { cache, clock, respondWith, token } = tokenCacheFixture();
    const { response, respond } = later();
    respondWith(() => response);
    const waiting = cache.obtain(clock.monotonic());
    cache.close();
    respond(token('late'));
    await waiting;
    expect(clock.pending).toBe(0);
  });
});

describe('a token that another cache has handed over', () => {
  it('is used if its request is the same, and renewed in time', async () => {
    const former = tokenCacheFixture();
    await former.call();
    const { cache, clock, started, call } = tokenCacheFixture();
    clock.advance(former.clock.monotonic() - clock.monotonic());
    cache.takeOver(former.cache.handOver());
    expect([await call(), started]).toEqual(['t1', []]);
    clock.advance(HOUR - MINUTE);
    await settled();
    expect(started.length).toBe(1);
    expect(former.clock.pending).toBe(0);
  });

  it('is not used if its request differs, or if it has expired', async () => {
    const former = tokenCacheFixture();
    await former.call();
    const other = tokenCacheFixture();
    other.changeKey('k2');
    other.cache.takeOver(former.cache.handOver());
    await other.call();
    expect(other.started.length).toBe(1);
    former.clock.advance(2 * HOUR);
    expect(former.cache.handOver().token).toBeUndefined();
  });

  it('is awaited if its fetch runs', async () => {
    const former = tokenCacheFixture();
    const { response, respond } = later();
    former.respondWith(() => response);
    const waiting = former.call();
    const next = tokenCacheFixture();
    next.cache.takeOver(former.cache.handOver());
    const calling = next.call();
    respond(former.token('t'));
    expect([await waiting, await calling, next.started, await next.call()]).toEqual(['t', 't', [], 't']);
  });

  it('is fetched again if that fetch fails', async () => {
    const former = tokenCacheFixture();
    const { response, respond } = later();
    former.respondWith(() => response);
    void former.call();
    const next = tokenCacheFixture();
    next.cache.takeOver(former.cache.handOver());
    const calling = next.call();
    respond(former.none());
    expect([await calling, next.started.length]).toEqual(['t1', 1]);
  });

  it('is still there for the calls of the former service', async () => {
    const former = tokenCacheFixture();
    await former.call();
    former.cache.handOver();
    expect(await former.call()).toBe('t1');
  });

  it('cannot be printed', async () => {
    const former = tokenCacheFixture();
    await former.call();
    expect(JSON.stringify(former.cache.handOver())).toBe('"[secret]"');
  });
});
