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
      'The existing WAMP router to join, instead of the embedded one. With several URLs, the gateway uses the first one that it can join, beginning with one at random.',
    example: 'wss://router1.example.com/ws, wss://router2.example.com/ws',
  },
  serializer: {
    type: oneOf('json', 'msgpack', 'cbor'),
    default: 'json',
    meaning:
      'The serializer of the connection. `json` costs least: the bodies of upstreams are JSON, and pass as text.',
    example: 'msgpack',
  },
  'tls.cacertfile': {
    type: caFiles,
    meaning:
      "CA certificates (PEM) that replace those of the system, for `wss://` and `rss://`. The word `system` in the list adds the system's.",
    example: 'certs/ca.pem',
  },
  'tls.certfile': {
    type: readableFile,
    meaning: 'Client certificate (PEM). Needs `tls.keyfile`.',
    example: 'certs/gateway.pem',
  },
  'tls.keyfile': {
    type: readableFile,
    meaning: 'Private key (PEM) of the client certificate.',
    example: 'certs/gateway.key',
  },
  'tls.servername': {
    type: nonEmptyText,
    meaning: 'Host name for SNI and for checking the certificate, if it differs from the URL.',
    example: 'router.internal',
  },
  tls_verify: {
    type: oneOf('verify_peer', 'verify_none'),
    default: 'verify_peer',
    meaning:
      "Whether the router's certificate is checked. `verify_none` is for tests; each start warns about it.",
    example: 'verify_none',
  },
  ping_interval: {
    type: duration(),
    default: '10s',
    meaning:
      'The time between two pings. They are WebSocket pings; over RawSocket they are calls of `wamp.session.count`, because Crossbar.io closes the connection at a PING.',
    example: '30s',
  },
  ping_timeout: {
    type: duration(),
    default: '5s',
    meaning: 'Closes the connection when the router is silent for this time after a ping.',
    example: '10s',
  },
  connect_timeout: {
    type: duration(),
    default: '8s',
    meaning:
      'How long it may take to open a connection, with TLS and the handshake of WebSocket or RawSocket.',
    example: '3s',
  },
  join_timeout: {
    type: duration(),
    default: '10s',
    meaning:
      'How long the router may take to welcome the gateway, and to answer each REGISTER. After that, the gateway connects again.',
    example: '5s',
  },
  'reconnect.min': {
    type: duration(),
    default: '500ms',
    meaning:
      'The unit of the waits between attempts to join. Before attempt n, the gateway waits a random time up to `min` × 2ⁿ.',
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
      'The largest frame that the gateway sends. The caller of a larger result gets `wamp.error.payload_size_exceeded`. Bondy closes the connection, and ends every call on it, above 4MB.',
    example: '16MB',
  },
  'sessions.$name': {
    record: {
      name: nonEmptyText,
      keys: {
        realm: {
          type: realmName,
          required: true,
          meaning: 'The realm that this login is for. Realms without an entry are joined as anonymous.',
          example: 'com.example.myrealm',
        },
        authmethod: {
          type: oneOf('anonymous', 'ticket', 'wampcra', 'wamp-scram', 'scram', 'cryptosign'),
          default: 'anonymous',
          meaning:
            'How to log in there. `scram` means `wamp-scram`. Only this method is offered to the router.',
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
  pending: [],
} as const satisfies Scope;
