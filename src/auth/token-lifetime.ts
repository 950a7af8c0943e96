import { MAX_TOKEN_TTL_MS } from '../config/schema/auth.js';

/** A token lives at least this long: a shorter life could not be used, and would ask for a token at every call. */
const MIN_LIFETIME_MS = 1_000;
/** A token is not refreshed sooner after it came, however large the margin. */
const MIN_REFRESH_DELAY_MS = 1_000;

/** A number as JSON or Number.prototype.toString would write it. */
const NUMERIC = /^\s*[+-]?\d+(\.\d*)?(e[+-]?\d+)?\s*$/i;
/** From here on a number is no lifetime, which would be 31 years, but a Unix time; from there on one in milliseconds. */
const UNIX_TIME = 1e9;
const UNIX_TIME_MS = 1e12;

/** `3600s`, `1h30m`: as protocol buffers and Go write a duration. */
const DURATION = /^\s*(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?\s*$/;
/** RFC 3339 §5.6, with a space for the T and without a zone, as many write it; that means UTC then. */
const DATE_TIME = /^\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(Z|[+-]\d\d:?\d\d)?\s*$/i;
/** RFC 9110 §5.6.7. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** How long a token lives. */
export interface TokenLifetime {
  readonly lifetimeMs: number;
  /** False where something stands in the answer that says nothing, so that the default had to do. */
  readonly isUnderstood: boolean;
}

/**
 * Reads how long a token lives.
 *
 * @param expiresIn what stands in the answer: seconds, as a number or as a numeric text (RFC 6749 §5.1), a duration, or
 *   the point in time at which the token ends. What is not above 0 counts as not said: some providers write 0 or -1 for
 *   "does not expire".
 * @param nowWall milliseconds since the epoch, by the endpoint's own clock where that is known.
 */
export function readLifetime(expiresIn: unknown, defaultTtlMs: number, nowWall: number): TokenLifetime {
  const said = lifetimeIn(expiresIn, nowWall);
  const lifetimeMs = said !== undefined && said > 0 ? said : defaultTtlMs;
  return {
    lifetimeMs: Math.min(Math.max(lifetimeMs, MIN_LIFETIME_MS), MAX_TOKEN_TTL_MS),
    isUnderstood: said !== undefined || expiresIn === undefined || expiresIn === null || expiresIn === '',
  };
}

/** In milliseconds, 0 where none is said; undefined where it is not known what is said. */
function lifetimeIn(expiresIn: unknown, nowWall: number): number | undefined {
  if (typeof expiresIn === 'number') return lifetimeInNumber(expiresIn, nowWall);
  if (typeof expiresIn !== 'string') return undefined;
  if (NUMERIC.test(expiresIn)) return lifetimeInNumber(Number(expiresIn), nowWall);
  const duration = DURATION.exec(expiresIn);
  if (duration !== null && expiresIn.trim() !== '') {
    const [hours = 0, minutes = 0, seconds = 0] = duration.slice(1).map((digits) => Number(digits ?? 0));
    return ((hours * 60 + minutes) * 60 + seconds) * 1000;
  }
  const end = pointInTime(expiresIn);
  return end === undefined ? undefined : untilThen(end, nowWall);
}

function lifetimeInNumber(number: number, nowWall: number): number | undefined {
  if (number >= UNIX_TIME_MS) return untilThen(number, nowWall);
  return number >= UNIX_TIME ? untilThen(number * 1000, nowWall) : Math.max(0, number * 1000);
}

/** A point in time that has passed says nothing: no endpoint hands out tokens that have ended. */
function untilThen(end: number, nowWall: number): number | undefined {
  return end > nowWall ? end - nowWall : undefined;
}

function pointInTime(text: string): number | undefined {
  const [, day, time, zone = 'Z'] = DATE_TIME.exec(text) ?? [];
  const iso = day && `${day}T${time}${zone.toUpperCase().replace(/^(.\d\d)(\d\d)$/, '$1:$2')}`;
  const ms = Date.parse(iso ?? (HTTP_DATE.test(text) ? text : ''));
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * How long after it came a token is to be replaced, in milliseconds; undefined where that is not done ahead of time. A
 * margin that leaves less than half of the lifetime is cut, or short-lived tokens would be replaced all the time.
 */
export function refreshDelayMs(lifetime: number, marginMs: number): number | undefined {
  if (marginMs === 0) return undefined;
  return Math.max(lifetime - marginMs, lifetime / 2, MIN_REFRESH_DELAY_MS);
}
