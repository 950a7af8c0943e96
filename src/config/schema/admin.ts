import { adminHost, adminToken } from '../types/admin-types.js';
import { flag, listOf } from '../types/datatypes.js';
import { realmName } from '../types/wamp-types.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const ADMIN_KEYS = {
  token: {
    type: adminToken,
    secret: true,
    meaning:
      'The token for all admin listeners, as a Bearer token or as the password of Basic. A listener that other machines can reach needs it. `/livez` and `/readyz` need no token. `admin_api.token` is another name for this key.',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    example: '${ADMIN_TOKEN}',
  },
  hosts: {
    type: listOf(adminHost),
    default: '',
    meaning:
      'Names under which operators reach an admin listener, for example through a proxy: host names, with or without a port, or origins. `localhost` and IP addresses are always allowed. Every other name in the Host or Origin field of a request is refused, because a web page could use it.',
    example: 'gateway.example.com, https://ops.example.com',
  },
  realm: {
    type: realmName,
    meaning:
      'A realm in which the gateway registers the procedures `bondy.http_connector.service.list`, `.get` and `.status` and `bondy.alarm.list`, and publishes alarms on the topics `bondy.alarm.raised` and `bondy.alarm.cleared`. Everyone who may call in this realm can call them.',
    example: 'com.example.operators',
  },
  console_calls: {
    type: flag,
    computed: '`on` if all admin listeners are on loopback addresses, otherwise `off`',
    meaning:
      'Whether operators may call procedures from the console (`POST /call`). Such a call passes no router. So it needs no login and no grant, and its `{{caller.authid}}` and `{{caller.authrole}}` are `console`.',
    example: 'off',
  },
} as const satisfies KeyTable;

/**
 * The keys under `admin`. docs/reference/configuration.md describes each.
 *
 * @interface
 */
export type AdminSettings = SettingsOf<typeof ADMIN_KEYS>;

export const ADMIN_SCOPE = {
  title: 'Administration',
  path: 'admin',
  keys: ADMIN_KEYS,
} as const satisfies Scope;

/** Other names of keys. */
export const ADMIN_ALIASES: ReadonlyMap<string, string> = new Map([['admin_api.token', 'admin.token']]);
