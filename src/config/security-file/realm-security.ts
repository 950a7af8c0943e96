import { frozenMap } from '../freeze.js';
import { readGrant } from './grants.js';
import type { Report } from './json-path.js';
import { AUTHMETHODS, type RealmSecurity } from './model.js';
import type { Reading, ReadRealm } from './read-shape.js';
import { readAuthMethod, readSource } from './sources.js';
import { readUsersAndGroups } from './users-and-groups.js';

/** The field that keeps clients out of a realm, as in Bondy; undefined if clients may join. */
export function reasonToStayClosed({ value }: ReadRealm): string | undefined {
  if (value.is_prototype === true) return 'is_prototype';
  return value.allow_connections === false ? 'allow_connections' : undefined;
}

/** A realm that is not in the file. Only its dynamic authenticator knows users. */
export function withoutUsers(uri: string): RealmSecurity {
  return {
    uri,
    authmethods: AUTHMETHODS,
    securityEnabled: true,
    users: frozenMap([]),
    groups: frozenMap([]),
  };
}

/**
 * Reads the security of one realm and reports contradictions in it.
 *
 * @param isDynamic the realm has a dynamic authenticator, which knows further users.
 */
export function readRealmSecurity(
  realm: ReadRealm,
  reading: Reading,
  isDynamic: boolean,
  notify: Report,
): RealmSecurity {
  const { path, value } = realm;
  const { users, groups, isOpen } = readUsersAndGroups(realm, reading);
  const isUser = (name: string) => isOpen || isDynamic || users.has(name);
  const isRole = (name: string) => isOpen || users.has(name) || groups.has(name);
  const sources = realm.sources?.flatMap((source) => readSource(source, isUser, reading) ?? []);
  const grants = realm.grants?.map((grant) => readGrant(grant, isRole, reading));
  const authmethods = value.authmethods?.flatMap(
    (name, index) => readAuthMethod(name, [...path, 'authmethods', index], reading) ?? [],
  );
  notifyOf(realm, notify);
  // The gateway does not read the prototype. So it allows nothing in a realm that takes its sources
  // and grants from there.
  const inherited = value.prototype_uri === undefined ? undefined : [];
  const declaredSources = sources ?? inherited;
  const declaredGrants = grants ?? inherited;
  return {
    uri: value.uri,
    ...(value.description !== undefined && { description: value.description }),
    authmethods: [...new Set(authmethods ?? AUTHMETHODS)],
    securityEnabled: value.security_enabled ?? true,
    users,
    groups,
    ...(declaredSources && { sources: declaredSources }),
    ...(declaredGrants && { grants: declaredGrants }),
  };
}

function notifyOf(realm: ReadRealm, notify: Report): void {
  const { path, value, users } = realm;
  if (value.prototype_uri !== undefined) {
    notify(
      [...path, 'prototype_uri'],
      'has no effect: the realm has only the sources and grants that it declares itself',
    );
  }
  const closed = reasonToStayClosed(realm);
  if (closed !== undefined) notify([...path, closed], 'nobody can join this realm');
  if (value.security_enabled === false) {
    notify(
      [...path, 'security_enabled'],
      'sources and grants of this realm have no effect: every client that joins may do everything',
    );
  }
  const withoutLogin = users.filter(
    (user) => user.value.password === undefined && !user.value.authorized_keys?.length,
  );
  const [first, ...more] = withoutLogin;
  if (first === undefined) return;
  const others =
    more.length === 0 ? '' : ` (and ${more.length} more user${more.length === 1 ? '' : 's'} of this realm)`;
  notify(first.path, `cannot log in: has neither password nor authorized_keys${others}`);
}
