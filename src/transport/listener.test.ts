import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { join as joinPath } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { webSocketFrame } from '../../test/support/hostile-octets.js';
import { connectOctets } from '../../test/support/octet-client.js';
import { ALL_ROLES, connectRaw, hello } from '../../test/support/raw-client.js';
import { connectRawSocket, frameOf } from '../../test/support/raw-socket-client.js';
import { type RouterHost, startRouterHost, until, untilEmpty } from '../../test/support/router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.js';
import { readTlsFixtures, TLS_FILES } from '../../test/support/tls-fixtures.js';
import { joinRealm } from '../wamp/client/session.js';
import { MESSAGE } from '../wamp/messages.js';
import type { ConnectionInfo } from '../wamp/peer.js';
import { dialRouter } from './dial-router.js';
import type { ListenerOptions } from './listener.js';

const { ca, clientCert, clientKey } = readTlsFixtures();
const TLS = { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.serverKey };
const HANDSHAKE = Buffer.from([0x7f, 0xf1, 0, 0]);
const FULL = Buffer.from([0x7f, 0x40, 0, 0]);
const UPGRADE =
  'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n';

let folder: TemporaryFolder;
let host: RouterHost;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(async () => {
  await untilEmpty(host);
  await host.dispose();
  folder.remove();
});
async function start(options: Partial<ListenerOptions>): Promise<RouterHost> {
  host = await startRouterHost({ listener: options });
  return host;
}

/** Joins, calls and leaves over each of the listener's URLs. */
async function joinOverAll({ listener }: RouterHost): Promise<void> {
  for (const url of listener.urls) {
    const session = await joinRealm(await dialRouter(url, { tls: { ca } }), { realm: 'realm1' });
    await expect(session.call('com.none', {})).rejects.toMatchObject({ uri: 'wamp.error.no_such_procedure' });
    await session.leave();
  }
}

describe('one port for both transports', () => {
  it.each([
    ['plain', undefined, /^ws:.* rs:/],
    ['inside TLS', TLS, /^wss:.* rss:/],
  ])('accepts both transports, %s', async (_how, tls, urls) => {
    const started = await start({ protocol: 'universal', tls });
    expect(started.listener.urls.join(' ')).toMatch(urls);
    await joinOverAll(started);
  });

  it.each([
    ['plain', undefined],
    ['inside TLS', TLS],
  ])('distinguishes both transports even octet by octet, %s', async (_how, tls) => {
    const { url } = await start({ protocol: 'universal', tls });
    for (const [sent, answer] of [
      [HANDSHAKE, '\x7f\xb1\0\0'],
      [Buffer.from(UPGRADE), 'HTTP/1.1 101 Switching Protocols'],
    ] as const) {
      const client = await connectOctets(url);
      client.socket.setNoDelay(true);
      for (const octet of sent) {
        client.write(Buffer.from([octet]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await client.read(answer.length)).toString('latin1')).toBe(answer);
      client.close();
    }
  });

  it('reads frames that follow either handshake directly', async () => {
    const { url } = await start({ protocol: 'universal' });
    const text = Buffer.from('[1,"realm1",{"roles":{"caller":{}}}]');
    // A text frame of RFC 6455, masked with zeros.
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 + text.length, 0, 0, 0, 0]), text]);
    const client = await connectOctets(url);
    client.write(Buffer.concat([Buffer.from(UPGRADE), frame]));
    await until(() => host.router.counts().sessions === 1);
    client.close();
  });

  it('replies to plain HTTP and to unknown protocols', async () => {
    const { url } = await start({ protocol: 'universal' });
    const answer = async (octets: string): Promise<string> => {
      const client = await connectOctets(url);
      client.write(octets);
      return String(await client.rest()).split('\r\n', 1)[0] ?? '';
    };
    expect(await answer('GET /ws HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('HTTP/1.1 426 Upgrade Required');
    expect(await answer('\0\0\0\0')).toBe('HTTP/1.1 400 Bad Request');
  });

  it.each([
    ['plain', undefined],
    ['inside TLS', TLS],
  ])('cuts silent connections at the handshake timeout, %s', async (_how, tls) => {
    const { url } = await start({ protocol: 'universal', tls, handshakeTimeout: 60 });
    const client = await connectOctets(url);
    await client.closed;
  });
});

