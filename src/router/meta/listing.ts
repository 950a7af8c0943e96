import { isId } from '../../wamp/ids.js';
import type { Dict } from '../../wamp/payload.js';
import type { MatchPolicy } from '../model.js';
import { invalid } from './arguments.js';

/** Which part of a list of IDs is wanted. */
export interface Page {
  /** IDs at most. */
  readonly limit: number;
  /** IDs larger than this. */
  readonly after: number;
}

/**
 * The part that a call asks for, by the keyword arguments `limit` and `after`; both are ours, the
 * specification has no parts.
 *
 * @param most IDs that anyone gets at a time. `wamp.max_list_length`
 * @throws MetaError
 */
export function pageArgument(kwargs: Dict, most: number): Page {
  const { limit = most, after = 0 } = kwargs;
  if (!isId(limit)) throw invalid('limit must be an integer from 1 on');
  if (after !== 0 && !isId(after)) throw invalid('after must be an ID');
  return { limit: Math.min(limit, most), after };
}

/**
 * The IDs of one page. A list that fits comes as it is; of a longer one the smallest IDs, in their
 * order, so that the next page is the one `after` its last.
 */
export function pageOf(ids: Iterable<number>, { limit, after }: Page): readonly number[] {
  const all: number[] = [];
  for (const id of ids) if (id > after) all.push(id);
  if (all.length <= limit) return all;
  // Sorted natively: with a function to compare it would take ten times as long.
  return [...Float64Array.from(all).sort().subarray(0, limit)];
}

/**
 * IDs of registrations or subscriptions, listed by match policy: those of one page, all policies
 * together.
 */
export function idsByMatch(
  entries: Iterable<{ readonly id: number; readonly match: MatchPolicy }>,
  { limit, after }: Page,
): Readonly<Record<MatchPolicy, readonly number[]>> {
  const lists: Record<MatchPolicy, number[]> = { exact: [], prefix: [], wildcard: [] };
  let left = limit;
  // They come in the order of their IDs.
  for (const { id, match } of entries) {
    if (id <= after) continue;
    if (left-- === 0) break;
    lists[match].push(id);
  }
  return lists;
}
