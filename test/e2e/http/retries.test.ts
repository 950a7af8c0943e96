import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.js';
import { billingConf } from '../../support/billing-conf.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import {
  type GatewayFixture,
  type GatewayFixtureOptions,
  openGatewayFixture,
} from '../../support/gateway-fixture.js';
import {
  CLOSE,
  RESET,
  type RecordingUpstream,
  startRecordingUpstream,
} from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

/** The first backoff if `random` returns one half: half of 50 ms. */
const FIRST_BACKOFF_MS = 25;
const random = () => 0.5;

/** The real clock, except that backoffs end when the test has done its part. */
function clockThatWaits(
  during: (delayMs: number) => Promise<unknown>,
  isOurs: (ms: number) => boolean,
): Clock {
  return {
    ...systemClock,
    after(delayMs, action) {
      if (!isOurs(delayMs)) return systemClock.after(delayMs, action);
      void during(delayMs).then(action);
      return () => {};
    },
  };
}

describe('retries', () => {
  const closeLater = closeAfterEach();
  async function open(options: GatewayFixtureOptions): Promise<GatewayFixture> {
    const fixture = await openGatewayFixture(options);
    return closeLater(fixture);
  }

  it('a POST succeeds when the port opens during the backoff', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    let late: RecordingUpstream | undefined;
    const openLate = async () => {
      late = closeLater(await startRecordingUpstream(() => ({ status: 201, json: 'made' }), { port }));
    };
    const clock = clockThatWaits(openLate, (ms) => ms === FIRST_BACKOFF_MS);
    const fixture = await open({
      conf: () => billingConf(`http://127.0.0.1:${port}`),
      gateway: { clock, random },
    });
    expect((await fixture.caller.call(POST, { a: 1 })).kwargs).toStrictEqual({ status: 201, body: 'made' });
    expect(late?.requests).toHaveLength(1);
  });

  it.each([
    ['reset', RESET],
    ['closed', CLOSE],
  ])('a GET succeeds when its first connection was %s', async (_, ending) => {
    const fixture = await open({ respond: ({ number }) => (number === 1 ? ending : { json: 'there' }) });
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toStrictEqual({ status: 200, body: 'there' });
    expect(fixture.upstream.requests).toHaveLength(2);
  });

  it.each([
    ['a warm connection', true],
    ['a new one', false],
  ])('a POST that the API may have carried out is not repeated after %s', async (_, warm) => {
    const fixture = await open({ lines: ['+pool.size = 1'] });
    if (warm) await fixture.caller.call(GET, { id: 1 });
    fixture.upstream.clear();
    fixture.upstream.respondWith(() => RESET);
    const answer = await fixture.caller.call(POST, { a: 1 });
    expect(answer.kwargs).toMatchObject({ status: 502, code: 'connect', attempts: 1 });
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  it('each call has one idempotency key, the same on every attempt', async () => {
    const fixture = await open({
      lines: ['+idempotency_header = Idempotency-Key'],
      respond: ({ number }) => (number < 3 ? RESET : { status: 201 }),
    });
    const first = await fixture.caller.call(POST, { a: 1 });
    expect(first.kwargs).toStrictEqual({ status: 201, body: '' });
    await fixture.caller.call(POST, { a: 1 });
    const keys = fixture.upstream.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(keys.slice(0, 3)).toEqual(Array(3).fill(keys[0]));
    expect(keys[3]).not.toBe(keys[0]);
  });

  it('a POST is retried when the caller sends its own Idempotency-Key', async () => {
    const fixture = await open({ respond: ({ number }) => (number === 1 ? RESET : { status: 201 }) });
    const answer = await fixture.caller.call(POST, { _headers: { 'idempotency-key': 'mine' } });
    expect(answer.kwargs).toStrictEqual({ status: 201, body: '' });
    const keys = fixture.upstream.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual(['mine', 'mine']);
  });

  it('HTTP responses are not retried unless the configuration says so', async () => {
    const fixture = await open({ respond: () => ({ status: 503 }) });
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toStrictEqual({ status: 503, body: '' });
    expect(fixture.upstream.requests).toHaveLength(1);
  });

  describe('retry.statuses', () => {
    const lines = ['+retry.statuses = 429, 503', '+retries = 2'];

    it('retry a GET, but never a POST', async () => {
      const fixture = await open({ lines, respond: ({ number }) => ({ status: number === 1 ? 503 : 200 }) });
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
      fixture.upstream.clear();
      const post = await fixture.caller.call(POST, { a: 1 });
      expect(post.kwargs).toStrictEqual({ status: 503, body: '' });
      expect(fixture.upstream.requests).toHaveLength(1);
    });

    it('pass on the last response when all attempts are used', async () => {
      const fixture = await open({ lines, respond: ({ number }) => ({ status: 503, json: number }) });
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect([answer.uri, answer.kwargs]).toEqual(['bondy.error.bad_gateway', { status: 503, body: 3 }]);
    });

    it.each([
      ['seconds', '7', 7_000],
      ['a date', new Date(Date.UTC(2030, 0, 1, 0, 0, 9)).toUTCString(), 9_000],
    ])('wait as long as Retry-After says, in %s', async (_, field, ms) => {
      const waits: number[] = [];
      const clock = {
        ...clockThatWaits(
          async (delay) => void waits.push(delay),
          (delay) => delay === ms,
        ),
        wall: () => Date.UTC(2030, 0, 1),
      };
      const fixture = await open({
        lines,
        gateway: { clock },
        respond: ({ number }) => (number === 1 ? { status: 429, headers: { 'retry-after': field } } : {}),
      });
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
      expect(waits).toEqual([ms]);
    });

    it('give up when Retry-After goes beyond the deadline', async () => {
      const fixture = await open({
        lines: [...lines, '+deadline = 20s'],
        respond: () => ({ status: 503, headers: { 'retry-after': '21' } }),
      });
      expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toStrictEqual({ status: 503, body: '' });
      expect(fixture.upstream.requests).toHaveLength(1);
    });
  });

  it('stop when the budget is used up, so that they cannot multiply an outage', async () => {
    // The clock stands still: all calls fall into one second, which allows three retries, or a
    // fifth of the requests.
    const clock = { ...systemClock, monotonic: () => 0 };
    const fixture = await open({ lines: ['+retries = 3'], respond: () => RESET, gateway: { clock } });
    const answers = [];
    for (let id = 0; id < 50; id++) answers.push(await fixture.caller.call(GET, { id }));
    expect(answers.every(({ kwargs }) => kwargs['code'] === 'connect')).toBe(true);
    expect(fixture.upstream.requests.length).toBeGreaterThanOrEqual(53);
    expect(fixture.upstream.requests.length).toBeLessThanOrEqual(50 + 3 + 10);
  });

  describe('redirects', () => {
    const to = (location: string, status = 302) => ({ status, headers: { location }, body: 'moved' });

    it('are passed on unchanged unless pool.follow_redirect is on', async () => {
      const fixture = await open({ respond: () => to('/elsewhere') });
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect([answer.uri, answer.kwargs['status']]).toEqual(['bondy.error.bad_gateway', 302]);
      expect(fixture.upstream.requests).toHaveLength(1);
    });

    it.each([
      ['/elsewhere?a=1', ['/invoices/1', '/elsewhere?a=1'], 200],
      ['2', ['/invoices/1', '/invoices/2'], 200],
      ['http://example.invalid/', ['/invoices/1'], 302],
      ['//example.invalid/', ['/invoices/1'], 302],
      ['/invoices/1', Array(4).fill('/invoices/1'), 302],
    ])('of a GET to %s', async (location, urls, status) => {
      const fixture = await open({
        lines: ['+pool.follow_redirect = on', '+pool.max_redirect = 3'],
        respond: ({ url }) => (url === '/invoices/1' ? to(location) : { json: 'found' }),
      });
      const answer = await fixture.caller.call(GET, { id: 1 });
      expect(answer.kwargs).toMatchObject({ status });
      expect(fixture.upstream.requests.map(({ url }) => url)).toEqual(urls);
    });

    it('of a POST are never followed', async () => {
      const fixture = await open({ lines: ['+pool.follow_redirect = on'], respond: () => to('/x', 307) });
      expect((await fixture.caller.call(POST, { a: 1 })).kwargs).toMatchObject({ status: 307 });
      expect(fixture.upstream.requests).toHaveLength(1);
    });
  });
});
