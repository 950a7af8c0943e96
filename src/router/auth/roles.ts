/** The group of every joined session. */
export const EVERYBODY = 'all';

/** The group, and the user name, of a session without a login. */
export const ANONYMOUS = 'anonymous';

/** Returns these groups and all groups that they belong to, directly or through other groups. */
export function withTheirGroups(
  names: readonly string[],
  groups: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const found = new Set<string>(names);
  // The set grows during the loop. The loop visits each added name once.
  for (const name of found) {
    for (const parent of groups.get(name) ?? []) found.add(parent);
  }
  return found;
}

/**
 * WELCOME.Details.authrole: the requested role if the user is in that group, otherwise the user's
 * first group. A user without groups has the group of everybody.
 */
export function chooseAuthrole(
  requested: unknown,
  groups: readonly string[],
  all: ReadonlySet<string>,
): string {
  if (typeof requested === 'string' && all.has(requested)) return requested;
  return groups[0] ?? EVERYBODY;
}
