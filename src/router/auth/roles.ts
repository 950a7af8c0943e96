/** Everybody who has joined is in it. */
export const EVERYBODY = 'all';

/** The group of a session without a login, and its user's name. */
export const ANONYMOUS = 'anonymous';

/** These groups, and those that they are in themselves. */
export function withTheirGroups(
  names: readonly string[],
  groups: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const found = new Set<string>(names);
  // A for-of over the set that still grows. A name that was there before is not looked at again.
  for (const name of found) {
    for (const parent of groups.get(name) ?? []) found.add(parent);
  }
  return found;
}

/**
 * WELCOME.authrole: what HELLO asks for where the user is in that group, else the user's first
 * group. Who is in no group has at least the one that everybody is in.
 */
export function chooseAuthrole(wish: unknown, groups: readonly string[], all: ReadonlySet<string>): string {
  if (typeof wish === 'string' && all.has(wish)) return wish;
  return groups[0] ?? EVERYBODY;
}
