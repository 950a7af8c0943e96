import { describe, expect, it } from 'vitest';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { FRAMES } from '../../support/frames.js';
import { upgradeRequest } from '../../support/hostile-octets.js';
import { connectOctets } from '../../support/octet-client.js';
import { connectRaw, rawOver } from '../../support/raw-client.js';
import { type RouterHost, startRouterHost, until } from '../../support/router-host.js';
import { SERIALIZERS } from '../../support/transport-matrix.js';

const CONNECTIONS = 60;

/** Sends octets that are refused, and waits until the connection has closed. */
async function sendOctets(url: string, octets: Buffer): Promise<void> {
  const client = await connectOctets(url);
  client.write(octets);
  await client.closed;
}

const HOSTILE: readonly (readonly [string, string, (host: RouterHost) => Promise<unknown>])[] = [
  [
    'an unknown subprotocol',
    'a WebSocket handshake was refused',
    ({ url }) => sendOctets(url, upgradeRequest({ 'Sec-WebSocket-Protocol': 'none' })),
  ],
  [
    'an unknown serializer of RawSocket',
    'a RawSocket handshake was refused',
    ({ listener }) => sendOctets(listener.urls[1]!, Buffer.from([0x7f, 0xff, 0, 0])),
  ],
  [
    'no HELLO over WebSocket in CBOR',
    'a client broke the protocol',
    async ({ url }) => {
      const client = await connectRaw(url, FRAMES[2]);
      client.send([MESSAGE.CALL, 1, {}, 'com.none']);
      await client.closed;
    },
  ],
  [
    'a realm that is not there, over RawSocket in MessagePack',
    'a client was turned away',
    async ({ listener }) => {
      const peer = await dialRouter(listener.urls[1]!, { serializer: SERIALIZERS[1] });
      const client = rawOver(peer);
      client.send([MESSAGE.HELLO, 'nowhere', { roles: { caller: {} } }]);
      await client.closed;
    },
  ],
];

describe('many hostile connections', () => {
  it.each(HOSTILE)('cause only a few log lines, with their number: %s', async (_what, sentence, attack) => {
    const clock = createFakeClock();
    const host = await startRouterHost({
      router: { clock },
      listener: { protocol: 'universal', serializers: SERIALIZERS, clock },
    });
    const lines = () =>
      host.logged
        .map((line) => JSON.parse(line) as { msg: string; repeated?: number })
        .filter(({ msg }) => msg.startsWith(sentence));
    await Promise.all(Array.from({ length: CONNECTIONS }, () => attack(host)));
    await until(() => host.listener.counts().places === 0);
    expect(lines().length).toBe(10);
    clock.advance(10_000);
    expect(lines().length).toBe(11);
    expect(lines().at(-1)).toMatchObject({ repeated: CONNECTIONS - 10 });
    await host.dispose();
  });
});
