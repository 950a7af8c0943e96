import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { HANG } from '../../test/support/recording-upstream.js';
import { RULES, request, sending, upstreamFixture, within } from '../../test/support/upstream-fixture.js';
import { systemClock } from '../clock.js';
import { cancelCall, createCallControl } from './call-control.js';
import type { Connection } from './connection-pool.js';
import { type ExchangeLimits, exchange } from './exchange.js';

const clock = systemClock;
const { serve, connect } = upstreamFixture();

describe('cancelling a call', () => {
  it('ends its running request', async () => {
    const server = await serve(() => HANG);
    const { upstream, pool } = connect(server.url);
    const control = within(5_000);
    const outcome = upstream.send(sending(request(server.url), true), control);
    const arrived = await server.arrived(1);
    cancelCall(control);
    expect(await outcome).toEqual({ kind: 'canceled', attempts: 1 });
    expect(await arrived.responded).toBe(false);
    expect(pool.busy).toBe(0);
  });

  describe('beyond the budget of abandoned requests', () => {
    const spent = { ...RULES, abandonments: { take: () => false } };
    const time = { now: 0, wholeMs: 5_000, timeoutMs: 5_000, timer: undefined, notAfter: 9_000_000 };
    async function begin(url: string, more: Partial<ExchangeLimits> = {}) {
      const still = createFakeClock();
      const { pool } = connect(url, {}, { size: 1 });
      const connection = (await pool.checkout(1_000, within(5_000), clock.monotonic())) as Connection;
      const control = createCallControl(9_000_000);
      const result = exchange(connection, request(url), { ...time, rules: spent, ...more }, still, control);
      return { result, control, still, connection };
    }

    it('keeps the connection until the response is complete', async () => {
      let finish = (_: { body: string }): void => {};
      const server = await serve(() => new Promise((resolve) => (finish = resolve)));
      const { result, control, still } = await begin(server.url);
      await server.arrived(1);
      cancelCall(control);
      const { outcome, connection } = await result;
      expect(outcome).toEqual({ kind: 'canceled' });
      finish({ body: 'late' });
      expect(await connection).toBe('good');
      expect([still.pending, server.openConnections]).toEqual([0, 1]);
    });

    it.each([
      ['the whole time of the request is over', 5_000, {}],
      ['a minute has passed, however long the whole time is', 60_000, { wholeMs: 1e6, timeoutMs: 1e6 }],
      ['the upstream has been silent for too long', 300, { rules: { ...spent, recvTimeoutMs: 300 } }],
    ])('keeps the connection until %s', async (_, ms, more) => {
      const server = await serve(() => HANG);
      const { result, control, still } = await begin(server.url, more);
      const arrived = await server.arrived(1);
      cancelCall(control);
      const { connection } = await result;
      still.advance(ms - 1);
      expect(server.openConnections).toBe(1);
      still.advance(1);
      expect(await connection).toBe('broken');
      expect(await arrived.responded).toBe(false);
      expect(still.pending).toBe(0);
    });

    it('does the same as a deadline shorter than the timeout: the request keeps its whole time', async () => {
      const server = await serve(() => HANG);
      const { result, still } = await begin(server.url, { timeoutMs: 100 });
      await server.arrived(1);
      still.advance(100);
      const { outcome, connection } = await result;
      expect(outcome).toMatchObject({ code: 'timeout' });
      still.advance(4_899);
      expect(server.openConnections).toBe(1);
      still.advance(1);
      expect(await connection).toBe('broken');
    });

    it('closes the connection at a response that is too long or never ends', async () => {
      for (const headers of [{ 'content-length': 2_000 }, { 'content-type': 'text/event-stream' }]) {
        let finish = (): void => {};
        const server = await serve((_, response) => {
          finish = () => response.writeHead(200, headers).flushHeaders();
          return 'handled';
        });
        const { result, control } = await begin(server.url);
        await server.arrived(1);
        cancelCall(control);
        const { connection } = await result;
        finish();
        expect(await connection).toBe('broken');
      }
    });

    it('drops a request that is not sent yet, and its connection serves the next one', async () => {
      const server = await serve(() => ({ body: 'ok' }));
      const { result, control, connection, still } = await begin(server.url);
      cancelCall(control);
      expect(await (await result).connection).toBe('good');
      const next = exchange(connection, request(server.url), { ...time, rules: spent }, still, within(5_000));
      expect((await next).outcome).toMatchObject({ kind: 'response' });
      expect([server.requests.length, server.connections]).toEqual([1, 1]);
    });

    it('closes the connection at once if the gateway stops', async () => {
      const server = await serve(() => HANG);
      const { result, control } = await begin(server.url);
      const arrived = await server.arrived(1);
      cancelCall(control, 'gateway');
      expect(await result).toMatchObject({ outcome: { kind: 'canceled' }, connection: 'broken' });
      expect(await arrived.responded).toBe(false);
    });
  });

  it('ends its wait for a connection, which then serves another call', async () => {
    const server = await serve(() => HANG);
    const { upstream, pool } = connect(server.url, {}, { size: 1 });
    const first = within(5_000);
    const second = within(5_000);
    const running = upstream.send(sending(request(server.url), true), first);
    const waiting = upstream.send(sending(request(server.url), true), second);
    expect(pool.waiting).toBe(1);
    cancelCall(second);
    expect(await waiting).toEqual({ kind: 'canceled', attempts: 0 });
    expect(pool.waiting).toBe(0);
    await server.arrived(1);
    cancelCall(first);
    await running;
    server.respondWith(() => ({ body: 'ok' }));
    expect(await upstream.send(sending(request(server.url), true), within(5_000))).toMatchObject({
      kind: 'response',
    });
  });

  it('ends its pause before a retry', async () => {
    const server = await serve(() => ({ status: 503, headers: { 'retry-after': '60' } }));
    const { upstream } = connect(server.url, { retry: { retries: 1, statuses: new Set([503]) } });
    const control = within(120_000);
    const outcome = upstream.send(sending(request(server.url), true), control);
    await (await server.arrived(1)).responded;
    // The response is on its way to us: wait until the call pauses.
    while (control.waitsFor === undefined) await new Promise(setImmediate);
    cancelCall(control);
    expect(await outcome).toMatchObject({ kind: 'canceled', attempts: 1 });
  });

  it('drops its request while the connection is opened', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const { upstream } = connect(server.url, {}, { size: 1 });
    const control = within(5_000);
    const outcome = upstream.send(sending(request(server.url, 'POST', '/canceled'), false), control);
    cancelCall(control);
    expect(await outcome).toMatchObject({ kind: 'canceled' });
    await upstream.send(sending(request(server.url, 'POST', '/next'), false), within(5_000));
    expect(server.requests.map(({ url }) => url)).toEqual(['/next']);
  });
});
