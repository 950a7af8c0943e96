import { describe, expect, it } from 'vitest';
import { type CacheResult, silentObserver } from '../../../src/observe/observer.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { type Format, wampy } from '../../support/clients.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { openGatewayFixture } from '../../support/gateway-fixture.js';
import { leaksIn, plantedSecret } from '../../support/planted-secrets.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { openReloadFixture } from '../../support/reload-fixture.js';

const GET = 'com.billing.get_invoice';
const ID = { id: 1 };
const REALM = 'com.example.myrealm';
const CACHED = ['+procedures.get_invoice.cache = on', '+liveness.enabled = off'];
const FRESH = { 'Cache-Control': 'max-age=600' };
const FORMATS: readonly Format[] = ['json', 'msgpack', 'cbor'];

describe('A stored response', () => {
  const closing = closeAfterEach();

  it.each([
    ['a small body', { text: 'é', list: [1, 2.5, null, true], big: 12_345 }],
    ['a body of 5 KB', Array.from({ length: 100 }, (_, id) => ({ id, text: 'line of an invoice' }))],
    ['a body of 200 KB', Array.from({ length: 4_000 }, (_, id) => ({ id, text: 'line of an invoice' }))],
  ])('reaches callers of every format unchanged: %s', async (_, body) => {
    const { gateway, upstream } = closing(
      await openGatewayFixture({ lines: CACHED, respond: () => ({ headers: FRESH, json: body }) }),
    );
    for (const format of [...FORMATS, ...FORMATS]) {
      const client = closing(await wampy(gateway.url, REALM, format));
      for (let call = 0; call < 2; call++) {
        const outcome = await client.call(GET, { args: [], kwargs: ID }).outcome;
        expect(outcome).toMatchObject({ kwargs: { status: 200, body } });
      }
    }
    expect(upstream.requests).toHaveLength(1);
  });

  it('answers at once while the API hangs, and 1,000 calls at a time send one request', async () => {
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { caller, upstream } = closing(
      await openGatewayFixture({
        lines: CACHED,
        async respond() {
          await held;
          return { headers: FRESH, json: { id: 1 } };
        },
      }),
    );
    const calls = Array.from({ length: 1_000 }, () => caller.call(GET, ID));
    // An answer to a later message shows that all calls have arrived.
    await caller.call('com.billing.nothing');
    answer();
    for (const { kwargs } of await Promise.all(calls))
      expect(kwargs).toEqual({ status: 200, body: { id: 1 } });
    expect(upstream.requests).toHaveLength(1);
    expect((await caller.call(GET, ID)).kwargs).toEqual({ status: 200, body: { id: 1 } });
  });

  it('survives a reload that leaves its service alone, and no other', async () => {
    const upstream = closing(await startRecordingUpstream(() => ({ headers: FRESH, json: {} })));
    const conf = billingConf(upstream.url, ...CACHED);
    const fixture = closing(await openReloadFixture(conf));
    const caller = closing(await connectCaller(fixture.url));
    await caller.call(GET, ID);
    await fixture.reload(`${conf}\nlog.calls = all\n`);
    await caller.call(GET, ID);
    expect(upstream.requests).toHaveLength(1);
    await fixture.reload(`${conf}\nrpc_gateway.services.billing.timeout = 7s\n`);
    await caller.call(GET, ID);
    expect(upstream.requests).toHaveLength(2);
  });

  it('is in the status, observers hear of it, and no secret is shown', async () => {
    const secret = plantedSecret('token');
    const results: CacheResult[] = [];
    const { caller, gateway, log } = closing(
      await openGatewayFixture({
        lines: [...CACHED, `+auth.vars.token = ${secret}`, 'log.calls = all'],
        respond: () => ({ headers: FRESH, json: {} }),
        gateway: {
          observer: { ...silentObserver, cacheUsed: (_service, result) => void results.push(result) },
        },
      }),
    );
    for (let call = 0; call < 3; call++) await caller.call(GET, ID);
    const [service] = gateway.status().services;
    expect(service?.cache).toMatchObject({ entries: 1, max_bytes: 32 * 1024 * 1024 });
    expect(service?.cache?.bytes).toBeGreaterThan(0);
    expect(results).toEqual(['miss', 'hit', 'hit']);
    expect(leaksIn(log.text() + JSON.stringify(gateway.status()))).toEqual([]);
  });

  it('is kept for the lifetime that the API gives it', async () => {
    const clock = createFakeClock();
    const { caller, upstream } = closing(
      await openGatewayFixture({
        lines: [...CACHED, 'wamp.ping_interval = 0'],
        respond: () => ({ headers: { ...FRESH, Date: 'Thu, 01 Jan 2026 00:00:00 GMT' }, json: {} }),
        gateway: { clock },
      }),
    );
    await caller.call(GET, ID);
    clock.advance(599_000);
    await caller.call(GET, ID);
    expect(upstream.requests).toHaveLength(1);
    clock.advance(1_000);
    await caller.call(GET, ID);
    expect(upstream.requests).toHaveLength(2);
  });
});
