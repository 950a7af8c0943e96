import { frozenMap } from '../freeze.js';
import { readGrant } from './grants.js';
import type { Report } from './json-path.js';
import { AUTHMETHODS, type RealmSecurity } from './model.js';
import type { Reading, ReadRealm } from './read-shape.js';
import { readAuthMethod, readSource } from './sources.js';
import { readUsersAndGroups } from './users-and-groups.js';

/** Bondy keeps clients out of these, and so do we, though there is nothing else that we do with them. */
export function reasonToStayClosed({ value }: ReadRealm): string | undefined {
  if (value.is_prototype === true) return 'is_prototype';
  return value.allow_connections === false ? 'allow_connections' : undefined;
}

/** A realm that no file tells of, and whose users only a procedure knows. */
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
 * Who may join a realm of the file and do what there, and what contradicts itself in that.
 *
 * @param isDynamic a procedure knows users of the realm too
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
  // What a prototype allows is not known here, and all that it does not mention it forbids.
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
      'prototypes are not followed: the realm has what it declares itself, and no more',
    );
  }
  const closed = reasonToStayClosed(realm);
  if (closed !== undefined) notify([...path, closed], 'nobody can join this realm');
  if (value.security_enabled === false) {
    notify(
      [...path, 'security_enabled'],
      'sources and grants of this realm do not count: whoever joins may do everything',
    );
  }
  const mute = users.filter(
    (user) => user.value.password === undefined && !user.value.authorized_keys?.length,
  );
  const [first, ...more] = mute;
  if (first === undefined) return;
  const others = more.length === 0 ? '' : ` (nor ${more.length} more in this realm)`;
  notify(first.path, `has neither password nor authorized_keys, and cannot log in${others}`);
}
