import { describe, expect, it } from 'vitest';
import type { Kwargs } from '../../../src/gateway/pipeline/call.js';
import { type CacheFixture, LOST, openCacheFixture, type Scripted } from '../../support/cache-fixture.js';

const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const IN_A_MINUTE = 'Thu, 01 Jan 2026 00:01:00 GMT';
const ID = { id: 1 };

/** The headers of every response, the seconds until the second call, and how it is answered. */
const FRESHNESS: readonly (readonly [
  what: string,
  headers: Readonly<Record<string, string>>,
  seconds: number,
  result: string,
])[] = [
  ['max-age', { 'cache-control': 'max-age=60' }, 59, 'hit'],
  ['an expired max-age', { 'cache-control': 'max-age=60' }, 60, 'miss'],
  ['max-age in capitals', { 'cache-control': 'Max-Age=60' }, 59, 'hit'],
  ['max-age in quotes', { 'cache-control': 'max-age="60"' }, 59, 'hit'],
  ['max-age=0', { 'cache-control': 'max-age=0' }, 0, 'miss'],
  ['a max-age that is no number', { 'cache-control': 'max-age=soon' }, 0, 'miss'],
  ['a max-age beyond all numbers', { 'cache-control': 'max-age=99999999999999' }, 3_600, 'hit'],
  ['max-age twice, of which the first counts', { 'cache-control': 'max-age=0, max-age=60' }, 0, 'miss'],
  ['max-age within another value', { 'cache-control': 'ext="max-age=60"' }, 0, 'miss'],
  ['s-maxage, which is for shared caches', { 'cache-control': 's-maxage=60' }, 0, 'miss'],
  ['max-age beside s-maxage', { 'cache-control': 's-maxage=0, max-age=60' }, 59, 'hit'],
  ['private', { 'cache-control': 'private, max-age=60' }, 59, 'hit'],
  ['private with a field', { 'cache-control': 'private="x-user", max-age=60' }, 59, 'hit'],
  ['public alone', { 'cache-control': 'public' }, 0, 'miss'],
  ['no-store', { 'cache-control': 'no-store, max-age=60' }, 0, 'miss'],
  ['no-cache', { 'cache-control': 'no-cache, max-age=60' }, 0, 'miss'],
  ['no-cache with a field', { 'cache-control': 'no-cache="x-user, x-id", max-age=60' }, 0, 'miss'],
  ['must-revalidate while fresh', { 'cache-control': 'max-age=60, must-revalidate' }, 59, 'hit'],
  ['must-revalidate when stale', { 'cache-control': 'max-age=60, must-revalidate' }, 61, 'miss'],
  [
    'proxy-revalidate, which is for shared caches',
    { 'cache-control': 'max-age=60, proxy-revalidate' },
    9,
    'hit',
  ],
  ['immutable alone', { 'cache-control': 'immutable' }, 1, 'miss'],
  ['Pragma: no-cache', { pragma: 'no-cache', expires: IN_A_MINUTE, date: DATE }, 0, 'miss'],
  ['Pragma beside Cache-Control', { pragma: 'no-cache', 'cache-control': 'max-age=60' }, 59, 'hit'],
  ['Expires', { expires: IN_A_MINUTE, date: DATE }, 59, 'hit'],
  ['Expires without Date', { expires: IN_A_MINUTE }, 59, 'hit'],
  ['Expires in the past', { expires: 'Wed, 31 Dec 2025 00:00:00 GMT', date: DATE }, 0, 'miss'],
  ['Expires: 0', { expires: '0' }, 0, 'miss'],
  ['an Expires that is only a year', { expires: '3000' }, 0, 'miss'],
  ['Expires in the format of asctime', { expires: 'Thu Jan  1 00:01:00 2026', date: DATE }, 59, 'hit'],
  ['max-age before Expires', { 'cache-control': 'max-age=60', expires: '0' }, 59, 'hit'],
  ['no header at all', {}, 0, 'miss'],
  [
    'Last-Modified 100 minutes ago',
    { 'last-modified': 'Wed, 31 Dec 2025 22:20:00 GMT', date: DATE },
    599,
    'hit',
  ],
  ['the same after a tenth', { 'last-modified': 'Wed, 31 Dec 2025 22:20:00 GMT', date: DATE }, 601, 'miss'],
  [
    'a very old Last-Modified',
    { 'last-modified': 'Sat, 01 Jan 2000 00:00:00 GMT', date: DATE },
    3_601,
    'miss',
  ],
  ['Age', { 'cache-control': 'max-age=60', age: '50' }, 9, 'hit'],
  ['an Age that leaves no time', { 'cache-control': 'max-age=60', age: '50' }, 10, 'miss'],
  ['Vary', { 'cache-control': 'max-age=60', vary: 'Accept' }, 59, 'hit'],
  ['Vary: *', { 'cache-control': 'max-age=60', vary: '*' }, 0, 'miss'],
  ['Vary with * among others', { 'cache-control': 'max-age=60', vary: 'Accept, *' }, 0, 'miss'],
  ['Vary: Traceparent', { 'cache-control': 'max-age=60', vary: 'Traceparent' }, 0, 'miss'],
  ['Set-Cookie', { 'cache-control': 'max-age=60', 'set-cookie': 'id=1' }, 0, 'miss'],
  ['Set-Cookie with public', { 'cache-control': 'public, max-age=60', 'set-cookie': 'id=1' }, 59, 'hit'],
];

