import {
  byteSize,
  caFiles,
  duration,
  listOf,
  nonEmptyText,
  oneOf,
  readableFile,
} from '../types/datatypes.js';
import { routerUrl } from '../types/url-types.js';
import { privateKeyHex, realmName } from '../types/wamp-types.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const ROUTER_KEYS = {
  url: {
    type: listOf(routerUrl),
    meaning:
      'The URL of an existing WAMP router. The gateway joins this router instead of its own router. If there are several URLs, the gateway begins with a random one and uses the first router that it can join.',
    example: 'wss://router1.example.com/ws, wss://router2.example.com/ws',
  },
  serializer: {
    type: oneOf('json', 'msgpack', 'cbor'),
    default: 'json',
    meaning:
      'The serializer of the connection. `json` costs least, because most upstreams respond with JSON, and the gateway copies JSON into the frame.',
    example: 'msgpack',
  },
  'tls.cacertfile': {
    type: caFiles,
    meaning:
      'CA certificates (PEM) for `wss://` and `rss://`. They replace the CA certificates of the system. The word `system` in the list adds those of the system.',
    example: 'certs/ca.pem',
  },
  'tls.certfile': {
    type: readableFile,
    meaning: 'The client certificate (PEM). It needs `tls.keyfile`.',
    example: 'certs/gateway.pem',
  },
  'tls.keyfile': {
    type: readableFile,
    meaning: 'The private key (PEM) of the client certificate.',
    example: 'certs/gateway.key',
  },
  'tls.servername': {
    type: nonEmptyText,
    meaning: 'The host name for SNI and for the check of the certificate, if it differs from the URL.',
    example: 'router.internal',
  },
  tls_verify: {
    type: oneOf('verify_peer', 'verify_none'),
    default: 'verify_peer',
    meaning:
      "Whether the gateway verifies the router's certificate. `verify_none` is for tests. The gateway logs a warning about it at each start.",
    example: 'verify_none',
  },
  ping_interval: {
    type: duration(),
    default: '10s',
    meaning:
      'The time between two pings to the router. Over WebSocket the gateway sends WebSocket pings. Over RawSocket it calls `wamp.session.count`, because Crossbar.io closes the connection after a PING.',
    example: '30s',
  },
  ping_timeout: {
    type: duration(),
    default: '5s',
    meaning: 'The gateway closes the connection if the router sends nothing for this time after a ping.',
    example: '10s',
  },
  connect_timeout: {
    type: duration(),
    default: '8s',
    meaning:
      'How long it may take to open a connection. This includes the handshakes of TLS and of WebSocket or RawSocket.',
    example: '3s',
  },
  join_timeout: {
    type: duration(),
    default: '10s',
    meaning:
      'How long the router may take to respond with WELCOME, and to respond to each REGISTER. If it takes longer, the gateway connects again.',
    example: '5s',
  },
  'reconnect.min': {
    type: duration(),
    default: '500ms',
    meaning:
      'The base of the waits between attempts to join. Before attempt n, the gateway waits a random time up to `min` × 2ⁿ.',
    example: '1s',
  },
  'reconnect.max': {
    type: duration(),
    default: '30s',
    meaning: 'The longest wait between attempts to join.',
    example: '1m',
  },
  max_frame_size: {
    type: byteSize,
    default: '4MB',
    meaning:
      'The largest frame that the gateway sends. If a result is larger, the caller gets `wamp.error.payload_size_exceeded`. Bondy closes a connection that sends a frame above 4MB, and every call on it ends.',
    example: '16MB',
  },
  'sessions.$name': {
    record: {
      name: nonEmptyText,
      keys: {
        realm: {
          type: realmName,
          required: true,
          meaning:
            'The realm to which this login applies. The gateway joins a realm without a login as an anonymous client.',
          example: 'com.example.myrealm',
        },
        authmethod: {
          type: oneOf('anonymous', 'ticket', 'wampcra', 'wamp-scram', 'scram', 'cryptosign'),
          default: 'anonymous',
          meaning:
            'The authmethod of the login. The gateway offers only this one to the router. `scram` means `wamp-scram`.',
          example: 'wampcra',
        },
        authid: { type: nonEmptyText, meaning: 'The user name of the login.', example: 'gateway' },
        secret: {
          type: nonEmptyText,
          secret: true,
          meaning: 'The password, for `wampcra` and `wamp-scram`.',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
          example: '${ROUTER_SECRET}',
        },
        ticket: {
          type: nonEmptyText,
          secret: true,
          meaning: 'The ticket, for `ticket`.',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
          example: '${ROUTER_TICKET}',
        },
        private_key: {
          type: privateKeyHex,
          secret: true,
          meaning: 'The Ed25519 key for `cryptosign`: its 32 bytes in hex.',
          example: '1f4a9c0b7d2e63585a0c9be7f1d24386b59e07ac41f86d32e90b75c8a6134fde',
        },
        private_key_file: {
          type: readableFile,
          meaning: 'A file with the Ed25519 key for `cryptosign` (PKCS #8, PEM), instead of `private_key`.',
          example: 'keys/gateway.pem',
        },
      },
    },
  },
} as const satisfies KeyTable;

/**
 * The keys under `router`. docs/reference/configuration.md describes each.
 *
 * @interface
 */
export type RouterSettings = SettingsOf<typeof ROUTER_KEYS>;

export const ROUTER_SCOPE = {
  title: 'Attached mode',
  path: 'router',
  keys: ROUTER_KEYS,
} as const satisfies Scope;
