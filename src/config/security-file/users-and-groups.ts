import { frozenMap } from '../freeze.js';
import type { JsonPath } from './json-path.js';
import type { SecurityUser } from './model.js';
import { readPassword } from './password.js';
import type { At, Reading, ReadRealm } from './read-shape.js';
import type { UserShape } from './shape.js';

/** Names that stand for everybody, and for those who have not logged in. */
export const RESERVED_ROLES: readonly string[] = ['all', 'anonymous'];

export interface UsersAndGroups {
  readonly users: ReadonlyMap<string, SecurityUser>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** A name that may be nobody's, without that being a mistake. */
  readonly isOpen: boolean;
}

/** Users and groups of a realm, and what contradicts itself in them. */
export function readUsersAndGroups(realm: ReadRealm, reading: Reading): UsersAndGroups {
  const seen = new Map<string, string>();
  const claim = (name: string, path: JsonPath, kind: string): void => {
    const earlier = seen.get(name);
    if (RESERVED_ROLES.includes(name))
      reading.report(path, 'is a reserved name: all and anonymous are no users or groups');
    else if (earlier === kind) reading.report(path, `the same name is given to another ${kind}`);
    else if (earlier !== undefined)
      reading.report(path, `a ${earlier} has this name too, and grants could mean either`);
    seen.set(name, earlier ?? kind);
  };
  for (const { path, value } of realm.groups) claim(value.name, [...path, 'name'], 'group');
  for (const { path, value } of realm.users) claim(value.username, [...path, 'username'], 'user');

  const groups = new Map(realm.groups.map(({ value }) => [value.name, members(value.groups)]));
  // What a prototype defines stands elsewhere, and is not looked for.
  const isOpen = !realm.knowsAllNames || realm.value.prototype_uri !== undefined;
  for (const { path, value } of [...realm.groups, ...realm.users]) {
    for (const [index, group] of (value.groups ?? []).entries()) {
      if (isOpen || groups.has(group) || RESERVED_ROLES.includes(group)) continue;
      reading.report([...path, 'groups', index], 'there is no group of this name in the realm');
    }
  }
  checkCircles(realm, groups, reading);
  return {
    users: frozenMap(realm.users.map((user) => [user.value.username, readUser(user, reading)])),
    groups: frozenMap(groups),
    isOpen,
  };
}

/** Everybody is in `all`, and nobody can be put into `anonymous`: Bondy passes over both. */
function members(groups: readonly string[] | undefined): readonly string[] {
  return [...new Set(groups ?? [])].filter((group) => !RESERVED_ROLES.includes(group));
}

function readUser({ path, value }: At<UserShape>, reading: Reading): SecurityUser {
  const { username, enabled = true, groups, authorized_keys: keys = [] } = value;
  const password = readPassword(value.password, [...path, 'password'], reading);
  for (const [index, key] of keys.entries()) {
    if (/^[0-9a-fA-F]{64}$/.test(key)) continue;
    reading.report([...path, 'authorized_keys', index], 'must be an Ed25519 public key: 64 hex digits');
  }
  return {
    username,
    enabled,
    groups: members(groups),
    authorizedKeys: keys.map((key) => key.toLowerCase()),
    ...(password && { password }),
  };
}

function checkCircles(
  realm: ReadRealm,
  groups: ReadonlyMap<string, readonly string[]>,
  { report }: Reading,
): void {
  const circular = closingCircles(groups);
  for (const { path, value } of realm.groups) {
    if (circular.has(value.name))
      report([...path, 'groups'], 'the group is in itself, directly or through other groups');
  }
}

/**
 * One group of each circle that there is: the one at which the way up comes back to where it was. It goes up by a list
 * and not by calls, since groups may be nested deeper than the stack is.
 */
function closingCircles(groups: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const done = new Set<string>();
  const open = new Set<string>();
  for (const start of groups.keys()) {
    const way: { readonly name: string; readonly rest: Iterator<string> }[] = [];
    const enter = (name: string): void => {
      if (open.has(name)) found.add(name);
      if (open.has(name) || done.has(name)) return;
      open.add(name);
      way.push({ name, rest: (groups.get(name) ?? []).values() });
    };
    enter(start);
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const { value: next, done: isOver } = last.rest.next();
      if (isOver !== true) enter(next);
      else {
        way.pop();
        open.delete(last.name);
        done.add(last.name);
      }
    }
  }
  return found;
}
