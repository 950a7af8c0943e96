import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWire } from '../../support/attached-fixture.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { attachGateway } from './attach.js';
import { ATTACHED, attachedConfiguration, NOT_ATTACHED } from './fleet.js';
import { REALM } from './plan.js';
import { type ForeignRouter, ROUTER_PROGRAMS, startRouter } from './routers.js';

const PINGS = 5;

describe.each(ROUTER_PROGRAMS)('$name behind a network that fails', (program) => {
  const closeLater = closeAfterEach();
  let router: ForeignRouter;
  beforeAll(async () => {
    if (program.isInstalled) router = await startRouter(program);
  });
  afterAll(() => router?.close());
  const test = it.skipIf(!program.isInstalled);

  async function attach(transport: 'WebSocket' | 'RawSocket', lines: string) {
    const wire = closeLater(await openWire(router.urls[transport]));
    const configuration = attachedConfiguration(wire.url, 'http://127.0.0.1:9', lines);
    return { wire, ...closeLater(await attachGateway(configuration)) };
  }

  test.each(['WebSocket', 'RawSocket'] as const)('answers the pings over %s', async (transport) => {
    const { wire, records, gateway } = await attach(
      transport,
      'router.ping_interval = 50ms\nrouter.ping_timeout = 20s',
    );
    const before = wire.answers;
    while (wire.answers < before + PINGS) await delay(10);
    expect(records.filter(({ msg }) => msg === NOT_ATTACHED)).toEqual([]);
    expect(gateway.links[0]!.state).toBe('serving');
  });

  test.each(['WebSocket', 'RawSocket'] as const)(
    'is given up when it is silent over %s',
    async (transport) => {
      const { wire, logged, records } = await attach(
        transport,
        'router.ping_interval = 200ms\nrouter.ping_timeout = 200ms\nrouter.reconnect.min = 50ms\nrouter.reconnect.max = 200ms',
      );
      const before = records.length;
      wire.freeze();
      expect(await logged({ msg: NOT_ATTACHED }, before)).toMatchObject({
        level: 'warn',
        realm: REALM,
        router: wire.url,
        cause: 'the router was silent for router.ping_interval and router.ping_timeout',
        advice: expect.stringContaining('network'),
      });
      wire.mend();
      await logged({ msg: ATTACHED, registered: 1 }, before);
    },
  );
});
