import { BadRequest, type Call } from './call.js';
import type { IsOwned } from './owned-names.js';

/** The name under which a caller hands over HTTP headers. */
export const HEADERS_KWARG = '_headers';

/** Sorts the kwargs that no template used. */
export interface RemainingRule {
  /** Names of kwargs that templates use: consumed. */
  readonly consumed: ReadonlySet<string>;
  /** Names that the configuration sets at the place where remaining kwargs go: a caller cannot set or add to them. */
  readonly isOwned: IsOwned;
}

/** True where a kwarg is still to be placed. */
export function isRemaining(name: string, rule: RemainingRule): boolean {
  return name !== HEADERS_KWARG && !rule.consumed.has(name) && !rule.isOwned(name);
}

/**
 * The kwargs that remain, or undefined where none does. The call's own dictionary comes back uncopied when all of it
 * remains.
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

/** For `remaining = refuse`: a kwarg that nothing uses is the caller's mistake, and is named. */
export function refuseRemaining(call: Call, rule: RemainingRule): void {
  const extra = Object.keys(call.kwargs).filter((name) => name !== HEADERS_KWARG && !rule.consumed.has(name));
  if (extra.length === 0) return;
  const shown = extra.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 100)));
  throw new BadRequest(`This procedure does not take the keyword argument ${shown.join(', ')}`);
}
