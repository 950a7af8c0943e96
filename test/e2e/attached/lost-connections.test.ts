import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AttachedFixture,
  type AttachedGateway,
  logged,
  openAttachedFixture,
  openWire,
  type Wire,
} from '../../support/attached-fixture.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { HANG } from '../../support/recording-upstream.js';
import { until } from '../../support/router-host.js';

/** Without grants, no session may kill another one. */
const GRANTED = {
  uri: 'com.example.myrealm',
  sources: [{ usernames: ['anonymous'], authmethod: 'anonymous', cidr: '0.0.0.0/0' }],
  grants: [
    {
      permissions: ['wamp.call', 'wamp.register', 'wamp.unregister'],
      uri: '',
      match: 'prefix',
      roles: 'all',
    },
  ],
};

/** The next attempt may meet the frozen wire too, so its waits are short as well. */
const SILENCE = [
  'router.ping_interval = 50ms',
  'router.ping_timeout = 50ms',
  'router.connect_timeout = 1s',
  'router.join_timeout = 1s',
];

const NETWORK = ['wamp.error.canceled', 'wamp.error.network_failure', 'wamp.error.no_available_callee'];

describe('a gateway that loses its router', () => {
  const later = closeAfterEach();
  let fixture: AttachedFixture;
  let wire: Wire;
  beforeEach(async () => {
    fixture = await openAttachedFixture();
    wire = later(await openWire(fixture.router.url));
  });
  afterEach(() => fixture.close());

  it('comes back each time, with every procedure registered once', async () => {
    const { gateway } = await fixture.attachAndWait([], wire.url);
    for (let round = 2; round <= 6; round++) {
      wire.cut();
      await until(() => gateway.links[0]?.state !== 'serving');
      wire.mend();
      await until(() => gateway.links[0]?.state === 'serving');
      expect(await fixture.caller.call('com.billing.get_invoice', { id: round })).toMatchObject({
        kwargs: { status: 200 },
      });
    }
    const { args } = await fixture.caller.call('wamp.registration.list');
    expect((args[0] as { exact: unknown[] }).exact).toHaveLength(4);
  });

  it('cancels running GETs, and lets POSTs end by themselves', async () => {
    let finishPost = (): void => {};
    fixture.upstream.respondWith(({ method }) =>
      method === 'GET'
        ? HANG
        : new Promise((resolve) => {
            finishPost = () => resolve({ status: 201, json: {} });
          }),
    );
    const attached = await fixture.attachAndWait([], wire.url);
    const calls = [
      fixture.caller.call('com.billing.get_invoice', { id: 1 }),
      fixture.caller.call('com.billing.create_invoice', { amount: 1 }),
    ];
    const get = await fixture.upstream.arrived(1);
    const post = await fixture.upstream.arrived(2);
    wire.cut();
    const [first, second] = [get, post].sort((a, b) => a.method.localeCompare(b.method));
    expect(await first?.responded).toBe(false);
    for (const call of calls) expect(NETWORK).toContain((await call).uri);
    finishPost();
    expect(await second?.responded).toBe(true);
    for (const procedure of ['com.billing.get_invoice', 'com.billing.create_invoice']) {
      await logged(attached, {
        realm: 'com.example.myrealm',
        procedure,
        msg: 'a reply was dropped: the session with the router was lost',
      });
    }
    const dropped = attached.log.records().filter(({ invocation }) => invocation !== undefined);
    expect(dropped).toHaveLength(2);
  });

  it('lets the POSTs of a lost session end before it stops', async () => {
    let finishPost = (): void => {};
    fixture.upstream.respondWith(
      () =>
        new Promise((resolve) => {
          finishPost = () => resolve({ status: 201, json: {} });
        }),
    );
    const { gateway } = await fixture.attachAndWait([], wire.url);
    const call = fixture.caller.call('com.billing.create_invoice', { amount: 1 });
    const post = await fixture.upstream.arrived(1);
    wire.cut();
    await call;
    await until(() => gateway.links[0]?.state !== 'serving');
    const stopping = gateway.stop();
    await until(() => gateway.links[0]?.state === 'stopped');
    finishPost();
    expect(await post.responded).toBe(true);
    await stopping;
  });

  it('notices a router that carries nothing more, over WebSocket', async () => {
    const attached = await fixture.attachAndWait(SILENCE, wire.url);
    await expectSilenceIsNoticed(attached, wire);
  });

  it('waits without end for a router that is absent at the start', async () => {
    wire.cut();
    const attached = fixture.attach([], wire.url);
    await until(() => wire.connections > 3);
    wire.mend();
    await attached.ready;
    expect(attached.gateway.routers).toEqual([wire.url]);
  });

  it('uses the second URL when nothing listens at the first', async () => {
    const attached = await fixture.attachAndWait([], `ws://127.0.0.1:9/ws, ${fixture.router.url}`);
    expect(attached.gateway.routers).toEqual([fixture.router.url]);
  });
});

describe('a gateway attached over RawSocket', () => {
  const later = closeAfterEach();

  it('notices a router that carries nothing more', async () => {
    const fixture = await openAttachedFixture({
      routerLines: ['listeners.raw.protocol = rawsocket', 'listeners.raw.port = 0'],
    });
    later(() => fixture.close());
    const raw = fixture.router.endpoints.find((url) => url.startsWith('rs://')) ?? '';
    const wire = later(await openWire(raw));
    const attached = await fixture.attachAndWait(SILENCE, wire.url);
    await expectSilenceIsNoticed(attached, wire);
  });
});

describe('a gateway whose router says GOODBYE', () => {
  const later = closeAfterEach();

  it('joins again', async () => {
    const fixture = await openAttachedFixture({ realms: [GRANTED] });
    later(() => fixture.close());
    const attached = await fixture.attachAndWait();
    const session = attached.log.records().find(({ registered }) => registered === 4)?.['session'];
    await fixture.caller.call('wamp.session.kill', {}, { args: [session] });
    await logged(attached, { cause: 'wamp.close.killed' });
    await until(() => attached.gateway.links[0]?.state === 'serving');
  });
});

async function expectSilenceIsNoticed(attached: AttachedGateway, wire: Wire): Promise<void> {
  wire.freeze();
  await logged(attached, {
    cause: 'the router was silent for router.ping_interval and router.ping_timeout',
  });
  wire.mend();
  await until(() => attached.gateway.links[0]?.state === 'serving');
}
