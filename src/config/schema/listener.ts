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

/**
 * Services of an `http` listener in Bondy: WAMP over WebSocket, and those that our `admin` listener
 * covers.
 */
export const WAMP_SERVICE = 'wamp_ws';
export const ADMIN_SERVICES: readonly string[] = ['admin', 'admin_api', 'metrics'];

/** The name of a service of Bondy. Unknown names are allowed: Bondy may add services. */
const serviceName: DataType<string> = {
  description: 'name of a service',
  parse(value) {
    const name = value.toLowerCase();
    if (!/^\w+$/.test(name))
      throw new ValueError('must be names of services, separated by commas, such as wamp_ws');
    const meant = [WAMP_SERVICE, ...ADMIN_SERVICES].find((known) => distance(known, name) === 1);
    if (meant !== undefined)
      throw new ValueError(`holds a service that is not known; did you mean ${meant}?`);
    return name;
  },
};

export const LISTENER_KEYS = {
  enabled: { type: flag, default: 'on', meaning: 'Whether the gateway opens the listener.', example: 'off' },
  protocol: {
    type: oneOf('websocket', 'rawsocket', 'universal', 'admin', 'http', 'wamp_rawsocket', 'bridge_relay'),
    default: 'websocket',
    meaning:
      'The protocol of the clients. `universal` accepts WebSocket and RawSocket on one port: the first byte from the client tells which. `admin` is HTTP for operators: health, metrics, status and actions. The gateway also accepts the names of Bondy 1.0: with `http`, `services` decides; `wamp_rawsocket` means `rawsocket`; the gateway does not open a `bridge_relay`.',
    example: 'websocket',
  },
  services: {
    type: listOf(serviceName),
    meaning:
      'The services of a Bondy 1.0 listener with `protocol = http`. With `wamp_ws` it is a `websocket` listener. With `admin`, `admin_api` or `metrics` it is an `admin` listener. With both, one port serves both. Other services have no effect.',
    example: 'wamp_ws, metrics',
  },
  transport: {
    type: oneOf('tcp', 'tls', 'uds'),
    meaning:
      'The transport, as in Bondy 1.0. `tls` needs `tls.certfile` and `tls.keyfile`. With `uds`, `path` is the file of the Unix socket. Without this key, `tls.certfile` turns on TLS, and `socket` selects a Unix socket.',
    example: 'tls',
  },
  ip: { type: ipAddress, default: '127.0.0.1', meaning: 'The address to listen on.', example: '0.0.0.0' },
  port: {
    type: integer({ min: 0, max: 65_535 }),
    computed: '18080; `rawsocket` 18082, `admin` 18081',
    meaning: 'The TCP port. With 0 the operating system chooses a free port.',
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
      'Origins of the web pages that may connect. `*` allows every page. Apps have their own origins: `capacitor://localhost`, `ionic://localhost`, `app://-`, `file://`, `null`. Default: pages on localhost. Programs other than browsers may always connect.',
    example: 'https://app.example.com',
  },
  socket: {
    type: filePath,
    meaning:
      'The file of a Unix socket, for `rawsocket`. It replaces `ip` and `port`. Only the user that runs the gateway may connect (mode 0600). If a killed gateway has left the file, the gateway replaces it.',
    example: '/run/gateway.sock',
  },
  max_sessions: {
    type: integer({ min: 1, max: 10_000_000 }),
    computed: '`wamp.max_sessions`',
    meaning:
      'The maximum number of connections, joined or not. The listener refuses further connections with HTTP status 503 or error code 4 of RawSocket.',
    example: '1000',
  },
  max_sessions_per_source: {
    type: integer({ min: 0, max: 10_000_000 }),
    default: '0',
    meaning:
      'The maximum number of connections from one source: an IPv4 address, or a /64 network of IPv6. 0 means no limit. Connections over a Unix socket do not count.',
    example: '100',
  },
  max_unjoined: {
    type: integer({ min: 1, max: 10_000_000 }),
    default: '10000',
    meaning:
      'The maximum number of connections that have not joined a realm yet. These are silent connections, and connections that are logging in.',
    example: '500',
  },
  max_unjoined_per_source: {
    type: integer({ min: 0, max: 10_000_000 }),
    default: '1000',
    meaning:
      'The maximum number of connections from one source that have not joined: an IPv4 address, or a /64 network of IPv6. 0 means no limit. Use 0 for a gateway behind a proxy.',
    example: '50',
  },
  'tls.certfile': {
    type: readableFile,
    meaning: 'The certificate (PEM, with its chain). It turns on TLS. It needs `tls.keyfile`.',
    example: 'certs/server.pem',
  },
  'tls.keyfile': {
    type: readableFile,
    meaning: 'The private key (PEM) of the certificate.',
    example: 'certs/server.key',
  },
  'tls.cacertfile': {
    type: readableFile,
    meaning: 'CA certificates (PEM) for the check of client certificates.',
    example: 'certs/clients-ca.pem',
  },
} as const satisfies KeyTable;

/** The settings as the file has them. */
export type WrittenListener = SettingsOf<typeof LISTENER_KEYS>;

/**
 * The keys under `listeners.$name`. docs/reference/configuration.md describes each. The words of
 * Bondy 1.0 are already translated to the gateway's own.
 *
 * @interface
 */
export type ListenerSettings = Omit<WrittenListener, 'protocol' | 'services' | 'transport'> & {
  readonly protocol: Exclude<WrittenListener['protocol'], BondyProtocol>;
};

/** Words of Bondy 1.0, which are translated to ours. */
type BondyProtocol = 'http' | 'wamp_rawsocket' | 'bridge_relay';

/** The ports of Bondy, by protocol. */
export const DEFAULT_PORTS: Readonly<Record<ListenerSettings['protocol'], number>> = {
  websocket: 18_080,
  universal: 18_080,
  admin: 18_081,
  rawsocket: 18_082,
};

export const LISTENER_SCOPE = {
  title: 'Listeners',
  path: 'listeners.$name',
  keys: LISTENER_KEYS,
} as const satisfies Scope;
