import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dialRouter } from '../../../src/transport/dial-router.js';
import { openDoor } from '../../../src/transport/door.js';
import { type ListenerOptions, prepareListener, startListener } from '../../../src/transport/listener.js';
import { readCredentials } from '../../../src/transport/tcp-server.js';
import { joinRealm, type Session } from '../../../src/wamp/client/session.js';
import { argsOf } from '../../../src/wamp/payload-values.js';
import { createSerializers } from '../../../src/wamp/serializers/serializers.js';
import { startRouterHost } from '../../support/router-host.js';
import { readTlsFixtures, TLS_FILES } from '../../support/tls-fixtures.js';

const LIMITS = {
  maxMessageSize: 1024 * 1024,
  maxSendBuffer: 64 * 1024 * 1024,
  maxSendQueue: 100_000,
  maxSessions: 1000,
  maxSessionsPerSource: 0,
  maxUnjoined: 1000,
  maxUnjoinedPerSource: 0,
  maxJoinSize: 64 * 1024,
  handshakeTimeout: 10_000,
  pingInterval: 30_000,
  pingTimeout: 60_000,
};

async function host(options: Partial<ListenerOptions> = {}) {
  const started = await startRouterHost({ listener: options });
  onTestFinished(started.dispose);
  const complete: ListenerOptions = {
    protocol: 'websocket',
    host: '127.0.0.1',
    port: 0,
    path: '/ws',
    origins: ['*'],
    serializers: createSerializers(),
    attach: started.router.attach,
    ...LIMITS,
    ...options,
  };
  return { ...started, options: complete };
}

const join = async (url: string): Promise<Session> =>
  await joinRealm(await dialRouter(url, { tls: { rejectUnauthorized: false } }), { realm: 'realm1' });

const count = async (session: Session) => argsOf(await session.call('wamp.session.count', {}))[0];

function shakeHands(url: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false }, () =>
      resolve(socket),
    );
    socket.on('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

describe('a listener with renewed certificates', () => {
  const SERVER = { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.serverKey };
  const OTHER = { certfile: TLS_FILES.clientCert, keyfile: TLS_FILES.clientKey };
  const subjectOf = (socket: TLSSocket) => socket.getPeerCertificate().fingerprint256;

  it('uses them for new handshakes, and keeps its connections', async () => {
    const { url, listener } = await host({ tls: SERVER });
    const session = await join(url);
    const before = subjectOf(await shakeHands(url));
    listener.renew(readCredentials(OTHER));
    const after = subjectOf(await shakeHands(url));
    expect(after).not.toBe(before);
    expect(await count(session)).toBe(1);
    listener.renew(readCredentials(SERVER));
    expect(subjectOf(await shakeHands(url))).toBe(before);
  });

  it('checks the certificates of clients with renewed CA certificates', async () => {
    const { clientCert: cert, clientKey: key } = readTlsFixtures();
    const { url, listener } = await host({ tls: { ...SERVER, cacertfile: TLS_FILES.ca } });
    const dial = () => dialRouter(url, { tls: { rejectUnauthorized: false, cert, key } as never });
    (await dial()).close('normal');
    listener.renew(readCredentials({ ...SERVER, cacertfile: TLS_FILES.serverCert }));
    await expect(dial()).rejects.toThrow();
  });
});

describe('a door', () => {
  const openAt = async (address: Parameters<typeof openDoor>[0]) => {
    const door = await openDoor(address);
    onTestFinished(async () => {
      void door.close();
    });
    return door;
  };
  const knock = (port: number, hostname = '127.0.0.1'): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connectTcp({ port, host: hostname }, () => resolve(socket));
      socket.on('error', reject);
      onTestFinished(() => void socket.destroy());
    });

  it('keeps the connections that arrive before it has a user', async () => {
    const door = await openAt({ host: '127.0.0.1', port: 0 });
    await knock(door.port);
    const arrived = new Promise<Socket>((resolve) => {
      door.serve({ onConnection: resolve, onError: () => {} });
    });
    (await arrived).destroy();
  });

  it('lets another door open at an overlapping address while it is suspended, and comes back', async () => {
    const door = await openAt({ host: '127.0.0.1', port: 0 });
    const { port } = door;
    await expect(openDoor({ host: '0.0.0.0', port })).rejects.toThrow('the port is in use');
    await door.suspend();
    const wide = await openDoor({ host: '0.0.0.0', port });
    await expect(door.resume()).rejects.toThrow('the port is in use');
    await wide.close();
    await door.resume();
    await knock(port);
  });

  it('rejects an address that another program uses', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    await expect(openDoor({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'listen' });
  });
});

describe('a listener that takes over the door of another one', () => {
  it('serves every new client, while the sessions of the other one stay until it closes', async () => {
    const { url, listener, options } = await host();
    const before = await join(url);
    const successor = prepareListener({ ...options, path: '/new' }).serve(listener.door);
    listener.giveUpDoor();
    onTestFinished(async () => await successor.close());
    expect(new URL(successor.urls[0] ?? '').port).toBe(new URL(url).port);
    const after = await join(successor.urls[0] ?? '');
    expect(await count(before)).toBe(2);
    await expect(join(url)).rejects.toThrow('404');
    await listener.close();
    expect(await before.closed).toMatchObject({ by: 'router', reason: 'wamp.close.system_shutdown' });
    expect(await count(after)).toBe(1);
    expect(successor.counts().connections).toBe(1);
  });

  it('never refuses a connection, even if it changes many times', async () => {
    const first = await startRouterHost();
    onTestFinished(() => first.dispose());
    const options: ListenerOptions = {
      protocol: 'websocket',
      host: '127.0.0.1',
      port: 0,
      path: '/ws',
      origins: ['*'],
      serializers: createSerializers(),
      attach: first.router.attach,
      ...LIMITS,
    };
    let listener = await startListener(options);
    const [url = ''] = listener.urls;
    let isOver = false;
    let joined = 0;
    const joining = (async () => {
      while (!isOver) {
        const session = await join(url).catch((error: Error) => error);
        // A client that was between TCP accept and WELCOME loses its connection.
        if (session instanceof Error) expect(session.message).not.toContain('ECONNREFUSED');
        else joined++;
      }
    })();
    for (let round = 0; round < 20; round++) {
      const next = prepareListener(options).serve(listener.door);
      listener.giveUpDoor();
      await listener.close();
      listener = next;
    }
    isOver = true;
    await joining;
    await listener.close();
    expect(joined).toBeGreaterThan(0);
  });
});

describe('a listener with changed limits', () => {
  it('applies them to new connections and keeps the others', async () => {
    const { url, listener, options } = await host();
    const first = await join(url);
    listener.update({ ...options, maxSessions: 1 });
    await expect(join(url)).rejects.toThrow('503');
    listener.update({ ...options, maxSessions: 2, maxMessageSize: 1024 });
    const second = await join(url);
    const large = { args: ['x'.repeat(4096)] };
    await expect(second.call('com.example.none', large)).rejects.toThrow();
    await expect(first.call('com.example.none', large)).rejects.toMatchObject({
      uri: 'wamp.error.no_such_procedure',
    });
  });
});
