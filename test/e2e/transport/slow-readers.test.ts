import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { connectRawSocket } from '../../support/raw-socket-client.js';
import { type RouterHost, until, untilEmpty } from '../../support/router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import {
  connectOver,
  startRouterOver,
  type Transport,
  transportsNamed,
} from '../../support/transport-matrix.js';

/** More than the few megabytes that the system buffers for a connection without a reader. */
const MAX_EVENTS = 50_000;
const BLOCK = 'x'.repeat(1000);
/** Events that are published before the publisher waits for a response. */
const BURST = 250;

/** Subscribes, and then never reads again. */
async function neverReads(transport: Transport, url: string): Promise<Socket> {
  if (transport.name === 'WebSocket') {
    const client = await connectRaw(url);
    await subscribe(client);
    const socket = (client.ws as unknown as { _socket: Socket })._socket;
    return socket.pause();
  }
  const client = await connectRawSocket(url);
  await subscribe(client);
  return client.octets.socket.pause();
}

async function subscribe(client: RawClient): Promise<void> {
  await hello(client);
  client.send([MESSAGE.SUBSCRIBE, 1, {}, 'com.t']);
  expect((await client.next())[0]).toBe(MESSAGE.SUBSCRIBED);
}

const transports = transportsNamed(
  'WebSocket',
  'RawSocket',
  'RawSocket over TLS',
  'RawSocket over a Unix socket',
);

/** The load comes from one publisher that pauses only for a response now and then. */
describe.each(transports)('a reader that never reads, over $name', (transport) => {
  let folder: TemporaryFolder;
  let host: RouterHost;
  let socket: Socket;
  beforeEach(() => {
    folder = createTemporaryFolder();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    socket.destroy();
    await untilEmpty(host);
    await host.dispose();
    folder.remove();
  });

  it.each([
    ['bytes', { maxSendBuffer: 1024 * 1024 }],
    ['messages', { maxSendBuffer: 400 * 1024 * 1024, maxSendQueue: 1000 }],
  ])('is disconnected at the limit of %s, and no other client is affected', async (_what, limits) => {
    host = await startRouterOver(transport, folder, limits);
    socket = await neverReads(transport, host.url);
    const destroy = vi.spyOn(Socket.prototype, 'destroy');
    const readers = [await connectOver(transport, host), await connectOver(transport, host)];
    for (const reader of readers) await subscribe(reader);
    const publisher = await connectOver(transport, host);
    await hello(publisher);

    let request = 0;
    const isCut = () => host.listener.counts().slowConsumersCut === 1;
    for (let wasCut = false; !wasCut && request < MAX_EVENTS; ) {
      // One more burst, which the remaining subscribers must get too.
      wasCut = isCut();
      const first = request + 1;
      for (let sent = 1; sent < BURST; sent++)
        publisher.send([MESSAGE.PUBLISH, ++request, {}, 'com.t', [request, BLOCK]]);
      publisher.send([MESSAGE.PUBLISH, ++request, { acknowledge: true }, 'com.t', [request, BLOCK]]);
      expect((await publisher.next())[0]).toBe(MESSAGE.PUBLISHED);
      // Subscribers that read keep up even on a busy machine, because a burst is below their limit.
      for (const reader of readers) {
        const numbers = Array.from({ length: BURST }, (_, at) => first + at);
        const events: unknown[] = [];
        for (const _ of numbers) {
          const [type, , , , args] = (await reader.next()) as [number, number, number, object, [number]];
          events.push(type === MESSAGE.EVENT ? args[0] : type);
        }
        expect(events).toEqual(numbers);
      }
    }
    await until(() => host.router.counts().sessions === 3, host.router.counts);
    // One shared reason, because otherwise Node would create an error for each waiting message.
    expect(destroy.mock.calls.map(([error]) => error?.message)).toContain('the connection was cut off');
    expect(host.listener.counts()).toMatchObject({ slowConsumersCut: 1, eventsDropped: 0 });
    publisher.send([MESSAGE.CALL, 1, {}, 'com.none']);
    expect((await publisher.next())[4]).toBe('wamp.error.no_such_procedure');
    for (const client of [...readers, publisher]) client.close();
  });
});