describe('TLS', () => {
  it('carries RawSocket', async () => {
    await joinOverAll(await start({ protocol: 'rawsocket', tls: TLS }));
  });

  it('cuts a TLS handshake that does not end, or is invalid', async () => {
    const { url, listener } = await start({ protocol: 'rawsocket', tls: TLS, handshakeTimeout: 60 });
    for (const octets of ['', '\x16\x03\x01\x02', 'GET / HTTP/1.1\r\n\r\n', '\x7f\xf1\0\0']) {
      const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.write(Buffer.from(octets, 'latin1'));
      await once(socket, 'close');
    }
    await until(() => listener.counts().places === 0);
  });

  it('asks RawSocket clients for a certificate if it has a CA', async () => {
    const { url } = await start({ protocol: 'rawsocket', tls: { ...TLS, cacertfile: TLS_FILES.ca } });
    await expect(dialRouter(url, { tls: { ca } })).rejects.toThrow('cannot connect to rss://127.0.0.1');
    const peer = await dialRouter(url, { tls: { ca, cert: clientCert, key: clientKey } });
    await (await joinRealm(peer, { realm: 'realm1' })).leave();
  });
});

describe('a Unix socket', () => {
  it('carries RawSocket, and is removed when the listener closes', async () => {
    const socket = joinPath(folder.path, 'gateway.sock');
    const started = await start({ protocol: 'rawsocket', socket });
    expect(started.listener.urls).toEqual([`rs://unix:${socket}`]);
    await joinOverAll(started);
    await started.listener.close();
    expect(existsSync(socket)).toBe(false);
  });

  it('is reported in one sentence if another process listens on it', async () => {
    const socket = joinPath(folder.path, 'gateway.sock');
    await start({ protocol: 'rawsocket', socket });
    await expect(startRouterHost({ listener: { protocol: 'rawsocket', socket } })).rejects.toThrow(
      `cannot listen on ${socket}: another program listens there`,
    );
  });
});

describe('a listener that is full', () => {
  it.each(['rawsocket', 'universal'] as const)(
    'replies with an error of RawSocket, protocol %s',
    async (protocol) => {
      const { listener } = await start({ protocol, maxSessions: 1 });
      const url = listener.urls.at(-1) ?? '';
      const first = await connectRawSocket(url);
      const second = await connectOctets(url);
      second.write(HANDSHAKE);
      expect(await second.rest()).toEqual(FULL);
      await second.closed;
      // The first has not joined, and counts; it can still join.
      expect((await hello(first))[0]).toBe(MESSAGE.WELCOME);
      first.octets.close();
      await until(() => listener.counts().places === 0);
      await (await joinRealm(await dialRouter(url), { realm: 'realm1' })).leave();
    },
  );

  it.each(['websocket', 'universal'] as const)(
    'replies with an error of HTTP, protocol %s',
    async (protocol) => {
      const { url, listener } = await start({ protocol, maxSessions: 1 });
      const first = await connectRaw(url);
      await expect(dialRouter(url)).rejects.toThrow('the server answered HTTP 503');
      expect((await hello(first))[0]).toBe(MESSAGE.WELCOME);
      first.close();
      await until(() => listener.counts().places === 0);
      await (await joinRealm(await dialRouter(url), { realm: 'realm1' })).leave();
    },
  );

  it('tells a client that can never connect not to try again', async () => {
    const { listener } = await start({ protocol: 'universal', maxSessions: 1 });
    const [webSocket = '', rawSocket = ''] = listener.urls;
    const first = await connectRaw(webSocket);
    await expect(dialRouter(webSocket.replace('/ws', '/other'))).rejects.toThrow('HTTP 404');
    const stranger = await connectOctets(rawSocket);
    stranger.write(Buffer.from([0x7f, 0xf4, 0, 0]));
    expect(await stranger.rest()).toEqual(Buffer.from([0x7f, 0x10, 0, 0]));
    first.close();
  });

  it('accepts other sources if one source is at its limit', async () => {
    const { listener } = await start({ protocol: 'rawsocket', host: '0.0.0.0', maxSessionsPerSource: 2 });
    const { port } = new URL(listener.urls[0] ?? '');
    const from = async (localAddress: string): Promise<Socket> => {
      const socket = connectTcp({ port: Number(port), host: '127.0.0.1', localAddress });
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(HANDSHAKE);
      return socket;
    };
    const answers: string[] = [];
    const sockets: Socket[] = [];
    for (const address of ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2']) {
      const socket = await from(address);
      sockets.push(socket);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      answers.push(answer.toString('hex'));
    }
    expect(answers).toEqual(['7fb10000', '7fb10000', '7f400000', '7fb10000']);
    for (const socket of sockets) socket.destroy();
  });
});

