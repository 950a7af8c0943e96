import { afterEach, describe, expect, it } from 'vitest';
import { dialRouter } from '../../../src/transport/dial-router.js';
import type { ListenerOptions } from '../../../src/transport/listener.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { FRAMES } from '../../support/frames.js';
import { connectRaw, hello, type RawClient, rawOver } from '../../support/raw-client.js';
import { type RouterHost, startRouterHost, until } from '../../support/router-host.js';
import { SERIALIZERS } from '../../support/transport-matrix.js';

let host: RouterHost;
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await host.dispose();
});

/**
 * Clients that join one after the other, and then all leave their realm and keep their connection.
 */
async function joinAndLeave(connect: () => Promise<RawClient>, listener: Partial<ListenerOptions>) {
  host = await startRouterHost({
    listener: { protocol: 'universal', serializers: SERIALIZERS, ...listener },
  });
  for (let i = 0; i < 6; i += 1) {
    const client = await connect();
    clients.push(client);
    expect((await hello(client))[0]).toBe(MESSAGE.WELCOME);
  }
  for (const client of clients) {
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.close_realm']);
    expect(await client.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
  }
}

describe('many sessions that leave their realm and keep their connection', () => {
  it.each([
    ['WebSocket in JSON', { maxUnjoined: 2 }, () => connectRaw(host.url)],
    ['WebSocket in CBOR', { maxUnjoinedPerSource: 2 }, () => connectRaw(host.url, FRAMES[2])],
    [
      'RawSocket in MessagePack',
      { maxUnjoinedPerSource: 2 },
      async () => rawOver(await dialRouter(host.listener.urls[1] ?? '', { serializer: SERIALIZERS[1] })),
    ],
  ])('hold no more places than the limit of unjoined connections: %s', async (_what, limit, connect) => {
    await joinAndLeave(connect, limit);
    await until(
      () => host.listener.counts().places === 2,
      () => host.listener.counts(),
    );
    // The connections that are left may join again.
    expect((await hello(clients[0]!))[0]).toBe(MESSAGE.WELCOME);
    // So may a new connection, because there is a place again.
    const newcomer = await connect();
    clients.push(newcomer);
    expect((await hello(newcomer))[0]).toBe(MESSAGE.WELCOME);
  });
});
