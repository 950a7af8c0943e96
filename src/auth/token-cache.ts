import { type Backoff, backoffMs } from '../backoff.js';
import type { Clock } from '../clock.js';
import { hideFromPrint } from '../config/freeze.js';
import { errorLocation, type Logger } from '../log.js';
import { refreshDelayMs } from './token-lifetime.js';

/** A token while it lives. */
export interface Token {
  readonly value: string;
  /** Monotonic milliseconds. From here on it is never sent. */
  readonly expiresAt: number;
  /** Monotonic milliseconds; undefined where it is not replaced ahead of time. */
  readonly refreshAt: number | undefined;
}

/** There is no token, and why. */
export interface NoToken {
  /** For the log. */
  readonly cause: string;
  /** Milliseconds until it makes sense to ask again. */
  readonly retryInMs: number | undefined;
}

/** What one attempt to get a token came to. `key` is that of the request which was answered. */
export type FetchResult =
  | {
      readonly kind: 'token';
      readonly key: string;
      readonly value: string;
      /** Monotonic milliseconds, counted from the request: when the token was made within it nobody says. */
      readonly expiresAt: number;
      readonly lifetimeMs: number;
    }
  | {
      readonly kind: 'none';
      /** Undefined where there was no request to send. */
      readonly key: string | undefined;
      readonly cause: string;
      readonly retryAfterMs: number | undefined;
    };

/** Where tokens come from. */
export interface TokenSource {
  /** The key of the request that would be sent now: see `TokenRequest.key`. */
  key(): string | undefined;
  fetch(): Promise<FetchResult>;
}

/** The token of a service: one at a time, fetched once however many calls want it. */
export interface TokenCache {
  /** A token that lives, at once; else what a fetch brings, which never rejects. */
  obtain(): Token | NoToken | Promise<Token | NoToken>;
  /**
   * The upstream refused this token. Brings the one to try next: what has come in its place already, or what a fetch
   * brings.
   *
   * @param drop false where the refusal may not be the token's fault: it stays in use until the next one is there.
   * @returns undefined where a refused token was replaced less than 10 s ago: a plain "forbidden" must not turn into a
   *   token request for each call.
   */
  replace(refused: Token, drop: boolean): Token | NoToken | Promise<Token | NoToken> | undefined;
  /** The credentials may have changed: a token of older ones is dropped, and the next request need not wait. */
  credentialsChanged(): void;
  close(): void;
}

export interface TokenCacheParts {
  readonly source: TokenSource;
  /** Milliseconds before its end that a token is replaced; 0 for never. */
  readonly refreshMarginMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** For the log. */
  readonly service: string;
}

/** A dead token endpoint sees seven requests in the first minute, and two in each after it. */
const BACKOFF: Backoff = { baseMs: 1_000, capMs: 30_000 };
const GUARD_MS = 10_000;
/** While the last attempt failed, calls wait this long for the one under way: the endpoint may just not answer. */
const PATIENCE_MS = 2_000;
/** Longer than this nobody's Retry-After is obeyed: it would look like a gateway that never recovers. */
const MAX_RETRY_AFTER_MS = 3_600_000;

export function isToken(got: Token | NoToken): got is Token {
  return 'value' in got;
}

