import type { Clock } from '../clock.js';
import { ByteLru, type Weighed } from '../collections/byte-lru.js';
import type { HttpRequest, HttpResponse } from '../upstream/http-message.js';
import { parseUrl } from '../upstream/redirect.js';
import { allHeaders, firstHeader, responseHeader } from '../upstream/response-headers.js';
import { createKeyMaker, type RenewedToken } from './cache-key.js';
import { type Freshness, type Judgement, judgeResponse } from './freshness.js';
import type { SharedRequest } from './shared-request.js';
import { copyResponse, refreshed, sizeOf } from './stored-response.js';

/** A stored response. It is never changed. */
export interface Entry<Memo> extends Freshness, Weighed<Entry<Memo>> {
  readonly urlKey: string;
  readonly response: HttpResponse;
  /** What is known of the body, so that it is read only once. */
  readonly memo: Memo;
  readonly isShareable: boolean;
}

/** A request that runs now. */
export interface Flight {
  readonly urlKey: string;
  /** True if the resource has changed since the request was sent. Then its response is not stored. */
  isOutdated: boolean;
}

/** A request that runs now, and that equal calls may join. */
export interface Running<T> {
  readonly shared: SharedRequest<T>;
  readonly flight: Flight;
}

/** The request of a response, and when it was sent. */
export interface Exchanged {
  /** Without its credential. */
  readonly request: HttpRequest;
  readonly key: string;
  readonly urlKey: string;
  /** Monotonic milliseconds. */
  readonly sentAt: number;
  /** `cache.stale_if_error` */
  readonly staleIfErrorMs: number | undefined;
}

/** What became of a response. */
export interface Kept<Memo> {
  /** Undefined if the response was not stored. */
  readonly entry: Entry<Memo> | undefined;
  /** Whether it may answer the equal requests that wait for it. */
  readonly isShareable: boolean;
}

export interface ResponseCacheParts<Memo> {
  readonly clock: Clock;
  readonly maxBytes: number;
  /** A random text. */
  readonly salt: string;
  /** The names of request headers that are not in the key, in lower case. */
  readonly unkeyed: readonly string[];
  /** @param hold counts more bytes for the entry; false if there is no room for them */
  readonly createMemo: (response: HttpResponse, hold: (bytes: number) => boolean) => Memo;
}

/** The cache of one service: its stored responses, and the requests that run now. */
export interface ResponseCache<Memo, T> {
  keyOf(request: HttpRequest, token: RenewedToken | undefined): string;
  /** The stored response, fresh or not. */
  find(key: string): Entry<Memo> | undefined;
  /** Marks a stored response as just used. */
  used(entry: Entry<Memo>): void;
  /** Notes a request that is about to be sent. */
  departed(request: HttpRequest): Flight;
  landed(flight: Flight): void;
  /** The request that an equal call may join. */
  running(key: string): Running<T> | undefined;
  began(key: string, running: Running<T>): void;
  ended(key: string, running: Running<T>): void;
  /**
   * Stores a response if its headers allow it. Otherwise forgets the one that it replaces, unless it
   * is only an error.
   */
  store(exchanged: Exchanged, response: HttpResponse): Kept<Memo>;
  /** Says the same about a response, and stores nothing. */
  judge(exchanged: Exchanged, response: HttpResponse): Kept<Memo>;
  /**
   * Refreshes a stored response by a 304 (RFC 9111 §4.3.4).
   *
   * @returns undefined if the 304 is about another response
   */
  refresh(entry: Entry<Memo>, exchanged: Exchanged, response: HttpResponse): Entry<Memo> | undefined;
  forget(entry: Entry<Memo>): void;
  /** Forgets what an unsafe request may have changed (RFC 9111 §4.4). */
  invalidate(request: HttpRequest, response: HttpResponse): void;
  readonly size: { readonly entries: number; readonly bytes: number };
}

/**
 * The bytes of an entry beside its response, as measured: its key, the index of its URL and its memo.
 * So the number of entries is limited too.
 */
const ENTRY_BYTES = 2_048;

/** Without them, a response depends on the attempt that got it. */
const PER_ATTEMPT = ['cache-control', 'pragma', 'traceparent', 'tracestate'];

