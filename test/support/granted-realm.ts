import type { RouterSecurity } from '../../src/router/access/realm-access.js';
import type { Grant, RealmSecurity } from '../../src/router/auth/realm-security.js';
import { byTicket } from './logins.js';

const EVERYTHING = [{ uri: '', match: 'prefix' }] as const;

/** Everybody may use `com.` and testaments; only admins may call the rest of the meta API. */
const GRANTS: readonly Grant[] = [
  { roles: ['admins'], permissions: ['call', 'subscribe'], resources: [{ uri: 'wamp.', match: 'prefix' }] },
  {
    roles: 'all',
    permissions: ['call'],
    resources: ['com.', 'wamp.session.add_', 'wamp.session.flush_'].map((uri) => ({ uri, match: 'prefix' })),
  },
  {
    roles: 'all',
    permissions: ['cancel', 'register', 'unregister', 'subscribe', 'unsubscribe'],
    resources: EVERYTHING,
  },
  { roles: 'all', permissions: ['publish'], resources: [{ uri: 'com.', match: 'prefix' }] },
];

const user = (username: string, group: string) => ({
  username,
  enabled: true,
  groups: [group],
  authorizedKeys: [],
  password: { kind: 'plain', text: username } as const,
});

const REALM: RealmSecurity = {
  authmethods: ['anonymous', 'ticket'],
  securityEnabled: true,
  users: new Map(
    [user('alice', 'admins'), user('bob', 'staff'), user('carol', 'staff')].map((one) => [one.username, one]),
  ),
  groups: new Map([
    ['admins', []],
    ['staff', []],
  ]),
  grants: GRANTS,
};

/**
 * Two realms with grants. In both, alice of `admins` may use the whole meta API. Bob and carol of
 * `staff` and anonymous clients may use only `com.` and testaments.
 */
export const GRANTED: RouterSecurity = {
  realms: new Map([
    ['realm1', REALM],
    ['realm2', REALM],
  ]),
  maxFailedLoginDelay: 0,
  maxFailedLogins: 0,
};

/** The ticket of each user is the user's name. */
export const ALICE = byTicket('alice', 'alice');
export const BOB = byTicket('bob', 'bob');
export const CAROL = byTicket('carol', 'carol');