/** The same for each status with a lifetime, and without one. */
const STATUSES: readonly (readonly [status: number, result: string])[] = [
  [200, 'hit'],
  [203, 'hit'],
  [204, 'hit'],
  [206, 'miss'],
  [301, 'hit'],
  [302, 'hit'],
  [404, 'hit'],
  [410, 'hit'],
  [400, 'miss'],
  [401, 'miss'],
  [403, 'miss'],
  [429, 'miss'],
  [500, 'miss'],
  [501, 'hit'],
  [503, 'miss'],
];

/** `_headers` of the second call, after 30 of 60 seconds. */
const ASKED: readonly (readonly [headers: Readonly<Record<string, string>>, result: string])[] = [
  [{ 'Cache-Control': 'no-cache' }, 'miss'],
  [{ 'Cache-Control': 'NO-CACHE' }, 'miss'],
  [{ Pragma: 'no-cache' }, 'miss'],
  [{ 'Cache-Control': 'max-age=20' }, 'miss'],
  [{ 'Cache-Control': 'max-age=40' }, 'hit'],
  [{ 'Cache-Control': 'min-fresh=40' }, 'miss'],
  [{ 'Cache-Control': 'min-fresh=20' }, 'hit'],
  [{ 'Cache-Control': 'only-if-cached' }, 'hit'],
  [{ 'Cache-Control': 'no-store' }, 'bypass'],
  [{ 'If-None-Match': '"a"' }, 'bypass'],
  [{ 'If-Modified-Since': DATE }, 'bypass'],
  [{ Range: 'bytes=0-1' }, 'bypass'],
];

async function secondResult(fixture: CacheFixture, seconds: number, second: Kwargs = ID): Promise<unknown> {
  await fixture.call('get', ID);
  fixture.clock.advance(seconds * 1_000);
  await fixture.call('get', second);
  return fixture.results.at(-1);
}

describe('A response with', () => {
  it.each(FRESHNESS)('%s: %j after %d s: %s', async (_, headers, seconds, result) => {
    expect(
      await secondResult(
        openCacheFixture(() => ({ headers })),
        seconds,
      ),
    ).toBe(result);
  });

  it.each(STATUSES)('the status %d and a lifetime: %s', async (status, result) => {
    const fixture = openCacheFixture(() => ({ status, headers: { 'cache-control': 'max-age=60' } }));
    expect(await secondResult(fixture, 1)).toBe(result);
  });
});

describe('A call with', () => {
  it.each(ASKED)('%j: %s', async (headers, result) => {
    const fixture = openCacheFixture(() => ({ headers: { 'cache-control': 'max-age=60' } }));
    expect(await secondResult(fixture, 30, { ...ID, _headers: headers })).toBe(result);
  });

  it('max-stale gets a stale response, but not with must-revalidate', async () => {
    const stale = { ...ID, _headers: { 'Cache-Control': 'max-stale=20' } };
    const any = { ...ID, _headers: { 'Cache-Control': 'max-stale' } };
    const open = (more = '') =>
      openCacheFixture(() => ({ headers: { 'cache-control': `max-age=60${more}` } }));
    expect(await secondResult(open(), 70, stale)).toBe('stale');
    expect(await secondResult(open(), 90, stale)).toBe('miss');
    expect(await secondResult(open(), 9_000, any)).toBe('stale');
    expect(await secondResult(open(', must-revalidate'), 70, stale)).toBe('miss');
  });

  it('only-if-cached gets 504 if nothing is stored, and no request is sent', async () => {
    const fixture = openCacheFixture(() => ({}));
    expect(await fixture.body('get', { ...ID, _headers: { 'Cache-Control': 'only-if-cached' } })).toBe(504);
    expect(fixture.requests).toEqual([]);
  });

  it('no-store is not stored for others', async () => {
    const fixture = openCacheFixture(() => ({ headers: { 'cache-control': 'max-age=60' } }));
    await fixture.call('get', { ...ID, _headers: { 'Cache-Control': 'no-store' } });
    expect(fixture.size.entries).toBe(0);
  });
});