/** A cache over a source; asks for its first token when the first call wants one. */
export function createTokenCache(parts: TokenCacheParts): TokenCache {
  const { source, clock, log, service } = parts;
  let token: Token | undefined;
  /** Some call has the present token: it is worth replacing before its end. */
  let used = false;
  /** Some call waits for the token under way. */
  let wanted = false;
  let key = source.key();
  let flight: Promise<Token | NoToken> | undefined;
  let flightAnswersRefusal = false;
  /** Until then no refusal is answered by a fetch, whichever token it was that was refused; monotonic milliseconds. */
  let guardedUntil = 0;
  let failures = 0;
  let cause = '';
  let retryAt = 0;
  let stopTimer = (): void => {};
  let closed = false;

  function alive(now: number): Token | undefined {
    return token !== undefined && now < token.expiresAt ? token : undefined;
  }

  function noToken(): NoToken {
    return { cause, retryInMs: Math.max(0, retryAt - clock.monotonic()) };
  }

  function fetchUnlessTooSoon(): NoToken | Promise<Token | NoToken> {
    if (flight !== undefined) return flight;
    return closed || clock.monotonic() < retryAt ? noToken() : startFlight();
  }

  function startFlight(): Promise<Token | NoToken> {
    const running = run();
    flight = failures === 0 ? running : impatient(running);
    return flight;
  }

  function impatient(running: Promise<Token | NoToken>): Promise<Token | NoToken> {
    return new Promise((resolve) => {
      const stopWaiting = clock.after(PATIENCE_MS, () => resolve({ cause, retryInMs: undefined }));
      void running.then((got) => {
        stopWaiting();
        resolve(got);
      });
    });
  }

  async function run(): Promise<Token | NoToken> {
    for (;;) {
      const startedAt = clock.monotonic();
      const result = await fetchSafely();
      // The credentials changed meanwhile: what they brought belongs to the old ones.
      if (!closed && result.key !== undefined && result.key !== source.key()) continue;
      flight = undefined;
      if (result.kind === 'none') return fail(result, startedAt);
      return clock.monotonic() < result.expiresAt
        ? accept(result)
        : fail({ cause: 'the token had expired when it came', retryAfterMs: undefined }, startedAt);
    }
  }

  async function fetchSafely(): Promise<FetchResult> {
    try {
      return await source.fetch();
    } catch (error) {
      const { error: kind, at = '' } = errorLocation(error);
      return { kind: 'none', key: undefined, cause: `${kind} ${at}`, retryAfterMs: undefined };
    }
  }

  function accept(result: Extract<FetchResult, { kind: 'token' }>): Token {
    const now = clock.monotonic();
    const { value, expiresAt, lifetimeMs } = result;
    const delay = refreshDelayMs(lifetimeMs, parts.refreshMarginMs);
    token = hideFromPrint({
      value,
      expiresAt,
      refreshAt: delay === undefined ? undefined : expiresAt - lifetimeMs + delay,
    });
    if (flightAnswersRefusal) guardedUntil = now + GUARD_MS;
    if (failures > 0) log.info({ service, after_failures: failures }, 'token requests succeed again');
    else log.debug({ service, lifetime_ms: lifetimeMs }, 'token obtained');
    [used, wanted, flightAnswersRefusal, failures, retryAt] = [wanted, false, false, 0, 0];
    scheduleRefresh(token);
    return token;
  }

  function fail(
    result: Pick<Extract<FetchResult, { kind: 'none' }>, 'cause' | 'retryAfterMs'>,
    startedAt: number,
  ): NoToken {
    const now = clock.monotonic();
    [wanted, flightAnswersRefusal] = [false, false];
    failures += 1;
    cause = result.cause;
    const asked = Math.min(result.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    // From the start: an endpoint that never answers has used up the time already, and is not asked more often either.
    retryAt = Math.max(startedAt + backoffMs(failures, BACKOFF, parts.random), now + asked);
    if (!closed) {
      const retryInMs = Math.max(0, Math.round(retryAt - now));
      log.warn({ service, cause, failures, retry_in_ms: retryInMs }, 'token request failed');
      if (token !== undefined) scheduleRefresh(token);
    }
    return noToken();
  }

  /** One timer: it only serves tokens in use, so that a service which nobody calls asks for none. */
  function scheduleRefresh({ refreshAt, expiresAt }: Token): void {
    stopTimer();
    if (refreshAt === undefined || closed) return;
    const at = Math.max(refreshAt, retryAt);
    if (at >= expiresAt) return;
    stopTimer = clock.after(Math.max(0, at - clock.monotonic()), () => {
      if (used && flight === undefined) void startFlight();
    });
  }

  function drop(): void {
    stopTimer();
    token = undefined;
  }

  return {
    obtain() {
      const now = clock.monotonic();
      const live = alive(now);
      if (live === undefined) {
        wanted = true;
        return fetchUnlessTooSoon();
      }
      used = true;
      const { refreshAt } = live;
      if (refreshAt !== undefined && now >= refreshAt) void fetchUnlessTooSoon();
      return live;
    },

    replace(refused, dropIt) {
      const now = clock.monotonic();
      const live = alive(now);
      if (live !== undefined && live !== refused) return live;
      if (live === refused) {
        if (now < guardedUntil) return undefined;
        if (dropIt) drop();
      }
      wanted = true;
      const next = fetchUnlessTooSoon();
      if (next instanceof Promise) flightAnswersRefusal = true;
      return next;
    },

    credentialsChanged() {
      [failures, retryAt] = [0, 0];
      const changed = source.key();
      if (changed === key) return;
      key = changed;
      guardedUntil = 0;
      drop();
      // Somebody will want it; what is under way finds out by itself that its credentials are old.
      if (used && flight === undefined && !closed) void startFlight();
    },

    close() {
      closed = true;
      drop();
    },
  };
}
