import { describe, expect, it } from 'vitest';
import type { RequestCredential } from '../../../src/auth/request-credential.js';
import type { Reply } from '../../../src/gateway/pipeline/reply/reply.js';
import { cancelCall } from '../../../src/upstream/call-control.js';
import type { HttpRequest } from '../../../src/upstream/http-message.js';
import { LOST, openCacheFixture, type Scripted } from '../../support/cache-fixture.js';

const FRESH = { 'cache-control': 'max-age=60' };
const ID = { id: 1 };

/** An API that answers only when the test says so. */
function heldApi(options: Parameters<typeof openCacheFixture>[1] = {}) {
  const answers: ((answer: Scripted | typeof LOST) => void)[] = [];
  const fixture = openCacheFixture(() => new Promise((resolve) => void answers.push(resolve)), options);
  return {
    ...fixture,
    fixture,
    answers,
    answer: (at: number, answer: Scripted | typeof LOST) => answers[at]?.(answer),
  };
}

const numberIn = (reply: Reply): unknown =>
  reply.kind === 'result' && reply.body.kind === 'json' ? Buffer.from(reply.body.json).toString() : reply;

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Equal calls at the same time', () => {
  it('send one request, 1,000 of them too', async () => {
    const api = heldApi();
    const calls = Array.from({ length: 1_000 }, () => api.body('get', ID));
    await settled();
    api.answer(0, { headers: FRESH });
    for (const body of await Promise.all(calls)) expect(body).toEqual({ number: 1 });
    expect(api.requests).toHaveLength(1);
    expect(api.results.filter((result) => result === 'joined')).toHaveLength(999);
    expect(api.clock.pending).toBe(0);
  });

  it('share an error', async () => {
    const api = heldApi();
    const calls = [api.call('get', ID), api.call('get', ID)];
    await settled();
    api.answer(0, LOST);
    expect(await Promise.all(calls)).toMatchObject([
      { code: 'connect', kwargs: { attempts: 1 } },
      { code: 'connect', kwargs: { attempts: 0 } },
    ]);
  });

  it.each([
    { 'cache-control': 'no-store' },
    { 'cache-control': 'no-cache' },
    { vary: '*' },
    { 'set-cookie': 'a=1' },
  ])('do not share a response with %j', async (headers) => {
    const api = heldApi();
    const calls = [api.body('get', ID), api.body('get', ID), api.body('get', ID)];
    await settled();
    api.answer(0, { headers });
    await settled();
    for (const at of [1, 2]) api.answer(at, { headers });
    await Promise.all(calls);
    expect(api.requests).toHaveLength(3);
  });

  it('do not share a 304 that sets a cookie', async () => {
    const stored = { 'cache-control': 'max-age=1', etag: '"1"' };
    const api = heldApi({ lines: ['+procedures.get.response.headers = set-cookie'] });
    const first = api.call('get', ID);
    await settled();
    api.answer(0, { headers: stored });
    await first;
    api.clock.advance(2_000);
    const calls = [api.call('get', ID), api.call('get', ID)];
    await settled();
    api.answer(1, { status: 304, headers: { 'set-cookie': 'session=1' } });
    await settled();
    api.answer(2, { headers: { 'set-cookie': 'session=2' } });
    expect(await Promise.all(calls)).toMatchObject([
      { headers: { 'set-cookie': ['session=1'] } },
      { headers: { 'set-cookie': ['session=2'] } },
    ]);
  });

  it.each(['rate_limited', 'overload'] as const)(
    'do not share %s if a limit counts callers',
    async (code) => {
      const refused = { ...LOST, code, attempts: 0 };
      const own = heldApi({ lines: ['+limit.rate = 10/1s', '+limit.per = caller'] });
      const calls = [own.body('get', ID), own.body('get', ID)];
      await settled();
      own.answer(0, refused);
      await settled();
      own.answer(1, { headers: FRESH });
      expect(await Promise.all(calls)).toEqual([code, { number: 2 }]);
    },
  );

  it('do not join a request with other headers, or one that asks for a new response', async () => {
    const api = heldApi();
    const calls = [
      ID,
      { ...ID, _headers: { 'X-Tenant': '1' } },
      { ...ID, _headers: { Pragma: 'no-cache' } },
    ].map((kwargs) => api.call('get', kwargs));
    await settled();
    expect(api.requests).toHaveLength(3);
    for (const at of [0, 1, 2]) api.answer(at, {});
    await Promise.all(calls);
  });

  it('end one by one when they are cancelled, and the last one ends the request', async () => {
    const api = heldApi();
    const controls = [api.control(), api.control(), api.control()];
    const [first, second, third] = controls.map((control) => api.call('get', ID, { control }));
    await settled();
    cancelCall(controls[0] as never);
    expect(await first).toMatchObject({ code: 'canceled' });
    cancelCall(controls[1] as never);
    expect(await second).toMatchObject({ code: 'canceled' });
    expect(api.requests).toHaveLength(1);
    cancelCall(controls[2] as never);
    expect(await third).toMatchObject({ code: 'canceled' });
    const next = api.body('get', ID);
    await settled();
    expect(api.requests).toHaveLength(2);
    api.answer(1, { headers: FRESH });
    expect(await next).toEqual({ number: 2 });
  });

  it('get the response after the first one was cancelled', async () => {
    const api = heldApi();
    const control = api.control();
    const first = api.call('get', ID, { control });
    const second = api.body('get', ID);
    await settled();
    cancelCall(control);
    await first;
    api.answer(0, { headers: FRESH });
    expect(await second).toEqual({ number: 1 });
    expect(api.requests).toHaveLength(1);
  });

  it('each have their own deadline', async () => {
    const api = heldApi();
    const patient = api.body('get', ID);
    const impatient = api.body('get', ID, { control: api.control(5_000) });
    await settled();
    api.clock.advance(5_000);
    expect(await impatient).toBe('timeout');
    api.answer(0, { headers: FRESH });
    expect(await patient).toEqual({ number: 1 });
    expect(api.clock.pending).toBe(0);
  });

  it('do not end with the short deadline of the first one', async () => {
    const api = heldApi();
    const impatient = api.body('get', ID, { control: api.control(5_000) });
    const patient = api.body('get', ID);
    await settled();
    api.clock.advance(6_000);
    expect(await impatient).toBe('timeout');
    api.answer(0, { headers: FRESH });
    expect(await patient).toEqual({ number: 1 });
  });

  it('beyond pool.max_waiting end with overload', async () => {
    const api = heldApi({ lines: ['+pool.max_waiting = 1'] });
    const calls = [api.body('get', ID), api.body('get', ID), api.body('get', ID)];
    await settled();
    api.answer(0, {});
    expect(await Promise.all(calls)).toEqual([{ number: 1 }, { number: 1 }, 'overload']);
  });
});

