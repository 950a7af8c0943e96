import { type Backoff, backoffMs } from '../backoff.js';
import { type Clock, withTimeout } from '../clock.js';
import { hideFromPrint } from '../config/freeze.js';
import { errorLocation, type Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import type { CallTrace } from '../observe/tracing.js';
import { refreshDelayMs } from './token-lifetime.js';

/** A token that has not expired. */
export interface Token {
  readonly kind: 'token';
  readonly value: string;
  /** Monotonic milliseconds. The token is never sent at or after this time. */
  readonly expiresAt: number;
  /** Monotonic milliseconds. Undefined if the token is not replaced before it expires. */
  readonly refreshAt: number | undefined;
  /** The key of its request. Equal for tokens of equal credentials. */
  readonly key?: string;
}

/** The reason why there is no token. */
export interface NoToken {
  readonly kind: 'none';
  /** For the log. */
  readonly cause: string;
  /** Milliseconds to wait before the next request, if known. */
  readonly retryAfterMs: number | undefined;
}

/** The result of one attempt to get a token. `key` is the key of its request. */
export type FetchResult =
  | {
      readonly kind: 'token';
      readonly key: string;
      readonly value: string;
      /**
       * Monotonic milliseconds. The lifetime counts from the start of the request, which is the
       * earliest possible time of issue.
       */
      readonly expiresAt: number;
      readonly lifetimeMs: number;
    }
  | {
      readonly kind: 'none';
      /** Undefined if no request could be built. */
      readonly key: string | undefined;
      readonly cause: string;
      readonly retryAfterMs: number | undefined;
    };

/** Fetches tokens. */
export interface TokenSource {
  /** The key of the request that `fetch` would send now. See `TokenRequest.key`. */
  key(): string | undefined;
  /** @param trace of the call that needs the token; undefined if no call waits for it */
  fetch(trace?: CallTrace): Promise<FetchResult>;
}

/** Caches one token. Fetches it only once, even if many calls need it. */
export interface TokenCache {
  /**
   * Returns a token that is not expired. If there is none, returns the result of a fetch. The
   * promise never rejects.
   *
   * @param trace of the call. A fetch that it causes belongs to this trace
   */
  obtain(now: number, trace?: CallTrace): Token | NoToken | Promise<Token | NoToken>;
  /**
   * Replaces a token that the upstream refused. If the current token is already another one,
   * returns it. Otherwise returns the result of a fetch.
   *
   * @param drop false if the refusal may have another reason. Then the token stays in use until the
   * next token arrives.
   * @returns undefined if a refused token was replaced less than 10 s ago. Without this limit, an
   * upstream that always answers 403 would cause a token request for each call.
   */
  replace(
    refused: Token,
    drop: boolean,
    trace?: CallTrace,
  ): Token | NoToken | Promise<Token | NoToken> | undefined;
  /**
   * Fetches a new token now, or joins the fetch in progress. The current token stays in use until
   * the new one arrives. For operators: it does not wait after a failure.
   */
  renew(): Promise<Token | NoToken>;
  /** True while a token request runs. */
  readonly isFetching: boolean;
  /** When the current token expires, in monotonic milliseconds. Undefined without one. */
  readonly expiresAt: number | undefined;
  /** Drops the token if the credentials have changed, and ends the wait after a failure. */
  credentialsChanged(): void;
  /**
   * The current token, and the fetch that runs, for another cache. From now on, this cache renews
   * its token only if it must.
   */
  handOver(): HandedToken;
  /** Uses what another cache has handed over, if its token request is the same. */
  takeOver(handed: HandedToken): void;
  close(): void;
}

/** What a cache hands over. */
export interface HandedToken {
  /** The key of the token request. */
  readonly key: string | undefined;
  readonly token: Token | undefined;
  /** The fetch that runs. Never rejects. */
  readonly pending: Promise<Token | NoToken> | undefined;
}

export interface TokenCacheParts {
  readonly source: TokenSource;
  /** How many milliseconds before its expiry a token is replaced. 0 means only after its expiry. */
  readonly refreshMarginMs: number;
  /**
   * False if a token is replaced before it expires only when a call uses it, and not by a timer.
   * Default: true.
   */
  readonly hasTimer?: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: Observer;
  /** For the log and the observer. */
  readonly service: string;
}

/**
 * A failing token endpoint gets seven requests in the first minute, and two in each further minute.
 */
const BACKOFF: Backoff = { baseMs: 1_000, capMs: 30_000 };
/** After a refused token is replaced, no further refusal causes a fetch for this long. */
const GUARD_MS = 10_000;
/**
 * How long calls wait for a fetch if the previous fetch failed. The endpoint may not respond at
 * all.
 */
const PATIENCE_MS = 2_000;
/**
 * The longest Retry-After that the gateway respects. With a longer one, it could wait for days
 * after the endpoint has recovered.
 */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Creates a cache. It fetches its first token when the first call needs one. */
export function createTokenCache(parts: TokenCacheParts): TokenCache {
  const { source, clock, log, observer, service } = parts;
  let token: Token | undefined;
  /** True if a call has used the current token. Only a used token is replaced before it expires. */
  let used = false;
  /** True if a call waits for the next token. */
  let wanted = false;
  let key = source.key();
  let pendingFetch: Promise<Token | NoToken> | undefined;
  let fetchFollowsRefusal = false;
  /** Monotonic milliseconds. Until this time, a refused token causes no fetch. */
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
    return { kind: 'none', cause, retryAfterMs: Math.max(0, retryAt - clock.monotonic()) };
  }

  function fetchUnlessTooSoon(trace: CallTrace | undefined): NoToken | Promise<Token | NoToken> {
    if (pendingFetch !== undefined) return pendingFetch;
    return closed || clock.monotonic() < retryAt ? noToken() : startFetch(trace);
  }

  /** @param trace undefined if no call waits for the token */
  function startFetch(trace?: CallTrace): Promise<Token | NoToken> {
    const running = run(trace);
    pendingFetch = failures === 0 ? running : impatient(running);
    return pendingFetch;
  }

  function impatient(running: Promise<Token | NoToken>): Promise<Token | NoToken> {
    return withTimeout(clock, PATIENCE_MS, running, () => ({ kind: 'none', cause, retryAfterMs: undefined }));
  }

  async function run(trace: CallTrace | undefined): Promise<Token | NoToken> {
    for (;;) {
      const startedAt = clock.monotonic();
      const result = await fetchSafely(trace);
      const lifetimeMs = result.kind === 'token' ? result.lifetimeMs : undefined;
      observer.tokenFetched(service, clock.monotonic() - startedAt, lifetimeMs);
      // If the credentials have changed during the fetch, its result is outdated.
      if (!closed && result.key !== undefined && result.key !== source.key()) continue;
      pendingFetch = undefined;
      if (result.kind === 'none') return fail(result, startedAt);
      return clock.monotonic() < result.expiresAt
        ? accept(result)
        : fail({ cause: 'the token had expired when it arrived', retryAfterMs: undefined }, startedAt);
    }
  }

  async function fetchSafely(trace: CallTrace | undefined): Promise<FetchResult> {
    try {
      return await source.fetch(trace);
    } catch (error) {
      const { error: kind, at = '' } = errorLocation(error);
      return { kind: 'none', key: undefined, cause: `${kind} ${at}`, retryAfterMs: undefined };
    }
  }

  function accept(result: Extract<FetchResult, { kind: 'token' }>): Token {
    const now = clock.monotonic();
    const { key: requestKey, value, expiresAt, lifetimeMs } = result;
    const delay = refreshDelayMs(lifetimeMs, parts.refreshMarginMs);
    token = hideFromPrint<Token>({
      kind: 'token',
      value,
      expiresAt,
      refreshAt: delay === undefined ? undefined : expiresAt - lifetimeMs + delay,
      key: requestKey,
    });
    if (fetchFollowsRefusal) guardedUntil = now + GUARD_MS;
    if (failures > 0) log.info({ service, after_failures: failures }, 'token requests succeed again');
    else log.debug({ service, lifetime_ms: lifetimeMs }, 'token obtained');
    [used, wanted, fetchFollowsRefusal, failures, retryAt] = [wanted, false, false, 0, 0];
    scheduleRefresh(token);
    return token;
  }

  function fail(
    result: Pick<Extract<FetchResult, { kind: 'none' }>, 'cause' | 'retryAfterMs'>,
    startedAt: number,
  ): NoToken {
    const now = clock.monotonic();
    [wanted, fetchFollowsRefusal] = [false, false];
    failures += 1;
    cause = result.cause;
    const asked = Math.min(result.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    // The pause counts from the start of the request, so that it includes a timeout of the
    // endpoint.
    retryAt = Math.max(startedAt + backoffMs(failures, BACKOFF, parts.random), now + asked);
    if (!closed) {
      const retryAfterMs = Math.max(0, Math.round(retryAt - now));
      log.warn({ service, cause, failures, retry_in_ms: retryAfterMs }, 'token request failed');
      if (token !== undefined) scheduleRefresh(token);
    }
    return noToken();
  }

  /** Refreshes only used tokens, so that a service without calls fetches no tokens. */
  function scheduleRefresh({ refreshAt, expiresAt }: Token): void {
    stopTimer();
    if (refreshAt === undefined || closed || parts.hasTimer === false) return;
    const at = Math.max(refreshAt, retryAt);
    if (at >= expiresAt) return;
    stopTimer = clock.after(Math.max(0, at - clock.monotonic()), () => {
      if (used && pendingFetch === undefined) void startFetch();
    });
  }

  function drop(): void {
    stopTimer();
    token = undefined;
  }

  function adopt(handed: Token): void {
    token = handed;
    // Its service has calls, so it is renewed before it expires.
    used = true;
    scheduleRefresh(handed);
  }

  return {
    obtain(now, trace) {
      const live = alive(now);
      observer.tokenUsed(service, live === undefined ? 'miss' : 'hit');
      if (live === undefined) {
        wanted = true;
        return fetchUnlessTooSoon(trace);
      }
      used = true;
      // Building a record costs time for each call.
      if (log.isLevelEnabled?.('debug') ?? true) {
        log.debug({ service, expires_in_ms: Math.round(live.expiresAt - now) }, 'token taken from the cache');
      }
      const { refreshAt } = live;
      if (refreshAt !== undefined && now >= refreshAt) void fetchUnlessTooSoon(undefined);
      return live;
    },

    replace(refused, dropIt, trace) {
      const now = clock.monotonic();
      const live = alive(now);
      if (live !== undefined && live !== refused) return live;
      if (live === refused) {
        if (now < guardedUntil) return undefined;
        if (dropIt) drop();
      }
      wanted = true;
      const next = fetchUnlessTooSoon(trace);
      if (next instanceof Promise) fetchFollowsRefusal = true;
      return next;
    },

    renew: () => pendingFetch ?? startFetch(),

    get isFetching() {
      return pendingFetch !== undefined;
    },

    get expiresAt() {
      return alive(clock.monotonic())?.expiresAt;
    },

    credentialsChanged() {
      [failures, retryAt] = [0, 0];
      const changed = source.key();
      if (changed === key) return;
      key = changed;
      guardedUntil = 0;
      drop();
      // Calls will need the new token. A running fetch notices by itself that its key is outdated.
      if (used && pendingFetch === undefined && !closed) void startFetch();
    },

    handOver() {
      stopTimer();
      return hideFromPrint({ key, token: alive(clock.monotonic()), pending: pendingFetch });
    },

    takeOver({ key: theirs, token: handed, pending }) {
      if (theirs === undefined || theirs !== source.key() || token !== undefined || closed) return;
      if (handed !== undefined) {
        adopt(handed);
        return;
      }
      if (pending === undefined || pendingFetch !== undefined) return;
      pendingFetch = pending.then((got) => {
        pendingFetch = undefined;
        if (got.kind === 'none' || theirs !== source.key() || closed) return fetchUnlessTooSoon(undefined);
        adopt(got);
        return got;
      });
    },

    close() {
      closed = true;
      drop();
    },
  };
}
