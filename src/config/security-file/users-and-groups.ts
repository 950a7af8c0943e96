import { frozenMap, hideFromPrint } from '../freeze.js';
import type { JsonPath } from './json-path.js';
import type { SecurityUser } from './model.js';
import { readPassword } from './password.js';
import type { At, Reading, ReadRealm } from './read-shape.js';
import type { UserShape } from './shape.js';

/** `all` means everybody, `anonymous` means clients that have not logged in. */
const RESERVED_ROLES: readonly string[] = ['all', 'anonymous'];

export interface UsersAndGroups {
  readonly users: ReadonlyMap<string, SecurityUser>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** True if further users and groups may exist. An unknown name is then not an error. */
  readonly isOpen: boolean;
}

/** Reads the users and groups of a realm and reports contradictions in them. */
export function readUsersAndGroups(realm: ReadRealm, reading: Reading): UsersAndGroups {
  const seen = new Map<string, string>();
  const claim = (name: string, path: JsonPath, kind: string): void => {
    const earlier = seen.get(name);
    if (RESERVED_ROLES.includes(name))
      reading.report(path, 'is a reserved name: no user or group can be called all or anonymous');
    else if (earlier === kind) reading.report(path, `another ${kind} has the same name`);
    else if (earlier !== undefined)
      reading.report(path, `a ${earlier} has the same name, so the name in a grant could mean either`);
    seen.set(name, earlier ?? kind);
  };
  for (const { path, value } of realm.groups) claim(value.name, [...path, 'name'], 'group');
  for (const { path, value } of realm.users) claim(value.username, [...path, 'username'], 'user');

  const groups = new Map(realm.groups.map(({ value }) => [value.name, members(value.groups)]));
  // A prototype may define further users and groups. The gateway does not read it.
  const isOpen = !realm.knowsAllNames || realm.value.prototype_uri !== undefined;
  for (const { path, value } of [...realm.groups, ...realm.users]) {
    for (const [index, group] of (value.groups ?? []).entries()) {
      if (isOpen || groups.has(group) || RESERVED_ROLES.includes(group)) continue;
      reading.report([...path, 'groups', index], 'the realm has no group with this name');
    }
  }
  checkCircles(realm, groups, reading);
  return {
    users: frozenMap(realm.users.map((user) => [user.value.username, readUser(user, reading)])),
    groups: frozenMap(groups),
    isOpen,
  };
}

/** The groups without `all` and `anonymous`, which Bondy ignores in this list too. */
function members(groups: readonly string[] | undefined): readonly string[] {
  return [...new Set(groups ?? [])].filter((group) => !RESERVED_ROLES.includes(group));
}

function readUser({ path, value }: At<UserShape>, reading: Reading): SecurityUser {
  const { username, enabled = true, groups, authorized_keys: keys = [], meta } = value;
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
    ...(meta && { meta: hideFromPrint(meta) }),
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
      report([...path, 'groups'], 'the group contains itself, directly or through other groups');
  }
}

/**
 * Finds one group of each circle with a depth-first search. The search keeps its own stack, because
 * groups may be nested deeper than the call stack allows.
 */
function closingCircles(groups: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const done = new Set<string>();
  const open = new Set<string>();
  for (const start of groups.keys()) {
    const stack: { readonly name: string; readonly rest: Iterator<string> }[] = [];
    const enter = (name: string): void => {
      if (open.has(name)) found.add(name);
      if (open.has(name) || done.has(name)) return;
      open.add(name);
      stack.push({ name, rest: (groups.get(name) ?? []).values() });
    };
    enter(start);
    for (let last = stack.at(-1); last !== undefined; last = stack.at(-1)) {
      const { value: next, done: isOver } = last.rest.next();
      if (isOver !== true) enter(next);
      else {
        stack.pop();
        open.delete(last.name);
        done.add(last.name);
      }
    }
  }
  return found;
}