describe('A change', () => {
  const cached = (more: Readonly<Record<string, string>> = {}, status = 200) =>
    openCacheFixture((request) =>
      request.method === 'GET' ? { headers: FRESH } : { status, headers: more, body: '{}' },
    );

  it.each(['write', 'remove'])('by %s makes the cache forget the response', async (change) => {
    const fixture = cached();
    await fixture.call('get', ID);
    await fixture.call('get', { id: 2 });
    await fixture.call(change, ID);
    expect(await fixture.body('get', { id: 2 })).toEqual({ number: 2 });
    expect(await fixture.body('get', ID)).toEqual({ number: 4 });
  });

  it('makes it forget all responses of the URL, with whatever headers', async () => {
    const fixture = cached();
    for (const tenant of ['1', '2']) await fixture.call('get', { ...ID, _headers: { 'X-Tenant': tenant } });
    await fixture.call('write', ID);
    expect(fixture.size).toEqual({ entries: 0, bytes: 0 });
  });

  it.each(['location', 'content-location'])('makes it forget the URL of %s', async (name) => {
    const fixture = cached({ [name]: '../invoices/2?#part' });
    await fixture.call('get', { id: 2 });
    await fixture.call('write', ID);
    expect(fixture.size.entries).toBe(1);
    const own = cached({ [name]: '/api/invoices/%32' });
    await own.call('get', { id: 2 });
    await own.call('write', ID);
    expect(own.size.entries).toBe(0);
  });

  it('forgets nothing of another origin, and nothing after an error', async () => {
    for (const fixture of [
      cached({ location: 'https://elsewhere.example.com/api/invoices/2' }),
      cached({}, 409),
    ]) {
      await fixture.call('get', { id: 2 });
      await fixture.call('write', { id: 3 });
      expect(fixture.size.entries).toBe(1);
    }
    const failing = cached({}, 500);
    await failing.call('get', ID);
    await failing.call('write', ID);
    expect(failing.size.entries).toBe(1);
  });

  it('keeps a response from being stored whose request was sent before it', async () => {
    const answers: ((answer: Scripted) => void)[] = [];
    const fixture = openCacheFixture((request) =>
      request.method === 'GET' ? new Promise((resolve) => void answers.push(resolve)) : { body: '{}' },
    );
    const before = fixture.body('get', ID);
    await settled();
    await fixture.call('write', ID);
    const after = fixture.body('get', ID);
    await settled();
    for (const answer of answers) answer({ headers: FRESH });
    await Promise.all([before, after]);
    expect(fixture.requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
    expect(fixture.size.entries).toBe(1);
  });

  it('keeps one from being stored that was asked for alone', async () => {
    const answers: ((answer: Scripted) => void)[] = [];
    const fixture = openCacheFixture((request) =>
      request.method === 'GET' ? new Promise((resolve) => void answers.push(resolve)) : { body: '{}' },
    );
    const before = fixture.body('get', { ...ID, _headers: { Pragma: 'no-cache' } });
    await settled();
    await fixture.call('write', ID);
    answers[0]?.({ headers: FRESH });
    expect(await before).toEqual({ number: 1 });
    expect(fixture.size.entries).toBe(0);
  });

  it('keeps a response from replacing an error that was stored before it', async () => {
    const stored = { 'cache-control': 'max-age=1, stale-if-error=600' };
    const answers: ((answer: Scripted) => void)[] = [];
    const fixture = openCacheFixture(({ method }, number) => {
      if (method !== 'GET') return { body: '{}' };
      return number === 1 ? { headers: stored } : new Promise((resolve) => void answers.push(resolve));
    });
    await fixture.call('get', ID);
    fixture.clock.advance(2_000);
    const after = fixture.body('get', ID);
    await settled();
    await fixture.call('write', ID);
    answers[0]?.({ status: 503 });
    expect(await after).toBe(503);
  });
});

describe('The answer of one caller', () => {
  /** A credential for each caller, which the test chooses. */
  function withCredential(value: () => string, key?: () => string) {
    const apply: RequestCredential['apply'] = (request) => ({
      kind: 'ready',
      request: { ...request, headers: [...request.headers, 'Authorization', `Bearer ${value()}`] },
      token: key && {
        kind: 'token',
        value: value(),
        key: key(),
        expiresAt: Number.POSITIVE_INFINITY,
        refreshAt: undefined,
      },
      notAfter: Number.POSITIVE_INFINITY,
    });
    const answerOf = ({ headers }: HttpRequest): Scripted => ({
      headers: FRESH,
      body: JSON.stringify(headers[headers.length - 1]),
    });
    return openCacheFixture(answerOf, { credential: { apply } });
  }

  it('never goes to a caller with another credential', async () => {
    let user = 'a';
    const fixture = withCredential(() => user);
    for (user of ['a', 'b', 'a', 'b', 'c']) {
      expect(await fixture.body('get', ID)).toBe(`Bearer ${user}`);
    }
    expect(fixture.requests).toHaveLength(3);
  });

  it('never goes to a caller with another token request, but to one with a renewed token', async () => {
    let [token, key] = ['t-1', 'k-1'];
    const fixture = withCredential(
      () => token,
      () => key,
    );
    await fixture.call('get', ID);
    token = 't-2';
    expect(await fixture.body('get', ID)).toBe('Bearer t-1');
    key = 'k-2';
    expect(await fixture.body('get', ID)).toBe('Bearer t-2');
  });

  it('never goes to a caller with another header, path or query', async () => {
    const fixture = openCacheFixture(() => ({ headers: FRESH }));
    const all = [
      ID,
      { id: 2 },
      { ...ID, page: 2 },
      { ...ID, _headers: { 'Accept-Language': 'de' } },
      { ...ID, _headers: { 'Accept-Language': 'en' } },
      { ...ID, _headers: { 'Accept-Language': ['de', 'en'] } },
      { ...ID, _headers: { Cookie: 'a=1' } },
    ];
    const bodies = await Promise.all(all.map((kwargs) => fixture.body('get', kwargs)));
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(all.length);
  });

  it('is not shared by procedures without a cache', async () => {
    const fixture = openCacheFixture(() => ({ headers: FRESH }));
    await fixture.call('get', ID);
    expect(await fixture.body('plain', ID)).toEqual({ number: 2 });
  });

  it('stays as it was, whatever happens to a reply', async () => {
    const fixture = openCacheFixture(() => ({ headers: { ...FRESH, etag: '"1"' } }));
    const replies = [await fixture.call('get', ID), await fixture.call('get', ID)];
    expect(replies.map(numberIn)).toEqual(['{"number":1}', '{"number":1}']);
    expect(replies[1]).toMatchObject({ headers: { age: '0', 'cache-status': 'rpc-gateway; hit; ttl=60' } });
    expect(replies[0]).toMatchObject({ headers: { 'cache-status': 'rpc-gateway; fwd=miss' } });
  });
});

describe('The memory of a cache', () => {
  const big = (bytes: number): Scripted => ({ headers: FRESH, body: JSON.stringify('x'.repeat(bytes)) });

  it('stays within cache.max_size, and keeps what was used last', async () => {
    const fixture = openCacheFixture(() => big(10_000), { lines: ['+cache.max_size = 100KB'] });
    for (let id = 0; id < 100; id++) {
      await fixture.call('get', { id });
      await fixture.call('get', { id: 0 });
      expect(fixture.size.bytes).toBeLessThanOrEqual(100 * 1024);
    }
    expect(fixture.size.entries).toBeGreaterThan(5);
    expect(fixture.results.filter((result) => result === 'miss')).toHaveLength(100);
    await fixture.call('get', { id: 50 });
    expect(fixture.results.at(-1)).toBe('miss');
  });

  it('limits the number of empty responses too', async () => {
    const fixture = openCacheFixture(() => ({ headers: FRESH, body: '' }), {
      lines: ['+cache.max_size = 100KB'],
    });
    for (let id = 0; id < 1_000; id++) await fixture.call('get', { id });
    expect(fixture.size.entries).toBeLessThan(100);
  });

  it('does not store a response that is larger than the limit', async () => {
    const fixture = openCacheFixture(() => big(200_000), { lines: ['+cache.max_size = 100KB'] });
    expect(await fixture.body('get', ID)).toHaveLength(200_000);
    expect(fixture.size).toEqual({ entries: 0, bytes: 0 });
  });

  it('counts a large body that is packed for a caller, and packs it once', async () => {
    let packed = 0;
    function* pack(json: Uint8Array): Generator<void, Uint8Array> {
      packed++;
      yield;
      return Uint8Array.from(json);
    }
    const fixture = openCacheFixture(() => big(100_000));
    const replies = await Promise.all([1, 2, 3].map(() => fixture.call('get', ID, { pack })));
    await fixture.call('get', ID, { pack });
    expect(packed).toBe(1);
    expect(fixture.size.bytes).toBeGreaterThan(200_000);
    expect(replies[2]).toMatchObject({ body: { kind: 'json', packed: { length: 100_002 } } });
  });
});
