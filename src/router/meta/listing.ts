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
 * Reads the keyword arguments `limit` and `after`. Both are extensions of this router: the
 * specification has no pages.
 *
 * @param most the longest list that a call gets. `wamp.max_list_length`
 * @throws MetaError
 */
export function pageArgument(kwargs: Dict, most: number): Page {
  const { limit = most, after = 0 } = kwargs;
  if (!isId(limit)) throw invalid('limit must be an integer of 1 or more');
  if (after !== 0 && !isId(after)) throw invalid('after must be an ID');
  return { limit: Math.min(limit, most), after };
}

/**
 * The IDs of one page. A list that fits keeps its order. A longer one gives its smallest IDs in
 * ascending order, so that the next page starts `after` the last of them.
 */
export function pageOf(ids: Iterable<number>, { limit, after }: Page): readonly number[] {
  const all: number[] = [];
  for (const id of ids) if (id > after) all.push(id);
  if (all.length <= limit) return all;
  // Typed arrays sort natively; with a comparison function this would take ten times as long.
  return [...Float64Array.from(all).sort().subarray(0, limit)];
}

/**
 * The IDs of registrations or subscriptions in one page, listed by match policy. All policies
 * together make up the page.
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
