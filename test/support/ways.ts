import { join as joinPath } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { RouterOptions } from '../../src/router/router.js';
import { dialRouter } from '../../src/transport/dial-router.js';
import type { ListenerOptions } from '../../src/transport/listener.js';
import { MESSAGE } from '../../src/wamp/messages.js';
import type { Serializer } from '../../src/wamp/serializers/serializer.js';
import { createSerializers } from '../../src/wamp/serializers/serializers.js';
import { ALL_ROLES, attachRaw, hello, type RawClient, rawOver } from './raw-client.js';
import { type RouterHost, startRouterHost, until, untilEmpty } from './router-host.js';
import { createTemporaryFolder, type TemporaryFolder } from './temporary-folder.js';
import { readTlsFixtures, TLS_FILES } from './tls-fixtures.js';

/** One way from a client to a router. */
export interface Way {
  readonly name: string;
  /** Undefined in process. */
  readonly protocol: ListenerOptions['protocol'] | undefined;
  readonly tls?: boolean;
  readonly unix?: boolean;
  /** Which of the listener's URLs is dialled. */
  readonly urlAt?: number;
}

/** All of them. */
export const WAYS: readonly Way[] = [
  { name: 'in process', protocol: undefined },
  { name: 'WebSocket', protocol: 'websocket' },
  { name: 'WebSocket over TLS', protocol: 'websocket', tls: true },
  { name: 'RawSocket', protocol: 'rawsocket' },
  { name: 'RawSocket over TLS', protocol: 'rawsocket', tls: true },
  { name: 'RawSocket over a Unix socket', protocol: 'rawsocket', unix: true },
  { name: 'WebSocket on a universal port', protocol: 'universal', urlAt: 0 },
  { name: 'RawSocket on a universal port', protocol: 'universal', urlAt: 1 },
  { name: 'WebSocket on a universal port with TLS', protocol: 'universal', tls: true, urlAt: 0 },
  { name: 'RawSocket on a universal port with TLS', protocol: 'universal', tls: true, urlAt: 1 },
];

/** Nesting is deep in these, so that no test of a transport meets its limit. */
export const SERIALIZERS: readonly Serializer[] = createSerializers({ maxNesting: 512 });

/** Each way with each serializer; in process there is none. */
export const CASES: readonly (readonly [name: string, way: Way, serializer: Serializer])[] = WAYS.flatMap(
  (way) =>
    SERIALIZERS.slice(0, way.protocol === undefined ? 1 : undefined).map(
      (serializer) =>
        [way.protocol === undefined ? way.name : `${way.name}, ${serializer.name}`, way, serializer] as const,
    ),
);

const { ca } = readTlsFixtures();

/** Starts a router that can be reached in one way. `folder` holds its Unix socket. */
export function startWay(
  { protocol, tls, unix }: Way,
  folder: TemporaryFolder,
  listener: Partial<ListenerOptions> = {},
  router: Partial<RouterOptions> = {},
): Promise<RouterHost> {
  return startRouterHost({
    router,
    listener: {
      protocol: protocol ?? 'websocket',
      serializers: SERIALIZERS,
      maxMessageSize: 16 * 1024 * 1024,
      tls: tls === true ? { certfile: TLS_FILES.serverCert, keyfile: TLS_FILES.serverKey } : undefined,
      ...(unix === true ? { socket: joinPath(folder.path, 'router.sock') } : {}),
      ...listener,
    },
  });
}

/** A client in one way. */
export async function connectWay(way: Way, host: RouterHost, serializer?: Serializer): Promise<RawClient> {
  if (way.protocol === undefined) return attachRaw(host.router.attach);
  const url = host.listener.urls[way.urlAt ?? 0] ?? '';
  return rawOver(await dialRouter(url, { tls: { ca }, ...(serializer && { serializer }) }));
}

/** Connections, servers and pipes that are open in this process. */
function openHandles(): number {
  const kinds = ['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'PipeServerWrap', 'TLSWrap'];
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind)).length;
}

/**
 * A router for each test of a suite, and clients on it by one way. After each test all clients are gone; then neither
 * the router nor its listener may hold anything any more, and the process has as many sockets as before.
 */
export function useWay(way: Way, serializer: Serializer) {
  let current: RouterHost;
  let folder: TemporaryFolder;
  let handlesBefore: number;
  const clients: RawClient[] = [];

  beforeEach(async () => {
    handlesBefore = openHandles();
    folder = createTemporaryFolder();
    current = await startWay(way, folder);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await untilEmpty(current);
    await until(() => current.listener.counts().places === 0);
    await current.dispose();
    folder.remove();
    await until(() => openHandles() <= handlesBefore, openHandles);
  });

  async function connect(by = serializer): Promise<RawClient> {
    const client = await connectWay(way, current, by);
    clients.push(client);
    return client;
  }
  async function join(by = serializer): Promise<RawClient> {
    const client = await connect(by);
    expect((await hello(client, 'realm1', { roles: ALL_ROLES }))[0]).toBe(MESSAGE.WELCOME);
    return client;
  }
  async function ask(client: RawClient, ...message: unknown[]): Promise<readonly unknown[]> {
    client.send(message);
    return client.next();
  }
  return { host: () => current, connect, join, ask };
}
