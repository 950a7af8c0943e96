import CachePolicy from 'http-cache-semantics';
import { parseHttpDate } from '../upstream/http-date.js';
import type { HttpMethod } from '../upstream/http-message.js';
import { allHeaders, type ResponseHeaders } from '../upstream/response-headers.js';
import { msOf, readDirectives } from './directives.js';
import type { RequestRules } from './request-rules.js';

/** How long a response may be used again. Times are in monotonic milliseconds. */
export interface Freshness {
  /** The time at which its age was 0 (RFC 9111 §4.2.3). */
  readonly bornAt: number;
  readonly lifetimeMs: number;
  /** True if it must never be used stale: `must-revalidate` or `no-cache` (RFC 9111 §4.2.4). */
  readonly mustRevalidate: boolean;
  /** How long after its lifetime it may replace an error (RFC 5861 §4). Undefined if not said. */
  readonly staleIfErrorMs: number | undefined;
}

/** What may be done with a response. */
export type Judgement =
  | ({ readonly kind: 'storable'; readonly isShareable: boolean } & Freshness)
  /** @param isShareable whether it may answer the equal requests that wait for it */
  | { readonly kind: 'unstorable'; readonly isShareable: boolean };

/** A response without its body, and its times. */
export interface JudgedResponse {
  readonly method: HttpMethod;
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** When its request was sent, in monotonic milliseconds. */
  readonly sentAt: number;
  /** When it arrived, in milliseconds since the epoch. */
  readonly receivedWall: number;
}

/** A lifetime that is only guessed from Last-Modified is at most this long. */
const MAX_GUESSED_MS = 3_600_000;

/**
 * Decides by RFC 9111 §3 and §4.2 whether a private cache may store a response, and for how long.
 * http-cache-semantics computes it. Its input is cleaned here: it takes the names of directives only
 * in lower case, any text as a date, and `must-revalidate` as `no-cache`.
 *
 * @param unkeyed the names of request headers, in lower case, that are not in the key. A response that
 * depends on one of them (`Vary`) cannot be used again.
 */
export function judgeResponse(response: JudgedResponse, unkeyed: ReadonlySet<string>): Judgement {
  const { method, status, headers, sentAt, receivedWall } = response;
  const directives = readDirectives(allHeaders(headers, 'cache-control'));
  const text = (name: string): string | undefined => allHeaders(headers, name)[0]?.trim();
  const vary = allHeaders(headers, 'vary').join().toLowerCase();
  const varies = vary.split(',').some((name) => name.trim() === '*' || unkeyed.has(name.trim()));
  // Set-Cookie starts a session for one caller. Only `public` says that it is for everybody.
  const isOwn = text('set-cookie') !== undefined && !directives.has('public');
  if (varies || isOwn || directives.has('no-store')) return { kind: 'unstorable', isShareable: false };

  const noCache = directives.has('no-cache') || (directives.size === 0 && isNoCache(text('pragma')));
  const expires = text('expires');
  const date = parseHttpDate(text('date') ?? '') ?? receivedWall;
  const policy = new CachePolicy(
    { method, headers: {} },
    {
      status,
      headers: {
        'cache-control': [...directives.keys()]
          .filter((name) => KNOWN.has(name))
          .map(written)
          .join(),
        date: new Date(date).toUTCString(),
        expires: expires === undefined ? undefined : dateText(parseHttpDate(expires) ?? 0),
        'last-modified': dateText(parseHttpDate(text('last-modified') ?? '')),
      },
    },
    { shared: false, immutableMinTimeToLive: 0 },
  );
  if (!policy.storable()) return { kind: 'unstorable', isShareable: !noCache };
  const isGuessed = !directives.has('max-age') && expires === undefined;
  const lifetimeMs = noCache ? 0 : policy.maxAge() * 1_000;
  const age = text('age') ?? '';
  return {
    kind: 'storable',
    isShareable: !noCache,
    // The delay of the response counts as age (RFC 9111 §4.2.3, corrected_age_value).
    bornAt: sentAt - (/^\d+$/.test(age) ? Number(age) * 1_000 : 0),
    lifetimeMs: isGuessed ? Math.min(lifetimeMs, MAX_GUESSED_MS) : lifetimeMs,
    mustRevalidate: noCache || directives.has('must-revalidate'),
    staleIfErrorMs: msOf(directives, 'stale-if-error'),
  };

  function written(name: string): string {
    return name === 'max-age' ? `max-age=${(msOf(directives, name) as number) / 1_000}` : name;
  }
}

/** The directives that decide about storing and lifetime in a private cache. */
const KNOWN: ReadonlySet<string> = new Set(['max-age', 'public', 'private']);

const isNoCache = (pragma: string | undefined): boolean =>
  pragma !== undefined && /\bno-cache\b/i.test(pragma);

const dateText = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toUTCString();

/** How a stored response may answer a request. */
export type Use = 'fresh' | 'stale' | 'no';

/** Decides by RFC 9111 §4.2 and §5.2.1 whether a stored response answers a request at once. */
export function useOf(stored: Freshness, rules: RequestRules | undefined, now: number): Use {
  const age = now - stored.bornAt;
  const left = stored.lifetimeMs - age;
  if (rules === undefined) return left > 0 ? 'fresh' : 'no';
  if (rules.noCache || age > (rules.maxAgeMs ?? age) || left < (rules.minFreshMs ?? left)) return 'no';
  if (left > 0) return 'fresh';
  const maxStaleMs = stored.mustRevalidate ? undefined : rules.maxStaleMs;
  return maxStaleMs !== undefined && -left <= maxStaleMs ? 'stale' : 'no';
}

/**
 * Decides whether a stored response may replace an error (RFC 5861 §4).
 *
 * @param configuredMs `cache.stale_if_error`, for a response that says nothing about it
 */
export function mayReplaceError(stored: Freshness, configuredMs: number | undefined, now: number): boolean {
  const left = stored.lifetimeMs - (now - stored.bornAt);
  if (left > 0) return true;
  if (stored.mustRevalidate) return false;
  return -left < (stored.staleIfErrorMs ?? configuredMs ?? 0);
}
