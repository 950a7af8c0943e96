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
    computed: '`on` while every listener is on a loopback address, else `off`',
    meaning:
      'Whether clients may join a realm without authentication, where the realm allows it; with `local` those that connect from this machine, over a loopback address or a Unix socket. Behind a proxy on this machine everybody does.',
    example: 'on',
  },
  config_file: {
    type: readableFile,
    meaning:
      'Realms, users, groups, sources and grants: a JSON file of the shape that Bondy uses, see [realms.md](../realms.md).',
    example: 'security_config.json',
  },
  salt_secret: {
    type: nonEmptyText,
    secret: true,
    meaning:
      'What the salts are made from that clients see for user names which nobody has. Without it a new one is drawn at every start, and such a salt changes then while that of a user with a salted password does not.',
    example: 'any-long-random-text',
  },
  max_failed_login_delay: {
    type: duration({ zero: 'no delay' }),
    default: '8s',
    meaning:
      'The longest that the answer to a failed login waits. It begins at 250ms and doubles with each one from the same source.',
    example: '30s',
  },
  max_failed_logins: {
    type: integer({ min: 0, max: 1_000_000 }),
    default: '32',
    meaning:
      'Logins of one source that may be checked, or wait for their refusal, at a time; until there are fewer, nobody else can log in from there. 0 is no limit, for a gateway behind a proxy.',
    example: '0',
  },
  'realms.$realm': {
    record: {
      name: realmName,
      keys: {
        authenticator: {
          type: procedureUri,
          meaning:
            'A procedure in the realm that is asked for users who are not in the `config_file`, see [realms.md](../realms.md).',
          example: 'com.example.authenticate',
        },
        authorizer: {
          type: procedureUri,
          meaning: 'A procedure in the realm that is asked about whatever no grant allows.',
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
