import type { Caller } from '../upstream/caller.js';
import type { ReadCallerValues } from './caller-values.js';
import type { HandedToken, NoToken, TokenCache, TokenSource } from './token-cache.js';
import type { TokenStore } from './token-store.js';

export interface CallerTokensParts {
  readonly readValues: ReadCallerValues;
  /** Creates the cache for one caller. Its token request has these values. */
  readonly createCache: (values: ReadonlyMap<string, string>) => TokenCache;
  /**
   * The token request of a caller that does not exist. It changes with everything that the requests of
   * all callers have in common.
   */
  readonly example: Pick<TokenSource, 'key'>;
  /** `auth.cache.max_entries` */
  readonly maxEntries: number;
}

/**
 * How many of the oldest entries are looked at for each new one. Entries with a running request stay,
 * so that each caller has one request at a time. There are at most as many as waiting calls.
 */
const LOOKED_AT = 8;

/**
 * Keeps a token for each caller, up to a limit. Each caller has its own cache, so that the refusals
 * and failures of one caller delay no other. No cache has a timer: the token of a caller that has left
 * is not renewed.
 */
export function createCallerTokens(parts: CallerTokensParts): TokenStore {
  const { readValues, createCache, example, maxEntries } = parts;
  /** In the order of their last use. */
  const caches = new Map<string, TokenCache>();
  /** Tokens from an earlier store that no call has used yet. */
  let inherited = new Map<string, HandedToken>();
  let exampleKey = example.key();
  let closed = false;

  function cacheOf(caller: Caller | undefined): TokenCache | NoToken {
    const read = caller && readValues(caller);
    if (read?.kind !== 'values') return NO_VALUES;
    const { key, values } = read;
    const known = caches.get(key);
    if (known !== undefined) {
      caches.delete(key);
      caches.set(key, known);
      return known;
    }
    const cache = createCache(values);
    if (closed) cache.close();
    const handed = inherited.get(key);
    if (handed !== undefined) {
      inherited.delete(key);
      cache.takeOver(handed);
    }
    caches.set(key, cache);
    forgetOldest();
    return cache;
  }

  function forgetOldest(): void {
    const [first] = inherited.keys();
    if (first !== undefined && caches.size + inherited.size > maxEntries) inherited.delete(first);
    for (let looked = 0; looked < LOOKED_AT && caches.size > maxEntries; looked++) {
      const [oldest] = caches;
      if (oldest === undefined) return;
      const [key, cache] = oldest;
      caches.delete(key);
      if (cache.isFetching) caches.set(key, cache);
    }
  }

  /** Forgets all tokens. Running requests notice by themselves that their credentials have changed. */
  function dropAll(): number {
    const count = caches.size + inherited.size;
    inherited.clear();
    for (const [key, cache] of caches) {
      if (cache.isFetching) cache.credentialsChanged();
      else caches.delete(key);
    }
    return count;
  }

  return {
    obtain(control, now) {
      const cache = cacheOf(control.caller);
      return 'kind' in cache ? cache : cache.obtain(now, control.trace);
    },
    replace(refused, drop, control) {
      const cache = cacheOf(control.caller);
      return 'kind' in cache ? cache : cache.replace(refused, drop, control.trace);
    },
    renew: async () => ({ kind: 'dropped', count: dropAll() }),
    expiresAt: undefined,
    get count() {
      return caches.size + inherited.size;
    },
    credentialsChanged() {
      const changed = example.key();
      if (changed === exampleKey) return;
      exampleKey = changed;
      dropAll();
    },
    handOver() {
      const tokens = new Map(inherited);
      for (const [key, cache] of caches) {
        const handed = cache.handOver();
        if ((handed.token ?? handed.pending) !== undefined) tokens.set(key, handed);
      }
      return { kind: 'callers', tokens };
    },
    takeOver(handed) {
      // The next call of a caller compares the token request, and drops the token of another one.
      if (handed.kind === 'callers' && !closed) inherited = new Map([...handed.tokens].slice(-maxEntries));
    },
    close() {
      closed = true;
      inherited.clear();
      for (const cache of caches.values()) cache.close();
    },
  };
}

/** The request of such a call was refused before. Only a bug comes here. */
const NO_VALUES: NoToken = {
  kind: 'none',
  cause: 'the caller has no values for the token request',
  retryAfterMs: undefined,
};
