import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load-config.js';
import { type AttachedFixture, openAttachedFixture, startRouter } from '../../support/attached-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller, REALM } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { freePort } from '../../support/free-port.js';
import { inShort } from '../../support/reload-fixture.js';
import { until } from '../../support/router-host.js';

const GET = 'com.billing.get_invoice';
const NO_PROCEDURE = 'wamp.error.no_such_procedure';

describe('a reload of a gateway that is attached to a router', () => {
  const closeLater = closeAfterEach();

  async function open(...lines: readonly string[]) {
    const fixture: AttachedFixture = await openAttachedFixture();
    closeLater(fixture.close);
    const { gateway, log } = await fixture.attachAndWait(lines);
    const reload = (url: string, ...more: readonly string[]) =>
      gateway.reload(
        parseConfig(
          billingConf(
            fixture.upstream.url,
            `router.url = ${url}`,
            'router.reconnect.min = 10ms',
            'router.reconnect.max = 100ms',
            'listeners.none.enabled = off',
            ...more,
          ),
          { env: {} },
        ),
      );
    const sessionsOf = (router: AttachedFixture['router']) =>
      router.status().realms.find(({ name }) => name === REALM)?.sessions;
    return { ...fixture, gateway, log, reload, sessionsOf };
  }

  it('changes its procedures on the same session', async () => {
    const { gateway, router, caller, upstream, reload, sessionsOf } = await open();
    await caller.call(GET, { id: 1 });
    const before = sessionsOf(router);
    await reload(
      router.url,
      '+headers.X-V = 2',
      '+procedures.more.uri = com.billing.more',
      `+procedures.more.realm = ${REALM}`,
    );
    await caller.call(GET, { id: 1 });
    expect(await caller.call('com.billing.more', {})).toMatchObject({ kind: 'result' });
    expect(upstream.requests.map(({ headers }) => headers['x-v'])).toEqual([undefined, '2', '2']);
    expect(sessionsOf(router)).toBe(before);
    await reload(router.url);
    expect(await caller.call('com.billing.more', {})).toMatchObject({ uri: NO_PROCEDURE });
    expect(gateway.links).toMatchObject([{ state: 'serving' }]);
  });

  it('registers a procedure again whose options have changed', async () => {
    const { router, caller, reload } = await open();
    const outcome = await reload(router.url, '+procedures.get_invoice.invoke = first');
    expect(outcome).toMatchObject({
      changes: [
        { what: 'service' },
        { what: 'procedure', name: GET, effect: 'the gateway unregisters it and registers it again' },
      ],
    });
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
  });

  it('joins another router, and then leaves the first one', async () => {
    const { gateway, router, caller, reload, sessionsOf } = await open();
    const second = await startRouter();
    closeLater(() => second.stop(0));
    expect(inShort(await reload(second.url))).toEqual(['router router changed']);
    const there = await connectCaller(second.url);
    closeLater(there.close);
    expect(await there.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
    await until(() => sessionsOf(router) === 1);
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ uri: NO_PROCEDURE });
    expect(gateway.routers).toEqual([new URL(second.url).href]);
    expect(gateway.callCount).toBe(1);
  });

  it('answers every call while it joins the same router anew', async () => {
    const { router, caller, upstream, reload, sessionsOf } = await open();
    let respond = (): void => {};
    upstream.respondWith(({ url }) =>
      url.endsWith('slow')
        ? new Promise((resolve) => {
            respond = () => resolve({ json: {} });
          })
        : { json: {} },
    );
    const running = caller.call(GET, { id: 'slow' });
    await upstream.arrived(1);
    let isOver = false;
    const answers: string[] = [];
    const calling = (async () => {
      while (!isOver) answers.push((await caller.call(GET, { id: 1 })).kind);
    })();
    await reload(router.url, 'router.ping_interval = 5s');
    await reload(router.url, 'router.serializer = msgpack');
    respond();
    expect(await running).toMatchObject({ kind: 'result' });
    await until(() => sessionsOf(router) === 2);
    isOver = true;
    await calling;
    expect(new Set(answers)).toEqual(new Set(['result']));
  });

  it('gets the procedures that only one session may register', async () => {
    const single = '+procedures.get_invoice.invoke = single';
    const { gateway, router, caller, reload } = await open(single);
    await reload(router.url, single, 'router.ping_interval = 5s');
    await until(() => gateway.links[0]?.state === 'serving');
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
  });

  it('fails if it cannot join the other router, and keeps its session', async () => {
    const { gateway, caller, reload, log } = await open();
    const outcome = await reload(`ws://127.0.0.1:${await freePort()}/ws`, '+headers.X-V = 2');
    expect(outcome).toEqual({
      kind: 'failed',
      reason: expect.stringMatching(`^the gateway cannot join the realm ${REALM}: `),
    });
    expect(await caller.call(GET, { id: 1 })).toMatchObject({ kind: 'result' });
    expect(gateway.links).toMatchObject([{ state: 'serving' }]);
    expect(log.text()).toContain('the configuration was not reloaded; nothing has changed');
  });

  it('refuses to change to its own router', async () => {
    const { gateway, upstream } = await open();
    expect(await gateway.reload(parseConfig(billingConf(upstream.url), { env: {} }))).toEqual({
      kind: 'failed',
      reason: expect.stringContaining('must be restarted'),
    });
  });

  it('is ended by a stop of the gateway', async () => {
    const { gateway, reload } = await open();
    const { createServer } = await import('node:net');
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    closeLater(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    const reloading = reload(`ws://127.0.0.1:${port}/ws`);
    await connected;
    await gateway.stop(0);
    expect(await reloading).toEqual({ kind: 'failed', reason: 'the gateway is stopping' });
    expect(await gateway.reload()).toMatchObject({ kind: 'impossible' });
  });
});
