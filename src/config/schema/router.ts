import { nonEmptyText, oneOf } from '../types/datatypes.js';
import { routerUrl } from '../types/url-types.js';
import { realmName } from '../types/wamp-types.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const ROUTER_KEYS = {
  url: {
    type: routerUrl,
    meaning:
      'The URL of an existing WAMP router that the gateway joins instead of its own router. This is not possible yet: the key is an error in this version.',
    example: 'wss://router.example.com/ws',
  },
  serializer: {
    type: oneOf('json', 'msgpack', 'cbor'),
    default: 'json',
    meaning: 'The serializer of this connection.',
    example: 'msgpack',
  },
  'sessions.$name': {
    record: {
      name: nonEmptyText,
      keys: {
        realm: {
          type: realmName,
          required: true,
          meaning: 'The realm to join.',
          example: 'com.example.myrealm',
        },
        authmethod: {
          type: oneOf('anonymous', 'ticket', 'wampcra', 'scram', 'cryptosign'),
          default: 'anonymous',
          meaning: 'The authmethod of the login.',
          example: 'wampcra',
        },
        authid: { type: nonEmptyText, meaning: 'The user name of the login.', example: 'gateway' },
        secret: {
          type: nonEmptyText,
          secret: true,
          meaning: 'The password, for `wampcra` and `scram`.',
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
          type: nonEmptyText,
          secret: true,
          meaning: 'The Ed25519 key, for `cryptosign`.',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
          example: '${ROUTER_KEY}',
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
  pending: ['serializer', 'sessions'],
} as const satisfies Scope;
