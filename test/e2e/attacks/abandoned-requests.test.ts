import { describe, expect, it } from 'vitest';
import { connectCaller, ownError, REALM } from '../../support/caller.js';
import { type Format, wampy } from '../../support/clients.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';

const POST = 'com.billing.create_invoice';
const SIZE = 2;
/** Abandoned requests may go on at the API, and so may those that keep their place. */
const MOST = 2 * SIZE;
/** `timeout` is the window of the budget. */
const LINES = [`+pool.size = ${SIZE}`, '+timeout = 1h', '+deadline = 2h', 'wamp.max_call_timeout = 2h'];

/** An API that finishes every request, even if the client leaves. */
function stubbornApi() {
  let running = 0;
  let peak = 0;
  let finish: (() => void)[] = [];
  return {
    get peak() {
      return peak;
    },
    async respond() {
      peak = Math.max(peak, ++running);
      await new Promise<void>((resolve) => finish.push(resolve));
      running--;
      return { json: 'done' };
    },
    /** Responds to all running requests. */
    finish() {
      const all = finish;
      finish = [];
      for (const end of all) end();
    },
  };
}

describe('callers that abandon their requests again and again', () => {
  const closeLater = closeAfterEach();
  async function open(lines: readonly string[] = LINES) {
    const api = stubbornApi();
    const fixture = closeLater(await openGatewayFixture({ lines, respond: api.respond }));
    return { ...fixture, api };
  }

  it('cannot have more than twice pool.size requests at the API by CANCEL', async () => {
    const { caller, upstream, api } = await open();
    for (let n = 1; n <= 12; n++) {
      const call = caller.call(POST, { n });
      if (n <= MOST) await upstream.arrived(n);
      caller.cancel('kill');
      expect(ownError(await call)).toMatchObject({ code: 'canceled', attempts: n <= MOST ? 1 : 0 });
    }
    expect([upstream.requests.length, api.peak]).toEqual([MOST, MOST]);
  });

  it.each<Format>(['msgpack', 'cbor'])('cannot do so by CANCEL in %s', async (format) => {
    const { gateway, upstream, api } = await open();
    const client = await wampy(gateway.url, REALM, format);
    for (let n = 1; n <= 8; n++) {
      const { outcome, cancel } = client.call(POST, { args: [], kwargs: { n } });
      if (n <= MOST) await upstream.arrived(n);
      cancel('kill');
      await expect(outcome).rejects.toMatchObject({ uri: 'wamp.error.canceled' });
    }
    expect([upstream.requests.length, api.peak]).toEqual([MOST, MOST]);
    await client.close();
  });

  it('cannot do so by short timeouts', async () => {
    const { caller, api, upstream } = await open();
    for (let n = 1; n <= 8; n++) {
      const answer = await caller.call(POST, { n }, { options: { timeout: 40 } });
      expect(ownError(answer)).toMatchObject({ code: 'timeout' });
    }
    expect(upstream.requests.length).toBeGreaterThan(0);
    expect(api.peak).toBeLessThanOrEqual(MOST);
  });

  it('cannot do so by closing their connections', async () => {
    const { gateway, caller, api, upstream } = await open();
    for (let n = 1; n <= 8; n++) {
      const leaving = await connectCaller(gateway.url);
      const call = leaving.call(POST, { n });
      if (n <= MOST) await upstream.arrived(n);
      leaving.terminate();
      await expect(call).rejects.toThrow();
    }
    const last = caller.call(POST, {});
    expect(api.peak).toBe(MOST);
    api.finish();
    // It may wait behind calls whose callers have left. The API gets those too if the gateway has
    // not noticed yet.
    const timer = setInterval(() => api.finish(), 5);
    expect(await last).toMatchObject({ kind: 'result' });
    clearInterval(timer);
    expect(api.peak).toBeLessThanOrEqual(MOST);
  });

  it('are served again as soon as the API has responded to the abandoned requests', async () => {
    const { caller, upstream, api } = await open();
    for (let n = 1; n <= MOST; n++) {
      const call = caller.call(POST, { n });
      await upstream.arrived(n);
      caller.cancel('kill');
      await call;
    }
    const waiting = caller.call(POST, {});
    api.finish();
    await upstream.arrived(MOST + 1);
    api.finish();
    expect(await waiting).toMatchObject({ kind: 'result', kwargs: { body: 'done' } });
    // Two connections were closed, and two delivered unwanted responses; the last call used one of
    // these.
    expect(upstream.connections).toBe(MOST);
  });

  it('do no harm when the API is fast, because each response frees its place', async () => {
    const { caller, upstream, api } = await open();
    for (let n = 1; n <= 30; n++) {
      const call = caller.call(POST, { n });
      await upstream.arrived(n);
      caller.cancel('kill');
      await call;
      api.finish();
    }
    expect(upstream.requests).toHaveLength(30);
  });
});
