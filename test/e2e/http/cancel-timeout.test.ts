import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { connectCaller, ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type GatewayFixtureOptions, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG, RESET } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

/** Longer than any test here takes, so that these timeouts end no call. */
const LONG = ['+timeout = 1h', '+deadline = 2h', 'wamp.max_call_timeout = 2h'];

describe('a call that ends early', () => {
  const closeLater = closeAfterEach();
  const open = async (options: GatewayFixtureOptions = {}) =>
    closeLater(await openGatewayFixture({ respond: () => HANG, lines: LONG, ...options }));

  describe('when it is cancelled', () => {
    it.each([
      ['killnowait', 'killnowait'],
      ['without a mode', undefined],
    ])('%s: the caller gets its error at once, and the request is aborted', async (_, mode) => {
      const { caller, upstream } = await open();
      const call = caller.call(POST, { a: 1 });
      const request = await upstream.arrived(1);
      caller.cancel(mode);
      const answer = await call;
      expect([answer.kind, answer.uri]).toEqual(['error', 'wamp.error.canceled']);
      expect(await request.responded).toBe(false);
      await upstream.drained();
      expect([upstream.requests.length, upstream.connections]).toEqual([1, 1]);
    });

    it('kill: the request is aborted, and the gateway itself responds', async () => {
      const { caller, upstream } = await open();
      const call = caller.call(POST, { a: 1 });
      const request = await upstream.arrived(1);
      caller.cancel('kill');
      expect(await request.responded).toBe(false);
      const answer = await call;
      expect(answer.uri).toBe('wamp.error.canceled');
      expect(ownError(answer)).toMatchObject({ code: 'canceled', attempts: 1 });
    });

    it('skip: the caller gets its error at once, and the request goes on', async () => {
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const { caller, upstream } = await open({ respond: () => held.then(() => ({ json: 'done' })) });
      const call = caller.call(POST, { a: 1 });
      const request = await upstream.arrived(1);
      caller.cancel('skip');
      expect((await call).uri).toBe('wamp.error.canceled');
      release();
      expect(await request.responded).toBe(true);
      expect((await caller.call(GET, { id: 1 })).kind).toBe('result');
      expect(caller.unexpected).toEqual([]);
    });

    it('while it waits for a connection: the gateway sends no request', async () => {
      const { caller, upstream } = await open({
        lines: [...LONG, '+pool.size = 1', '+pool.checkout_timeout = 1h'],
      });
      const first = caller.call(GET, { id: 1 });
      await upstream.arrived(1);
      const firstRequest = caller.lastRequest;
      const second = caller.call(GET, { id: 2 });
      caller.cancel('kill');
      expect(ownError(await second)).toMatchObject({ code: 'canceled', attempts: 0 });
      caller.cancel('kill', firstRequest);
      await first;
      upstream.respondWith(() => ({ json: 'free' }));
      expect((await caller.call(GET, { id: 3 })).kwargs).toStrictEqual({ status: 200, body: 'free' });
      expect(upstream.requests.map(({ url }) => url)).toEqual(['/invoices/1', '/invoices/3']);
    });

    it('immediately after it was made: the caller gets one response', async () => {
      const { caller, upstream } = await open();
      const calls = Array.from({ length: 20 }, (_, id) => {
        const call = caller.call(GET, { id });
        caller.cancel(id % 2 === 0 ? 'kill' : 'killnowait');
        return call;
      });
      for (const answer of await Promise.all(calls)) expect(answer.uri).toBe('wamp.error.canceled');
      await upstream.drained();
      upstream.respondWith(() => ({ json: 'still here' }));
      expect((await caller.call(GET, { id: 'x' })).kwargs).toMatchObject({ body: 'still here' });
      expect(caller.unexpected).toEqual([]);
    });

    it('between two attempts: no further attempt is made', async () => {
      // It makes the backoff as long as possible, so that the cancel comes within it.
      const fixture = await open({
        respond: () => ({ status: 503, headers: { 'retry-after': '600' } }),
        lines: [...LONG, '+retry.statuses = 503'],
      });
      const call = fixture.caller.call(GET, { id: 1 });
      const request = await fixture.upstream.arrived(1);
      expect(await request.responded).toBe(true);
      fixture.caller.cancel('kill');
      expect(ownError(await call)).toMatchObject({ code: 'canceled', attempts: 1 });
      expect(fixture.upstream.requests).toHaveLength(1);
    });
  });

  it.each([
    ['dies', 'terminate'],
    ['leaves', 'close'],
  ] as const)(
    'the caller %s: its requests are aborted, and other callers are not affected',
    async (_, how) => {
      const { gateway, caller, upstream, log } = await open();
      const other = caller.call(GET, { id: 'other' });
      await upstream.arrived(1);
      const leaver = await connectCaller(gateway.url);
      const calls = Array.from({ length: 10 }, (__, id) => leaver.call(POST, { id }).catch(() => 'gone'));
      const requests = await Promise.all(calls.map((__, index) => upstream.arrived(index + 2)));
      await leaver[how]();
      expect(await Promise.all(requests.map((request) => request.responded))).toEqual(Array(10).fill(false));
      expect(await Promise.all(calls)).toEqual(Array(10).fill('gone'));
      expect(upstream.openConnections).toBe(1);
      caller.cancel('kill', 1);
      expect((await other).uri).toBe('wamp.error.canceled');
      expect(log.records().filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    },
  );

  describe('when it times out', () => {
    it("the caller's timeout also limits the request, and the error has all its fields", async () => {
      const { caller, upstream } = await open();
      const answer = await caller.call(GET, { id: 1 }, { options: { timeout: 300 } });
      expect(answer.uri).toBe('wamp.error.timeout');
      expect(ownError(answer)).toStrictEqual({
        status: 504,
        message: 'The upstream did not answer in time',
        body: 'The upstream did not answer in time',
        code: 'timeout',
        attempts: 1,
      });
      expect(await (await upstream.arrived(1)).responded).toBe(false);
      await upstream.drained();
    });

    it.each([
      ["the service's deadline, where the caller's timeout is longer", ['+deadline = 300ms'], 3_600_000],
      ["the service's deadline, where the caller names none", ['+deadline = 300ms'], undefined],
      ["the service's deadline, where the caller's is 0", ['+deadline = 300ms'], 0],
      ['one attempt where there are no retries', ['+timeout = 300ms', '+retries = 0'], undefined],
      ['wamp.max_call_timeout', ['wamp.max_call_timeout = 300ms'], undefined],
    ])('%s', async (_, lines, timeout) => {
      const { caller, upstream } = await open({ lines });
      const options = timeout === undefined ? {} : { timeout };
      const answer = await caller.call(GET, { id: 1 }, { options });
      expect(answer.uri).toBe('wamp.error.timeout');
      expect(ownError(answer)).toMatchObject({ status: 504, code: 'timeout', attempts: 1 });
      expect(await (await upstream.arrived(1)).responded).toBe(false);
    });

    it('while it waits for a connection: the error is timeout, not overload', async () => {
      const { caller, upstream } = await open({ lines: [...LONG, '+pool.size = 1'] });
      void caller.call(GET, { id: 1 }).catch(() => {});
      await upstream.arrived(1);
      const answer = await caller.call(GET, { id: 2 }, { options: { timeout: 300 } });
      expect(ownError(answer)).toMatchObject({ status: 504, code: 'timeout', attempts: 0 });
      expect(upstream.requests).toHaveLength(1);
    });

    it('retries end at the deadline with the last error', async () => {
      const { caller, upstream } = await open({
        respond: () => RESET,
        lines: ['+retries = 100', '+deadline = 400ms'],
      });
      const answer = await caller.call(GET, { id: 1 });
      expect(ownError(answer)).toMatchObject({ status: 502, code: 'connect' });
      expect(answer.kwargs['attempts']).toBe(upstream.requests.length);
    });
  });

  it('frees its connection (the measured time is printed)', async () => {
    const { caller, upstream } = await open();
    const times: number[] = [];
    // As many as there are connections: further ones keep their place
    // (attacks/abandoned-requests.test.ts).
    for (let round = 1; round <= 25; round++) {
      const call = caller.call(GET, { id: round });
      const request = await upstream.arrived(round);
      const from = performance.now();
      caller.cancel('kill');
      expect(await request.responded).toBe(false);
      times.push(performance.now() - from);
      await call;
    }
    times.sort((a, b) => a - b);
    console.log(
      `CANCEL to the upstream's socket: median ${times[12]?.toFixed(1)} ms, slowest ${times[24]?.toFixed(1)} ms`,
    );
  });
});
