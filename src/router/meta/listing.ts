import { isId } from '../../wamp/ids.js';
import type { Dict } from '../../wamp/payload.js';
import type { MatchPolicy } from '../model.js';
import { invalid } from './arguments.js';

/** The part of a list of IDs that a call asks for. */
export interface Page {
  /** The highest number of IDs. */
  readonly limit: number;
  /** Only IDs larger than this. */
  readonly after: number;
}

/**
 * Reads the keyword arguments `limit` and `after`. Both are extensions of this router. The
 * specification defines no paging.
 *
 * @param max the maximum length of the list. `wamp.max_list_length`
 * @throws MetaError
 */
export function pageArgument(kwargs: Dict, max: number): Page {
  const { limit = max, after = 0 } = kwargs;
  if (!isId(limit)) throw invalid('limit must be an integer of 1 or more');
  if (after !== 0 && !isId(after)) throw invalid('after must be an ID');
  return { limit: Math.min(limit, max), after };
}

/**
 * Returns the IDs of one page. If all IDs fit, keeps their order. Otherwise returns the smallest
 * IDs in ascending order. The next page starts `after` the last of them.
 */
export function pageOf(ids: Iterable<number>, { limit, after }: Page): readonly number[] {
  const all: number[] = [];
  for (const id of ids) if (id > after) all.push(id);
  if (all.length <= limit) return all;
  // Uses a typed array, which sorts natively. An array with a comparison function takes ten times
  // as long.
  return [...Float64Array.from(all).sort().subarray(0, limit)];
}

/**
 * Returns the IDs of registrations or subscriptions in one page, listed by match policy. The limit
 * applies to all policies together.
 */
export function idsByMatch(
  entries: Iterable<{ readonly id: number; readonly match: MatchPolicy }>,
  { limit, after }: Page,
): Readonly<Record<MatchPolicy, readonly number[]>> {
  const lists: Record<MatchPolicy, number[]> = { exact: [], prefix: [], wildcard: [] };
  let remaining = limit;
  // The entries are in the order of their IDs.
  for (const { id, match } of entries) {
    if (id <= after) continue;
    if (remaining-- === 0) break;
    lists[match].push(id);
  }
  return lists;
}
