import { MAX_TOKEN_TTL_MS } from '../config/schema/auth.js';

/** The shortest lifetime. With a shorter one, each call would have to fetch a token. */
const MIN_LIFETIME_MS = 1_000;
/** The shortest time between the arrival of a token and its refresh, for any margin. */
const MIN_REFRESH_DELAY_MS = 1_000;

/** A number in the format of JSON or Number.prototype.toString. */
const NUMERIC = /^\s*[+-]?\d+(\.\d*)?(e[+-]?\d+)?\s*$/i;
/**
 * A number of at least this value is a Unix time in seconds. As a lifetime, it would be 31 years.
 */
const UNIX_TIME = 1e9;
/** A number of at least this value is a Unix time in milliseconds. */
const UNIX_TIME_MS = 1e12;

/** `3600s`, `1h30m`: a duration in the format of protocol buffers and Go. */
const DURATION = /^\s*(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?\s*$/;
/** RFC 3339 §5.6. Also accepts a space instead of the T. A missing zone means UTC. */
const DATE_TIME = /^\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(Z|[+-]\d\d:?\d\d)?\s*$/i;
/** RFC 9110 §5.6.7. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** The lifetime of a token. */
export interface TokenLifetime {
  readonly lifetimeMs: number;
  /** False if the value in the response cannot be read. Then the default is used. */
  readonly isUnderstood: boolean;
}

/**
 * Reads the lifetime of a token.
 *
 * @param expiresIn the value in the response: seconds, as a number or a numeric string (RFC 6749
 * §5.1), a duration, or the time at which the token expires. 0 and negative numbers count as
 * missing, because some providers use 0 or -1 for "does not expire".
 * @param nowWall milliseconds since the epoch, by the endpoint's own clock if it is known
 */
export function readLifetime(expiresIn: unknown, defaultTtlMs: number, nowWall: number): TokenLifetime {
  const parsed = parseLifetime(expiresIn, nowWall);
  const lifetimeMs = parsed !== undefined && parsed > 0 ? parsed : defaultTtlMs;
  return {
    lifetimeMs: Math.min(Math.max(lifetimeMs, MIN_LIFETIME_MS), MAX_TOKEN_TTL_MS),
    isUnderstood: parsed !== undefined || expiresIn === undefined || expiresIn === null || expiresIn === '',
  };
}

/**
 * Returns the lifetime in milliseconds. Returns 0 if there is none, and undefined if the value
 * cannot be read.
 */
function parseLifetime(expiresIn: unknown, nowWall: number): number | undefined {
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

/** Returns undefined for a time in the past, because no endpoint issues expired tokens. */
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
 * Returns the milliseconds between the arrival of a token and its refresh. Returns undefined if the
 * token is not refreshed before it expires. The result is at least half of the lifetime, for any
 * margin. Otherwise tokens with a short lifetime would be refreshed constantly.
 */
export function refreshDelayMs(lifetime: number, marginMs: number): number | undefined {
  if (marginMs === 0) return undefined;
  return Math.max(lifetime - marginMs, lifetime / 2, MIN_REFRESH_DELAY_MS);
}