describe('A stale response', () => {
  const etag = { etag: 'W/"1"', 'cache-control': 'max-age=60' };

  function open(second: Scripted, first: Scripted = { headers: etag }) {
    return openCacheFixture((_, number) => (number === 1 ? first : second));
  }

  it('is validated by its ETag, and lives again after a 304', async () => {
    const fixture = open({
      status: 304,
      body: '',
      headers: { 'cache-control': 'max-age=30', 'x-version': '2' },
    });
    expect(await secondResult(fixture, 61)).toBe('revalidated');
    expect(fixture.requests[1]?.headers.slice(-2)).toEqual(['If-None-Match', 'W/"1"']);
    fixture.clock.advance(29_000);
    const third = await fixture.call('get', ID);
    expect(third).toMatchObject({
      status: 200,
      headers: { etag: 'W/"1"', 'x-version': '2', age: '29', 'cache-status': 'rpc-gateway; hit; ttl=1' },
    });
    expect(fixture.results).toEqual(['miss', 'revalidated', 'hit']);
    fixture.clock.advance(1_000);
    await fixture.call('get', ID);
    expect(fixture.requests).toHaveLength(3);
  });

  it('is validated by its Last-Modified', async () => {
    const fixture = open({ status: 304, body: '' }, { headers: { 'last-modified': DATE } });
    expect(await secondResult(fixture, 1)).toBe('revalidated');
    expect(fixture.requests[1]?.headers.slice(-2)).toEqual(['If-Modified-Since', DATE]);
  });

  it('is validated in each call with no-cache', async () => {
    const first = { headers: { 'cache-control': 'no-cache, max-age=60', etag: '"1"' } };
    const fixture = open({ status: 304, body: '' }, first);
    expect(await secondResult(fixture, 0)).toBe('revalidated');
    await fixture.call('get', ID);
    expect(fixture.results).toEqual(['miss', 'revalidated', 'revalidated']);
  });

  it('is replaced by another response', async () => {
    const fixture = open({ headers: { ...etag, etag: '"2"' } });
    expect(await secondResult(fixture, 61)).toBe('miss');
    expect(await fixture.body('get', ID)).toEqual({ number: 2 });
    expect(fixture.size.entries).toBe(1);
  });

  it('is forgotten if the new response is not stored', async () => {
    const fixture = open({ headers: { 'cache-control': 'no-store' } });
    await secondResult(fixture, 61);
    expect(fixture.size).toEqual({ entries: 0, bytes: 0 });
  });

  it.each([404, 403])('is forgotten after a %d', async (status) => {
    const fixture = open({ status });
    await secondResult(fixture, 61);
    expect(fixture.size.entries).toBe(0);
  });

  it('is not used if the 304 is about another response', async () => {
    const fixture = openCacheFixture((_, number) => {
      if (number === 2) return { status: 304, body: '', headers: { etag: '"9"' } };
      return { headers: etag };
    });
    await secondResult(fixture, 61);
    expect(await fixture.body('get', ID)).toEqual({ number: 3 });
    expect(fixture.requests[2]?.headers).not.toContain('If-None-Match');
  });
});

describe('If the API fails, a stale response', () => {
  const first = { headers: { 'cache-control': 'max-age=60, stale-if-error=30' } };
  const failing = (second: Scripted | typeof LOST, then: Scripted = first) =>
    openCacheFixture((_, number) => (number === 1 ? then : second));

  it.each([500, 502, 503, 504])('answers instead of a %d', async (status) => {
    const fixture = failing({ status });
    expect(await secondResult(fixture, 80)).toBe('stale');
    expect(await fixture.body('get', ID)).toEqual({ number: 1 });
  });

  it('answers instead of a lost connection', async () => {
    expect(await secondResult(failing(LOST), 80)).toBe('stale');
  });

  it.each([400, 404, 429, 501])('does not answer instead of a %d', async (status) => {
    expect(await secondResult(failing({ status }), 80)).toBe('miss');
  });

  it('does not answer after the time of stale-if-error', async () => {
    const fixture = failing(LOST);
    await secondResult(fixture, 91);
    expect(fixture.results).toEqual(['miss']);
    expect(await fixture.body('get', ID)).toBe('connect');
  });

  it.each(['must-revalidate', 'no-cache'])('does not answer with %s', async (directive) => {
    const then = { headers: { 'cache-control': `max-age=60, stale-if-error=30, ${directive}`, etag: '"1"' } };
    const fixture = failing(LOST, then);
    await secondResult(fixture, 80);
    expect(fixture.results).toEqual(['miss']);
  });

  it('does not answer a call with no-cache', async () => {
    const fixture = failing(LOST);
    await secondResult(fixture, 80, { ...ID, _headers: { 'Cache-Control': 'no-cache' } });
    expect(fixture.results).toEqual(['miss']);
  });

  it('answers for the time of cache.stale_if_error', async () => {
    const lines = ['+procedures.get.cache.stale_if_error = 10m'];
    const fixture = openCacheFixture((_, number) => (number === 1 ? {} : LOST), { lines });
    expect(await secondResult(fixture, 599)).toBe('stale');
    fixture.clock.advance(1_000);
    expect(await fixture.body('get', ID)).toBe('connect');
  });

  it('answers while the service is down, and while the breaker is open', async () => {
    const fixture = openCacheFixture((_, number) => (number === 1 ? first : LOST), { hasBreaker: true });
    await fixture.call('get', ID);
    fixture.clock.advance(70_000);
    fixture.health.isDown = true;
    expect(await fixture.body('get', ID)).toEqual({ number: 1 });
    fixture.health.isDown = false;
    await fixture.call('get', ID);
    expect(fixture.breaker.state).toBe('open');
    expect(await fixture.body('get', ID)).toEqual({ number: 1 });
    expect(fixture.requests).toHaveLength(2);
    expect(await fixture.body('get', { id: 2 })).toBe('down');
  });
});
