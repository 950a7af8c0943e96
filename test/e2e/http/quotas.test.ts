import { describe, expect, it } from 'vitest';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';

const GET = 'com.billing.get_invoice';
const ID = { id: 1 };

describe('A limit', () => {
  const closing = closeAfterEach();

  it('ends calls beyond it with rate_limited, before a request is sent', async () => {
    const { upstream, caller, log } = closing(
      await openGatewayFixture({ lines: ['+limit.rate = 1/1h', 'log.calls = all'] }),
    );
    expect(await caller.call(GET, ID)).toMatchObject({ kind: 'result' });
    const limited = await caller.call(GET, ID);
    expect(limited).toMatchObject({
      kind: 'error',
      uri: 'bondy.error.too_many_requests',
      kwargs: { code: 'rate_limited', status: 429, attempts: 0 },
    });
    expect(limited.kwargs.retry_after).toBeGreaterThan(3_500);
    expect(upstream.requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
    expect(log.text()).toContain('the requests reach limit.rate');
  });

  it('counts retries, and a call whose retry is beyond it ends with its last response', async () => {
    const { upstream, caller } = closing(
      await openGatewayFixture({
        lines: ['+limit.rate = 2/1h', '+retries = 5', '+retry.statuses = 503'],
        respond: ({ method }) => (method === 'GET' ? { status: 503 } : {}),
      }),
    );
    expect((await caller.call(GET, ID)).kwargs).toMatchObject({ status: 503 });
    expect(upstream.requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
    expect((await caller.call(GET, ID)).kwargs).toMatchObject({ code: 'rate_limited', attempts: 0 });
  });

  it('tells when to call again if it stops the pages of a list', async () => {
    const { caller } = closing(
      await openGatewayFixture({
        lines: ['+limit.rate = 1/1h', '+procedures.get_invoice.pages.next = link'],
        respond: () => ({ json: [1], headers: { link: '<?page=2>; rel="next"' } }),
      }),
    );
    const { kwargs } = await caller.call(GET, ID);
    expect(kwargs).toMatchObject({ code: 'rate_limited', attempts: 1 });
    expect(kwargs.retry_after).toBeGreaterThan(3_500);
  });

  it('does not count calls that the cache answers', async () => {
    const { caller } = closing(
      await openGatewayFixture({
        lines: ['+limit.rate = 1/1h', '+procedures.get_invoice.cache = on'],
        respond: () => ({ headers: { 'Cache-Control': 'max-age=60' } }),
      }),
    );
    for (let call = 0; call < 10; call++) expect((await caller.call(GET, ID)).kind).toBe('result');
    expect((await caller.call(GET, { id: 2 })).kwargs).toMatchObject({ code: 'rate_limited' });
  });

  it('of one caller does not delay an equal call of another one', async () => {
    const { gateway, caller, upstream } = closing(
      await openGatewayFixture({
        lines: [
          ...['+limit.rate = 1/1h', '+limit.per = caller', '+limit.wait = 1h', '+deadline = 10m'],
          '+procedures.get_invoice.cache = on',
        ],
        respond: () => ({ headers: { 'Cache-Control': 'max-age=600' } }),
      }),
    );
    const other = closing(await connectCaller(gateway.url));
    await caller.call(GET, ID);
    const waiting = caller.call(GET, { id: 2 });
    const request = caller.lastRequest;
    // Calls of a session begin in their order, so the one before waits now.
    await caller.call(GET, ID);
    expect((await other.call(GET, { id: 2 })).kind).toBe('result');
    expect(upstream.requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
    caller.cancel('kill', request);
    expect((await waiting).kind).toBe('error');
  });

  it('is one for each caller with limit.per = caller', async () => {
    const { gateway, caller } = closing(
      await openGatewayFixture({ lines: ['+limit.rate = 1/1h', '+limit.per = caller'] }),
    );
    const other = closing(await connectCaller(gateway.url));
    for (const each of [caller, other]) {
      expect((await each.call(GET, ID)).kind).toBe('result');
      expect((await each.call(GET, ID)).kwargs).toMatchObject({ code: 'rate_limited' });
    }
  });

  it('stops only the calls with the credential that the API has refused for a time', async () => {
    const { upstream, caller } = closing(
      await openGatewayFixture({
        lines: ['+limit.obey_retry_after = on', '+retries = 0'],
        respond: ({ headers }) =>
          headers.authorization === 'Bearer a' ? { status: 429, headers: { 'Retry-After': '30' } } : {},
      }),
    );
    const call = (token: string) =>
      caller.call(GET, { ...ID, _headers: { Authorization: `Bearer ${token}` } });
    expect((await call('a')).kwargs).toMatchObject({ status: 429, body: '' });
    expect((await call('a')).kwargs).toMatchObject({ code: 'rate_limited', retry_after: 30 });
    expect((await call('b')).kind).toBe('result');
    expect(upstream.requests.filter(({ headers }) => headers.authorization === 'Bearer a')).toHaveLength(1);
  });

  it('is held within 2 % by a real clock, and callers take turns', { timeout: 30_000 }, async () => {
    const { gateway, upstream, caller } = closing(
      await openGatewayFixture({
        lines: [
          '+limit.rate = 200/1s',
          '+limit.burst = 1',
          '+limit.wait = 20s',
          '+deadline = 30s',
          '+timeout = 30s',
        ],
      }),
    );
    const others = await Promise.all([1, 2, 3].map(async () => closing(await connectCaller(gateway.url))));
    const begun = performance.now();
    const all = [caller, ...others].map((each, index) =>
      // The first caller has ten times as many calls as the others.
      Promise.all(Array.from({ length: index === 0 ? 1_000 : 100 }, () => each.call(GET, ID))).then(
        (answers) => ({ answers, seconds: (performance.now() - begun) / 1_000 }),
      ),
    );
    const ended = await Promise.all(all);
    for (const { answers } of ended)
      expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['result']));
    const [first, ...rest] = ended.map(({ seconds }) => seconds) as [number, ...number[]];
    const sent = upstream.requests.filter(({ method }) => method === 'GET').length;
    // The rate is what the API must be able to rely on. A busy machine can only be slower.
    expect(sent / first).toBeLessThan(200 * 1.02);
    for (const seconds of rest) expect(seconds).toBeLessThan(first / 2);
  });
});
