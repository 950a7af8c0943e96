import type { MatchPolicy } from '../model.js';

/** IDs of registrations or subscriptions, listed by match policy. */
export function idsByMatch(
  entries: Iterable<{ readonly id: number; readonly match: MatchPolicy }>,
): Readonly<Record<MatchPolicy, readonly number[]>> {
  const lists: Record<MatchPolicy, number[]> = { exact: [], prefix: [], wildcard: [] };
  for (const { id, match } of entries) lists[match].push(id);
  return lists;
}
