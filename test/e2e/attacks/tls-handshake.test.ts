import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { ListenerOptions } from '../../../src/transport/listener.js';
import type { Task } from '../../../src/turns.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { FRAMES } from '../../support/frames.js';
import { upgradeRequest, webSocketFrame } from '../../support/hostile-octets.js';
import { frameOf } from '../../support/raw-socket-client.js';
import { startRouterHost, until } from '../../support/router-host.js';
import { TLS_FILES } from '../../support/tls-fixtures.js';
import { SERIALIZERS } from '../../support/transport-matrix.js';

const closeLater = closeAfterEach();

/** A TLS listener on all addresses, whose clock stands still. */
async function start(protocol: ListenerOptions['protocol']) {
  const clock = createFakeClock();
  const host = await startRouterHost({
    router: { clock },
    listener: {
      protocol,
      host: '0.0.0.0',
      serializers: SERIALIZERS,
      tls: { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.serverKey },
      clock,
    },
  });
  closeLater(() => host.dispose());
  return { clock, host, port: Number(new URL(host.url).port) };
}

async function dial(host: string, port: number, localPort?: number): Promise<Socket> {
  const socket = connect({ host, port, localAddress: '127.0.0.1', ...(localPort && { localPort }) });
  socket.on('error', () => {});
  closeLater(() => socket.destroy());
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

const HELLO = [MESSAGE.HELLO, 'realm1', { roles: { caller: {} } }];
const [, msgpack, cbor] = FRAMES;

/** What a client sends to join, each after the response to the one before. */
const WAYS: readonly (readonly [string, ListenerOptions['protocol'], readonly (Buffer | string)[]])[] = [
  ['RawSocket in JSON', 'rawsocket', [Buffer.from([0x7f, 0xf1, 0, 0]), frameOf(0, JSON.stringify(HELLO))]],
  [
    'RawSocket in MessagePack',
    'universal',
    [Buffer.from([0x7f, 0xf2, 0, 0]), frameOf(0, msgpack!.write(HELLO))],
  ],
  ['WebSocket in JSON', 'websocket', [upgradeRequest(), webSocketFrame(0x81, JSON.stringify(HELLO))]],
  [
    'WebSocket in CBOR',
    'universal',
    [
      upgradeRequest({ 'Sec-WebSocket-Protocol': 'wamp.2.cbor' }),
      webSocketFrame(0x82, Buffer.from(cbor!.write(HELLO))),
    ],
  ],
];

describe('two TLS connections from one address and port to two addresses', () => {
  it.each(WAYS)(
    'have separate handshake timeouts: one that joined and a silent one, %s',
    async (_what, protocol, steps) => {
      for (const silentFirst of [false, true]) {
        const { clock, host, port } = await start(protocol);
        const first = await dial('127.0.0.1', port);
        const second = await dial('127.0.0.2', port, (first.address() as AddressInfo).port);
        const [silent, speaking] = silentFirst ? [first, second] : [second, first];
        await until(() => host.listener.counts().places === 2);
        const tls = connectTls({ socket: speaking, rejectUnauthorized: false });
        tls.on('error', () => {});
        await new Promise((resolve) => tls.once('secureConnect', resolve));
        for (const step of steps) {
          tls.write(step);
          await new Promise((resolve) => tls.once('data', resolve));
        }
        expect(host.router.counts().sessions).toBe(1);
        const closed = new Promise((resolve) => silent.once('close', () => resolve('closed')));
        clock.advance(10_000);
        expect(await closed).toBe('closed');
        expect(host.router.counts().sessions).toBe(1);
        expect(host.listener.counts()).toMatchObject({ connections: 1, places: 1 });
      }
    },
  );
});

describe('TLS handshakes of many clients at the same moment', () => {
  /** What a client sends first. */
  async function clientHello(options: ConnectionOptions = {}): Promise<Buffer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connectTls({
      ...options,
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
    });
    client.on('error', () => {});
    const [socket] = (await once(server, 'connection')) as [Socket];
    const [hello] = (await once(socket, 'data')) as [Buffer];
    client.destroy();
    socket.destroy();
    server.close();
    return hello;
  }

  it('are computed a few in a turn of the event loop', async () => {
    const tasks: Task[] = [];
    const turns = { number: 0, hasTime: () => true, add: (task: Task) => void tasks.push(task) };
    const host = await startRouterHost({
      listener: { tls: { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.serverKey }, turns },
    });
    closeLater(() => host.dispose());
    const hello = await clientHello();
    const sockets = await Promise.all(
      Array.from({ length: 6 }, () => dial('127.0.0.1', Number(new URL(host.url).port))),
    );
    let answered = 0;
    for (const socket of sockets) {
      socket.once('data', () => answered++);
      socket.write(hello.subarray(0, -1));
    }
    // Another client with a complete hello comes behind them.
    const last = await dial('127.0.0.1', Number(new URL(host.url).port));
    last.write(hello);
    await until(() => tasks.length === 1);
    expect(tasks[0]?.()).toBe(true);
    await once(last, 'data');
    expect(answered).toBe(0);
    for (const socket of sockets) socket.write(hello.subarray(-1));
    await until(() => tasks.length === 2);
    // By now the others have been read too.
    await dial('127.0.0.1', Number(new URL(host.url).port));
    await until(() => host.listener.counts().places === 8);
    for (const all of [2, 4, 6]) {
      expect(tasks[1]?.()).toBe(all === 6);
      await until(() => answered >= all);
      expect(answered).toBe(all);
    }
  });

  it('start a few at a time when the server asks for a second ClientHello', async () => {
    const { port, host } = await start('websocket');
    // The server has no P-384, and asks for a share of X25519 (RFC 8446 section 4.1.4).
    const hello = await clientHello({ ecdhCurve: 'P-384:X25519' });
    const sockets = await Promise.all(Array.from({ length: 15 }, () => dial('127.0.0.1', port)));
    let asked = 0;
    for (const socket of sockets) {
      socket.once('data', () => asked++);
      socket.write(hello);
    }
    await until(() => asked >= 10);
    // Other clients do not wait behind them.
    const other = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    closeLater(() => other.destroy());
    await once(other, 'secureConnect');
    expect(asked).toBe(10);
    for (const socket of sockets) socket.destroy();
    await until(() => host.listener.counts().places === 1);
    // A finished handshake frees its place, and so does a closed connection.
    for (let count = 0; count < 12; count++) {
      const client = connectTls({
        host: '127.0.0.1',
        port,
        rejectUnauthorized: false,
        ecdhCurve: 'P-384:X25519',
      });
      closeLater(() => client.destroy());
      await once(client, 'secureConnect');
    }
  });

  it('are ended when the first message never ends', async () => {
    const { port } = await start('websocket');
    const socket = await dial('127.0.0.1', port);
    socket.write(
      Buffer.concat([Buffer.from([22, 3, 1, 0x7f, 0xff, 1, 0, 0xff, 0xff]), Buffer.alloc(20_000)]),
    );
    await new Promise((resolve) => socket.once('close', resolve));
  });
});
