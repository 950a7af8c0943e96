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
      'Whether clients may join without a login, in realms that allow it. `local` allows it to clients on this machine: over a loopback address or a Unix socket. Behind a proxy on this machine, that is every client.',
    example: 'on',
  },
  config_file: {
    type: readableFile,
    meaning:
      'The JSON file with realms, users, groups, sources and grants, in the format of Bondy: see [realms.md](../realms.md).',
    example: 'security_config.json',
  },
  salt_secret: {
    type: nonEmptyText,
    secret: true,
    meaning:
      'The secret from which salts for unknown user names are derived. Without it a new one is made at every start. Then salts of unknown users change at a restart and those of real users do not, so clients can tell them apart.',
    example: 'any-long-random-text',
  },
  max_failed_login_delay: {
    type: duration({ zero: 'no delay' }),
    default: '8s',
    meaning:
      'The maximum delay of the response to a failed login. It starts at 250ms and doubles with each failed login from the same source.',
    example: '30s',
  },
  max_failed_logins: {
    type: integer({ min: 0, max: 1_000_000 }),
    default: '32',
    meaning:
      'How many logins of one source may be checked, or wait for their refusal, at a time. Nobody else can log in from this source until there are fewer. 0 is no limit, for a gateway behind a proxy.',
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
          meaning: 'The procedure in the realm that decides on actions that no grant allows.',
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
  pending: [],
} as const satisfies Scope;
