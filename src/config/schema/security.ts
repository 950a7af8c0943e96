import { type DataType, duration, integer, nonEmptyText, oneOf, readableFile } from '../types/datatypes.js';
import { procedureUri, realmName } from '../types/wamp-types.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

const flagOrLocal: DataType<boolean | 'local'> = {
  description: 'on, off or local',
  parse(value, context) {
    const word = oneOf('on', 'off', 'local').parse(value, context);
    return word === 'local' ? word : word === 'on';
  },
};

export const SECURITY_KEYS = {
  allow_anonymous_user: {
    type: flagOrLocal,
    computed: '`on` if every listener is on a loopback address, otherwise `off`',
    meaning:
      'Whether clients may join without a login, in realms that allow it. `local` allows it only for clients on this machine, over a loopback address or a Unix socket. All clients of a proxy on this machine count as clients on this machine.',
    example: 'on',
  },
  config_file: {
    type: readableFile,
    meaning:
      'The JSON file with realms, users, groups, sources and grants, in the format of Bondy. See [realms.md](../realms.md).',
    example: 'security_config.json',
  },
  salt_secret: {
    type: nonEmptyText,
    secret: true,
    meaning:
      'The gateway derives the salts of unknown users from this secret. Without the key, it creates a new secret at every start. Then the salts of unknown users change at a restart, and the salts of real users do not. So clients can find out which users exist.',
    example: 'any-long-random-text',
  },
  max_failed_login_delay: {
    type: duration({ zero: 'no delay' }),
    default: '8s',
    meaning:
      'The maximum delay of the response to a failed login. The delay starts at 250ms and doubles with each failed login from the same source.',
    example: '30s',
  },
  max_failed_logins: {
    type: integer({ min: 0, max: 1_000_000 }),
    default: '32',
    meaning:
      'How many logins from one source may be in progress at a time. A failed login counts until its delayed response. At the limit, nobody else can log in from this source. 0 means no limit. Use 0 for a gateway behind a proxy.',
    example: '0',
  },
  'realms.$realm': {
    record: {
      name: realmName,
      keys: {
        authenticator: {
          type: procedureUri,
          meaning:
            'A procedure in the realm. The router calls it for users who are not in the `config_file`. See [realms.md](../realms.md).',
          example: 'com.example.authenticate',
        },
        authorizer: {
          type: procedureUri,
          meaning:
            'A procedure in the realm. The router calls it to decide about actions that no grant allows.',
          example: 'com.example.authorize',
        },
      },
    },
  },
} as const satisfies KeyTable;

/**
 * The keys under `security`. docs/reference/configuration.md describes each.
 *
 * @interface
 */
export type SecuritySettings = SettingsOf<typeof SECURITY_KEYS>;

export const SECURITY_SCOPE = {
  title: 'Security',
  path: 'security',
  keys: SECURITY_KEYS,
} as const satisfies Scope;
