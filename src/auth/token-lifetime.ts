import { MAX_TOKEN_TTL_MS } from '../config/schema/auth.js';

/** A token lives at least this long: a shorter life could not be used, and would ask for a token at every call. */
const MIN_LIFETIME_MS = 1_000;
/** A token is not refreshed sooner after it came, however large the margin. */
const MIN_REFRESH_DELAY_MS = 1_000;

/** A number as JSON or Number.prototype.toString would write it. */
const NUMERIC = /^\s*[+-]?\d+(\.\d*)?(e[+-]?\d+)?\s*$/i;

/**
 * How long a token lives, in milliseconds.
 *
 * @param expiresIn what stands in the answer: seconds, as a number or as a numeric text (RFC 6749 §5.1). Anything else,
 *   and what is not above 0, counts as not said: some providers write 0 or -1 for "does not expire".
 */
export function lifetimeMs(expiresIn: unknown, defaultTtlMs: number): number {
  const text = typeof expiresIn === 'string' && NUMERIC.test(expiresIn);
  const seconds = typeof expiresIn === 'number' || text ? Number(expiresIn) : Number.NaN;
  const said = seconds > 0 ? seconds * 1000 : defaultTtlMs;
  return Math.min(Math.max(said, MIN_LIFETIME_MS), MAX_TOKEN_TTL_MS);
}

/**
 * How long after it came a token is to be replaced, in milliseconds; undefined where that is not done ahead of time. A
 * margin that leaves less than half of the lifetime is cut, or short-lived tokens would be replaced all the time.
 */
export function refreshDelayMs(lifetime: number, marginMs: number): number | undefined {
  if (marginMs === 0) return undefined;
  return Math.max(lifetime - marginMs, lifetime / 2, MIN_REFRESH_DELAY_MS);
}