export function createResponseCache<Memo, T>(parts: ResponseCacheParts<Memo>): ResponseCache<Memo, T> {
  const { clock } = parts;
  const unkeyed = new Set([...PER_ATTEMPT, ...parts.unkeyed]);
  const keys = createKeyMaker(parts.salt, unkeyed);
  const lru = new ByteLru<Entry<Memo>>(parts.maxBytes, removedFromUrl);
  /** The entries of each URL, with all headers and credentials. */
  const byUrl = new Map<string, Set<Entry<Memo>>>();
  const inFlight = new Map<string, Running<T>>();
  const flights = new Set<Flight>();

  function removedFromUrl(entry: Entry<Memo>): void {
    const entries = byUrl.get(entry.urlKey);
    entries?.delete(entry);
    if (entries?.size === 0) byUrl.delete(entry.urlKey);
  }

  function judge({ request, sentAt }: Exchanged, { status, headers }: HttpResponse): Judgement {
    const receivedWall = clock.wall();
    return judgeResponse({ method: request.method, status, headers, sentAt, receivedWall }, unkeyed);
  }

  /** @param response a copy */
  function put(
    { key, urlKey }: Exchanged,
    response: HttpResponse,
    judged: Judgement & Freshness,
  ): Entry<Memo> {
    const { bornAt, lifetimeMs, mustRevalidate, staleIfErrorMs, isShareable } = judged;
    const entry: Entry<Memo> = {
      ...{ key, urlKey, response, bornAt, lifetimeMs, mustRevalidate, staleIfErrorMs, isShareable },
      bytes: sizeOf(response) + ENTRY_BYTES,
      older: undefined,
      newer: undefined,
      isKept: false,
      memo: parts.createMemo(response, (bytes) => lru.grow(entry, bytes)),
    };
    if (lru.put(entry)) {
      const entries = byUrl.get(urlKey);
      if (entries === undefined) byUrl.set(urlKey, new Set([entry]));
      else entries.add(entry);
    }
    return entry;
  }

  function forgetUrl(url: string): void {
    const urlKey = keys.urlKey(url);
    for (const entry of byUrl.get(urlKey) ?? []) lru.remove(entry);
    for (const flight of flights) if (flight.urlKey === urlKey) flight.isOutdated = true;
  }

  return {
    keyOf: keys.keyOf,
    find: (key) => lru.get(key),
    used: (entry) => lru.use(entry),
    departed({ origin, path }) {
      const flight: Flight = { urlKey: keys.urlKey(origin + path), isOutdated: false };
      flights.add(flight);
      return flight;
    },
    landed: (flight) => void flights.delete(flight),
    running(key) {
      const running = inFlight.get(key);
      return running?.flight.isOutdated === true ? undefined : running;
    },
    began: (key, running) => void inFlight.set(key, running),
    ended(key, running) {
      if (inFlight.get(key) === running) inFlight.delete(key);
    },

    store(exchanged, response) {
      const judged = judge(exchanged, response);
      const { isShareable } = judged;
      if (judged.kind === 'storable' && isUseful(judged, exchanged, response, clock.monotonic())) {
        return { entry: put(exchanged, copyResponse(response), judged), isShareable };
      }
      const before = lru.get(exchanged.key);
      if (before !== undefined && !keepsOlder(response.status)) lru.remove(before);
      return { entry: undefined, isShareable };
    },

    judge: (exchanged, response) => ({
      entry: undefined,
      isShareable: judge(exchanged, response).isShareable,
    }),

    refresh(entry, exchanged, response) {
      if (!isAbout(entry.response, response)) {
        lru.remove(entry);
        return undefined;
      }
      const updated = refreshed(entry.response, response.headers);
      const judged = judge(exchanged, updated);
      if (judged.kind === 'storable') return put(exchanged, updated, judged);
      lru.remove(entry);
      return { ...entry, response: updated, isShareable: judged.isShareable };
    },

    forget: (entry) => lru.remove(entry),

    invalidate(request, { status, headers }) {
      // An error has changed nothing.
      if (status >= 400) return;
      forgetUrl(request.origin + request.path);
      for (const name of ['location', 'content-location']) {
        const field = firstHeader(headers, name);
        const url = field === undefined ? undefined : parseUrl(field, request);
        // Another origin must not make this one forget its responses.
        if (url?.origin === request.origin) forgetUrl(url.href);
      }
    },

    get size() {
      return { entries: lru.size, bytes: lru.bytes };
    },
  };
}

/** After these statuses the stored response may still be needed: the API fails, or is too busy. */
const keepsOlder = (status: number): boolean => status >= 500 || status === 429;

/** Whether a response can be used again: without a request, after a 304, or instead of an error. */
function isUseful(
  judged: Freshness,
  { staleIfErrorMs }: Exchanged,
  { headers }: HttpResponse,
  now: number,
): boolean {
  if (judged.bornAt + judged.lifetimeMs > now) return true;
  if (['etag', 'last-modified'].some((name) => responseHeader(headers, name) !== undefined)) return true;
  return !judged.mustRevalidate && (judged.staleIfErrorMs ?? staleIfErrorMs ?? 0) > 0;
}

/**
 * Whether a 304 is about a stored response (RFC 9111 §4.3.4). A 304 without a validator is: the
 * gateway has named only this response.
 */
function isAbout({ headers: stored }: HttpResponse, { headers }: HttpResponse): boolean {
  const [etag, was] = [headers, stored].map((all) => allHeaders(all, 'etag')[0]?.replace(/^\s*W\//, ''));
  return etag === undefined || etag === was;
}

/** The headers of a request that ask whether a stored response is still valid (RFC 9111 §4.3.1). */
export function validatorsOf({ headers }: HttpResponse): readonly string[] {
  return [
    ['If-None-Match', responseHeader(headers, 'etag')] as const,
    ['If-Modified-Since', responseHeader(headers, 'last-modified')] as const,
  ].flatMap(([name, octets]) => {
    const value = octets?.toString('latin1');
    return value === undefined || !/^[\t\x20-\x7e\x80-\xff]+$/.test(value) ? [] : [name, value];
  });
}
