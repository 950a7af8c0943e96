import { distance } from 'fastest-levenshtein';
import {
  type DataType,
  filePath,
  flag,
  integer,
  ipAddress,
  listOf,
  oneOf,
  readableFile,
} from '../types/datatypes.js';
import { literalPath, origin } from '../types/url-types.js';
import { ValueError } from '../types/value-error.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

/** What an `http` listener of Bondy serves: WAMP over WebSocket, and what our `admin` listener stands for. */
export const WAMP_SERVICE = 'wamp_ws';
export const ADMIN_SERVICES: readonly string[] = ['admin', 'admin_api', 'metrics'];

/** A word that names a service of Bondy's; which ones there are is Bondy's business. */
const serviceName: DataType<string> = {
  description: 'name of a service',
  parse(value) {
    const name = value.toLowerCase();
    if (!/^\w+$/.test(name))
      throw new ValueError('must be names of services parted by commas, such as wamp_ws');
    const meant = [WAMP_SERVICE, ...ADMIN_SERVICES].find((known) => distance(known, name) === 1);
    if (meant !== undefined)
      throw new ValueError(`holds a service that is not known; did you mean ${meant}?`);
    return name;
  },
};

export const LISTENER_KEYS = {
  enabled: { type: flag, default: 'on', meaning: 'Whether the listener is opened.', example: 'off' },
  protocol: {
    type: oneOf('websocket', 'rawsocket', 'universal', 'admin', 'http', 'wamp_rawsocket', 'bridge_relay'),
    default: 'websocket',
    pendingValues: ['admin'],
    meaning:
      'What is spoken; `universal` is WebSocket and RawSocket on one port, told apart by the first byte that a client sends. Of the words of Bondy 1.0, `http` is told by its `services`, `wamp_rawsocket` is `rawsocket`, and a `bridge_relay` is not opened here.',
    example: 'websocket',
  },
  services: {
    type: listOf(serviceName),
    meaning:
      'What Bondy 1.0 serves with `protocol = http`: with `wamp_ws` it is a `websocket` listener, with `admin`, `admin_api` or `metrics` an `admin` listener. Others have no effect here.',
    example: 'wamp_ws, metrics',
  },
  transport: {
    type: oneOf('tcp', 'tls', 'uds'),
    meaning:
      'As Bondy 1.0 says it. `tls` needs `tls.certfile` and `tls.keyfile`; with `uds`, `path` is the file of the Unix socket. Without the key, `tls.certfile` turns TLS on and `socket` makes a Unix socket.',
    example: 'tls',
  },
  ip: { type: ipAddress, default: '127.0.0.1', meaning: 'The address to listen on.', example: '0.0.0.0' },
  port: {
    type: integer({ min: 0, max: 65_535 }),
    computed: '18080; `rawsocket` 18082, `admin` 18081',
    meaning: 'The TCP port; 0 takes any free one.',
    example: '8080',
  },
  path: {
    type: literalPath,
    default: '/ws',
    meaning: 'The path of the WebSocket endpoint.',
    example: '/',
  },
  origins: {
    type: listOf(origin),
    meaning:
      'Web pages that may connect, by their origin; `*` is every page. Apps have origins of their own: `capacitor://localhost`, `ionic://localhost`, `app://-`, `file://`, `null`. Without the key: pages on localhost. Programs that are no browsers always may.',
    example: 'https://app.example.com',
  },
  socket: {
    type: filePath,
    meaning:
      'A Unix socket in place of ip and port, for `rawsocket`. Only the user that the gateway runs as may connect (mode 0600). A file that a killed gateway left behind is replaced.',
    example: '/run/gateway.sock',
  },
  max_sessions: {
    type: integer({ min: 1, max: 10_000_000 }),
    computed: '`wamp.max_sessions`',
    meaning:
      'Connections at a time, joined or not. One more is refused: with HTTP status 503, or error code 4 of RawSocket.',
    example: '1000',
  },
  max_sessions_per_source: {
    type: integer({ min: 0, max: 10_000_000 }),
    default: '0',
    meaning:
      'Of these, connections from one IPv4 address or one /64 network of IPv6; 0 is no limit. It does not count those over a Unix socket.',
    example: '100',
  },
  max_unjoined: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '10000',
    meaning:
      'Of all connections, those that have not joined a realm yet: silent ones, and those whose client logs in.',
    example: '500',
  },
  max_unjoined_per_source: {
    type: integer({ min: 0, max: 10_000_000 }),
    default: '1000',
    meaning:
      'Of these, connections from one IPv4 address or one /64 network of IPv6; 0 is no limit, for a gateway behind a proxy.',
    example: '50',
  },
  'tls.certfile': {
    type: readableFile,
    meaning: 'Certificate (PEM, with its chain); turns TLS on and needs `tls.keyfile`.',
    example: 'certs/server.pem',
  },
  'tls.keyfile': {
    type: readableFile,
    meaning: 'Private key (PEM) of the certificate.',
    example: 'certs/server.key',
  },
  'tls.cacertfile': {
    type: readableFile,
    meaning: "CA certificates (PEM) that clients' certificates are checked against.",
    example: 'certs/clients-ca.pem',
  },
} as const satisfies KeyTable;

/** What stands in the file. */
export type WrittenListener = SettingsOf<typeof LISTENER_KEYS>;

/**
 * The keys under `listeners.$name`. docs/reference/configuration.md describes each. The words of Bondy 1.0 are already
 * translated to the gateway's own.
 *
 * @interface
 */
export type ListenerSettings = Omit<WrittenListener, 'protocol' | 'services' | 'transport'> & {
  readonly protocol: 'websocket' | 'rawsocket' | 'universal' | 'admin';
};

/** Protocols that are accepted and not spoken yet. */
export type PendingProtocol = (typeof LISTENER_KEYS.protocol.pendingValues)[number];

/** The ports of Bondy, by protocol. */
export const DEFAULT_PORTS: Readonly<Record<ListenerSettings['protocol'], number>> = {
  websocket: 18_080,
  universal: 18_080,
  admin: 18_081,
  rawsocket: 18_082,
};

/** Tells whether a listener of this protocol is not opened yet in this version. */
export function isPendingProtocol(protocol: string | undefined): protocol is PendingProtocol {
  const pending: readonly string[] = LISTENER_KEYS.protocol.pendingValues;
  return protocol !== undefined && pending.includes(protocol);
}

export const LISTENER_SCOPE = {
  title: 'Listeners',
  path: 'listeners.$name',
  keys: LISTENER_KEYS,
  pending: [],
} as const satisfies Scope;
