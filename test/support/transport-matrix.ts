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
import { IS_THOROUGH } from './thoroughness.js';
import { readTlsFixtures, TLS_FILES } from './tls-fixtures.js';

/** How a client reaches a router. */
export interface Transport {
  readonly name: string;
  /** Undefined in process. */
  readonly protocol: ListenerOptions['protocol'] | undefined;
  readonly tls?: boolean;
  readonly unix?: boolean;
  /** Which of the listener's URLs is dialled. */
  readonly urlAt?: number;
}

export const TRANSPORTS: readonly Transport[] = [
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

/** The transports of these names, in this order. */
export function transportsNamed(...names: readonly string[]): readonly Transport[] {
  return names.map((name) => named(TRANSPORTS, name));
}

/** They allow deep nesting, so that no test of a transport meets its limit. */
export const SERIALIZERS = createSerializers({ maxNesting: 512 }) as readonly [
  json: Serializer,
  msgpack: Serializer,
  cbor: Serializer,
];

/** A transport with a serializer. */
export interface TransportCase {
  /** `WebSocket, json` */
  readonly name: string;
  readonly transport: Transport;
  readonly serializer: Serializer;
}

/** Each transport with each serializer. In process there is no serializer, so there is one case. */
const TRANSPORT_MATRIX: readonly TransportCase[] = TRANSPORTS.flatMap((transport) =>
  transport.protocol === undefined
    ? [{ name: transport.name, transport, serializer: SERIALIZERS[0] }]
    : SERIALIZERS.map((serializer) => ({
        name: `${transport.name}, ${serializer.name}`,
        transport,
        serializer,
      })),
);

/** The cases of these names, in this order. */
export function casesNamed(...names: readonly string[]): readonly TransportCase[] {
  return names.map(caseNamed);
}

export function caseNamed(name: string): TransportCase {
  return named(TRANSPORT_MATRIX, name);
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`none of these has the name ${name}`);
  return found;
}

/**
 * The cases of the router's contract. Where `CI` is set or `CONTRACT` is `all`: each serializer
 * over each transport that reads frames in its own way. Else each of these transports and each
 * serializer once.
 */
export const CONTRACT_MATRIX: readonly TransportCase[] =
  IS_THOROUGH || process.env['CONTRACT'] === 'all'
    ? TRANSPORT_MATRIX.filter(({ transport }) => transport.tls !== true && transport.urlAt === undefined)
    : casesNamed('in process', 'WebSocket, json', 'RawSocket, msgpack', 'RawSocket over a Unix socket, cbor');

/**
 * The cases of a check of connections, whatever the frames hold: each transport once, with the
 * serializers in turn. Where `CI` is set: all.
 */
export const EACH_TRANSPORT: readonly TransportCase[] = IS_THOROUGH
  ? TRANSPORT_MATRIX
  : TRANSPORTS.map(({ name, protocol }, index) =>
      caseNamed(protocol === undefined ? name : `${name}, ${SERIALIZERS[index % 3]?.name}`),
    );

/**
 * The cases of attacks on a gateway: both transports on one port, each serializer, and JSON over
 * both.
 */
export const ATTACK_MATRIX: readonly TransportCase[] = casesNamed(
  'WebSocket on a universal port, json',
  'RawSocket on a universal port, json',
  'WebSocket on a universal port, msgpack',
  'RawSocket on a universal port, cbor',
);

const { ca } = readTlsFixtures();

/** Starts a router that listens for this transport. `folder` holds its Unix socket. */
export function startRouterOver(
  { protocol, tls, unix }: Transport,
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

/** Connects a client over this transport. */
export async function connectOver(
  transport: Transport,
  host: RouterHost,
  serializer?: Serializer,
): Promise<RawClient> {
  if (transport.protocol === undefined) return attachRaw(host.router.attach);
  const url = host.listener.urls[transport.urlAt ?? 0] ?? '';
  return rawOver(await dialRouter(url, { tls: { ca }, ...(serializer && { serializer }) }));
}

/** Connections, servers and pipes that are open in this process. */
function openHandles(): number {
  const kinds = ['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'PipeServerWrap', 'TLSWrap'];
  return process.getActiveResourcesInfo().filter((kind) => kinds.includes(kind)).length;
}

/**
 * Starts a router for each test of a suite, and connects clients to it over one transport. After
 * each test it closes all clients. Then neither the router nor its listener may hold anything, and
 * the process has as many sockets as before.
 */
export function useTransport({ transport, serializer }: TransportCase) {
  let current: RouterHost;
  let folder: TemporaryFolder;
  let handlesBefore: number;
  const clients: RawClient[] = [];

  beforeEach(async () => {
    handlesBefore = openHandles();
    folder = createTemporaryFolder();
    current = await startRouterOver(transport, folder);
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
    const client = await connectOver(transport, current, by);
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