describe('what the router is told of a connection', () => {
  it.each<
    [
      protocol: ListenerOptions['protocol'],
      at: number,
      more: Partial<ListenerOptions>,
      info: Partial<ConnectionInfo>,
    ]
  >([
    ['websocket', 0, {}, { transport: 'websocket', remoteAddress: '127.0.0.1' }],
    ['rawsocket', 0, {}, { transport: 'rawsocket', remoteAddress: '127.0.0.1' }],
    ['universal', 0, { tls: TLS }, { transport: 'websocket', remoteAddress: '127.0.0.1' }],
    ['universal', 1, { tls: TLS }, { transport: 'rawsocket', remoteAddress: '127.0.0.1' }],
  ])('contains its transport and address: %s, URL %i, %j', async (protocol, at, more, info) => {
    const told: ConnectionInfo[] = [];
    const { listener } = await start({
      protocol,
      ...more,
      attach(peer, connection) {
        told.push(connection);
        return host.router.attach(peer, connection);
      },
    });
    const peer = await dialRouter(listener.urls[at] ?? '', { tls: { ca } });
    await (await joinRealm(peer, { realm: 'realm1' })).leave();
    expect(told).toEqual([
      {
        trusted: false,
        serializer: 'json',
        handshakeTimeout: 10_000,
        handshakeElapsed: expect.any(Number),
        onJoined: expect.any(Function),
        onViolation: expect.any(Function),
        ...info,
      },
    ]);
  });

  it('contains no address over a Unix socket', async () => {
    const told: ConnectionInfo[] = [];
    const { url } = await start({
      protocol: 'rawsocket',
      socket: joinPath(folder.path, 'x.sock'),
      attach(peer, connection) {
        told.push(connection);
        return host.router.attach(peer, connection);
      },
    });
    await (await joinRealm(await dialRouter(url), { realm: 'realm1' })).leave();
    expect(told[0]).not.toHaveProperty('remoteAddress');
    expect(told[0]).toMatchObject({ transport: 'rawsocket' });
  });
});

describe('closing a listener', () => {
  it.each(['websocket', 'rawsocket'] as const)(
    'waits for the reply to GOODBYE for at most one second of its clock, over %s',
    async (protocol) => {
      const clock = createFakeClock();
      host = await startRouterHost({ router: { clock }, listener: { protocol, clock } });
      const client = protocol === 'websocket' ? await connectRaw(host.url) : await connectRawSocket(host.url);
      await hello(client);
      let closed = false;
      const closing = host.listener.close().then(() => {
        closed = true;
      });
      // The client says nothing to it, and does not close.
      expect((await client.next())[0]).toBe(MESSAGE.GOODBYE);
      clock.advance(499);
      await new Promise((resolve) => setImmediate(resolve));
      expect([closed, host.listener.counts().connections]).toEqual([false, 1]);
      clock.advance(501);
      await closing;
      expect(clock.pending).toBe(0);
      client.close();
    },
  );
});

describe('a client that has not joined', () => {
  const HELLO = JSON.stringify([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]);

  it.each([
    ['websocket', UPGRADE, webSocketFrame(0x81, 'x'.repeat(8000)), /\[3,.*wamp\.error\.protocol_violation/],
    ['rawsocket', HANDSHAKE, frameOf(0, 'x'.repeat(8000)), /\[3,.*wamp\.error\.protocol_violation/],
  ] as const)(
    'may not send more than max_join_size, though its message never ends, over %s',
    async (protocol, handshake, frame, abort) => {
      const { url } = await start({ protocol, maxJoinSize: 2000 });
      const client = await connectOctets(url);
      client.write(handshake);
      client.write(frame.subarray(0, 4000));
      expect((await client.rest()).toString('latin1')).toMatch(abort);
    },
  );

  it('is counted again after GOODBYE, and not while it has joined', async () => {
    const { url } = await start({ protocol: 'rawsocket', maxJoinSize: 200 });
    const client = await connectRawSocket(url);
    for (let round = 0; round < 3; round++) {
      client.octets.write(frameOf(0, HELLO));
      expect((await client.next())[0]).toBe(MESSAGE.WELCOME);
      client.send([MESSAGE.CALL, 1, {}, 'com.none', ['x'.repeat(1000)]]);
      expect((await client.next())[0]).toBe(MESSAGE.ERROR);
      client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
      expect((await client.next())[0]).toBe(MESSAGE.GOODBYE);
    }
    client.octets.write(frameOf(0, 'x'.repeat(1000)));
    expect(await client.next()).toEqual([MESSAGE.ABORT, expect.anything(), 'wamp.error.protocol_violation']);
  });
});
