import type { PairStyle } from '../bodies/field-pairs.js';
import { BadRequest, type Call } from '../call.js';
import type { IsOwned } from './owned-names.js';
import { queryPairs, TOO_LONG } from './query.js';

/** The kwarg with the caller's HTTP headers. */
export const HEADERS_KWARG = '_headers';

/** Decides which kwargs remain after the templates are filled. */
export interface RemainingRule {
  /** Names of kwargs that templates use. */
  readonly consumed: ReadonlySet<string>;
  /**
   * Names that the configuration sets in the place where remaining kwargs go. Callers cannot change
   * them.
   */
  readonly isOwned: IsOwned;
}

/** True if a kwarg remains: no template uses it, and the configuration does not set its name. */
export function isRemaining(name: string, rule: RemainingRule): boolean {
  return name !== HEADERS_KWARG && !rule.consumed.has(name) && !rule.isOwned(name);
}

/**
 * The remaining kwargs, or undefined if there are none. Returns the dictionary of the call itself,
 * without a copy, if all kwargs remain.
 */
export function remainingKwargs(
  call: Call,
  rule: RemainingRule,
): Readonly<Record<string, unknown>> | undefined {
  const names = Object.keys(call.kwargs);
  const remaining = names.filter((name) => isRemaining(name, rule));
  if (remaining.length === 0) return undefined;
  if (remaining.length === names.length) return call.kwargs;
  const left = Object.create(null) as Record<string, unknown>;
  for (const name of remaining) left[name] = call.kwargs[name];
  return left;
}

/** For `remaining = refuse`: refuses unused kwargs, and names them. */
export function refuseRemaining(call: Call, rule: RemainingRule): void {
  const extra = Object.keys(call.kwargs).filter((name) => name !== HEADERS_KWARG && !rule.consumed.has(name));
  if (extra.length === 0) return;
  const shown = extra.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 100)));
  throw new BadRequest(`This procedure does not take the keyword argument ${shown.join(', ')}`);
}

/** The remaining kwargs as query parameters. */
export function remainingQuery(call: Call, rule: RemainingRule, style: PairStyle, max: number): string {
  let query = '';
  /**
   * Characters of all names, including dropped ones, because comparing a name costs as much as
   * writing it.
   */
  let compared = 0;
  for (const name of Object.keys(call.kwargs)) {
    if (name === HEADERS_KWARG || rule.consumed.has(name)) continue;
    compared += name.length;
    if (compared > max) throw new BadRequest(TOO_LONG);
    if (isRemaining(name, rule)) query += queryPairs(name, call.kwargs[name], style, max - query.length);
  }
  return query;
}
