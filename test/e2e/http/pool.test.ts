import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type GatewayFixtureOptions, openGatewayFixture } from '../../support/gateway-fixture.js';
import { HANG } from '../../support/recording-upstream.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';

/** An API that keeps idle connections far longer than any test takes, and says so. */
const PATIENT = { server: { keepAliveTimeout: 600_000 } };

describe("a service's connections", () => {
  const closeLater = closeAfterEach();
  const open = async (options: GatewayFixtureOptions) =>
    closeLater(await openGatewayFixture({ upstream: PATIENT, ...options }));

  it('are used again, by calls of any method', async () => {
    const { caller, upstream } = await open({});
    for (let id = 0; id < 5; id++) {
      await caller.call(GET, { id });
      await caller.call(POST, { id });
      await caller.call('com.billing.delete_invoice', { id });
    }
    expect(upstream.connections).toBe(1);
  });

  it('are never more than pool.size, and never shared by two calls', async () => {
    let running = 0;
    let max = 0;
    let allBusy = (): void => {};
    const busy = new Promise<void>((resolve) => {
      allBusy = resolve;
    });
    const { caller, upstream } = await open({
      lines: ['+pool.size = 3'],
      respond: async () => {
        max = Math.max(max, ++running);
        if (running === 3) allBusy();
        await busy;
        running--;
        return {};
      },
    });
    await Promise.all(Array.from({ length: 60 }, (_, id) => caller.call(GET, { id })));
    expect([max, upstream.connections]).toEqual([3, 3]);
  });

  it('serve waiting calls in their order', async () => {
    const { caller, upstream } = await open({ lines: ['+pool.size = 1'] });
    await Promise.all(Array.from({ length: 30 }, (_, id) => caller.call(GET, { id })));
    expect(upstream.requests.map(({ url }) => url)).toEqual(
      Array.from({ length: 30 }, (_, id) => `/invoices/${id}`),
    );
  });

  it('are replaced after pool.max_lifetime, busy or not', async () => {
    let now = 0;
    const { caller, upstream } = await open({
      lines: ['+pool.size = 1', '+pool.max_lifetime = 5m'],
      gateway: { clock: { ...systemClock, monotonic: () => now }, random: () => 0.5 },
    });
    const used = async (minutes: number) => {
      now = minutes * 60_000;
      await caller.call(GET, { id: 1 });
      return upstream.requests.at(-1)?.connection;
    };
    expect([await used(0), await used(3), await used(5)]).toEqual([1, 1, 1]);
    expect([await used(5.1), await used(9), await used(10.2)]).toEqual([2, 2, 3]);
  });

  it('are closed after pool.idle_timeout, even if the API would keep them longer', async () => {
    const { caller, upstream } = await open({ lines: ['+pool.idle_timeout = 200ms'] });
    await caller.call(GET, { id: 1 });
    expect((await upstream.arrived(1)).connection).toBe(1);
    await upstream.drained();
  });

  it.each([
    ['at all', HANG],
    ['any more', { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', afterwards: 'hang' }],
  ] as const)('that receive nothing %s for pool.recv_timeout are closed', async (_, answer) => {
    const { caller, upstream, log } = await open({
      lines: ['+pool.recv_timeout = 300ms', '+timeout = 1h', '+deadline = 2h', 'wamp.max_call_timeout = 2h'],
      respond: () => answer,
    });
    expect(ownError(await caller.call(POST, { a: 1 }))).toMatchObject({ code: 'timeout', attempts: 1 });
    expect(log.text()).toContain('pool.recv_timeout');
    await upstream.drained();
  });

  it('do not mix up responses when one of them is late', async () => {
    const { caller, upstream } = await open({
      lines: ['+pool.size = 1', '+timeout = 300ms', '+retries = 0'],
      respond: async ({ url }, response) => {
        if (url !== '/invoices/late') return { json: url };
        // The gateway has given up by then; these bytes must not reach any call.
        await new Promise((resolve) => response.once('close', resolve));
        return { json: 'late' };
      },
    });
    expect(ownError(await caller.call(GET, { id: 'late' }))).toMatchObject({ code: 'timeout' });
    for (const id of ['a', 'b']) {
      expect((await caller.call(GET, { id })).kwargs).toStrictEqual({ status: 200, body: `/invoices/${id}` });
    }
    expect(upstream.requests).toHaveLength(3);
  });

  it('take no unrequested bytes for a response', async () => {
    const said = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
    const { caller, upstream } = await open({
      lines: ['+pool.size = 1'],
      respond: () => ({ raw: said('"asked"') + said('"unasked"'), afterwards: 'hang' }),
    });
    expect((await caller.call(GET, { id: 1 })).kwargs).toStrictEqual({ status: 200, body: 'asked' });
    upstream.respondWith(() => ({ json: 'next' }));
    expect((await caller.call(POST, { a: 1 })).kwargs).toStrictEqual({ status: 200, body: 'next' });
    expect(upstream.connections).toBe(2);
  });
});
