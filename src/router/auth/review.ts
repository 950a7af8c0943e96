import type { Dict } from '../../wamp/payload.js';
import { ANONYMOUS_ROLES, admitsAnonymous } from './anonymous.js';
import type { RealmSecurity } from './realm-security.js';
import { chooseAuthrole, EVERYBODY, withTheirGroups } from './roles.js';
import type { Identity } from './steps.js';

/** A session, or a client that is about to join, whose login was checked by earlier rules. */
export interface Reviewed {
  readonly identity: Identity;
  /** Undefined for a client of a Unix socket. */
  readonly address: string | undefined;
}

/** What the present rules say about it. `gone`: the realm no longer has this user. */
export type Review =
  | {
      readonly kind: 'stays';
      readonly authrole: string;
      readonly roles: ReadonlySet<string>;
      /** Of a user of the configuration. The meta of other users stays as it is. */
      readonly meta?: Dict | undefined;
    }
  | { readonly kind: 'gone' };

const GONE: Review = { kind: 'gone' };

/**
 * Applies changed users and groups to those who have logged in already. Passwords, authmethods and
 * sources are not checked again, because they are for new logins.
 */
export function reviewIdentity(
  { identity, address }: Reviewed,
  security: RealmSecurity,
  allowAnonymous: boolean | 'local',
): Review {
  const { authid, authrole, authmethod, authprovider } = identity;
  if (authmethod === 'anonymous') {
    if (!admitsAnonymous(security, allowAnonymous, address)) return GONE;
    return { kind: 'stays', authrole, roles: ANONYMOUS_ROLES };
  }
  if (authprovider === 'dynamic') {
    // Nobody vouches for these users any more.
    if (security.authenticator === undefined) return GONE;
    return { kind: 'stays', authrole, roles: rolesOfDynamicUser(authrole, security) };
  }
  const user = security.users.get(authid);
  if (user?.enabled !== true) return GONE;
  const groups = withTheirGroups(user.groups, security.groups);
  return {
    kind: 'stays',
    authrole: chooseAuthrole(authrole, user.groups, groups),
    roles: rolesOfUser(authid, groups),
    meta: user.meta,
  };
}

/** @param groups the groups that the user belongs to, directly or through other groups */
export function rolesOfUser(authid: string, groups: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([authid, ...groups, EVERYBODY]);
}

/** @param authrole the role that the authenticator has returned */
export function rolesOfDynamicUser(
  authrole: string,
  { users, groups }: Pick<RealmSecurity, 'users' | 'groups'>,
): ReadonlySet<string> {
  // Grants to a user of the configuration apply only to that user. An authenticator cannot give
  // these grants by returning the user's name as role or authid.
  const own = users.has(authrole) ? [] : [authrole];
  return new Set([...withTheirGroups(own, groups), EVERYBODY]);
}
