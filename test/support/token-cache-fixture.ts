import { createTokenCache, type FetchResult, type NoToken, type Token } from '../../src/auth/token-cache.js';
import { silentObserver } from '../../src/observe/observer.js';
import { createFakeClock } from './fake-clock.js';
import { keepLog } from './log-lines.js';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;

/**
 * A cache with a source that responds when and how the test decides. By default it responds at once
 * with tokens that live an hour.
 */
export function tokenCacheFixture(options: { marginMs?: number; random?: () => number } = {}) {
  const clock = createFakeClock();
  const log = keepLog('debug');
  const started: number[] = [];
  let key = 'k1';
  let respond: () => FetchResult | Promise<FetchResult> = () => token(`t${started.length}`);
  const cache = createTokenCache({
    source: {
      key: () => key,
      async fetch() {
        started.push(clock.monotonic());
        return await respond();
      },
    },
    refreshMarginMs: options.marginMs ?? 2 * MINUTE,
    clock,
    random: options.random ?? (() => 0.5),
    log: log.log,
    observer: silentObserver,
    service: 'billing',
  });
  const token = (value: string, lifetimeMs = HOUR): FetchResult => {
    const expiresAt = clock.monotonic() + lifetimeMs;
    return { kind: 'token', key, value, expiresAt, lifetimeMs };
  };
  const none = (retryAfterMs?: number): FetchResult => ({ kind: 'none', key, cause: 'no', retryAfterMs });
  return {
    cache,
    clock,
    log,
    started,
    token,
    none,
    respondWith(next: typeof respond) {
      respond = next;
    },
    changeKey(next: string) {
      key = next;
      cache.credentialsChanged();
    },
    /** Asks for a token. Returns its value, or `none`. */
    call: async () => shown(await cache.obtain(clock.monotonic())),
    /** Asks for a token at regular intervals. Returns the value, or `none`, of each time. */
    async callEvery(stepMs: number, forMs: number) {
      const values: string[] = [];
      for (let passed = 0; passed < forMs; passed += stepMs) {
        const got = cache.obtain(clock.monotonic());
        await settled();
        values.push(got instanceof Promise ? shown(await got) : shown(got));
        clock.advance(stepMs);
        await settled();
      }
      return values;
    },
  };
}

export const shown = (got: Token | NoToken | undefined) =>
  got === undefined ? 'refused' : got.kind === 'token' ? got.value : 'none';
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
/** A response that the test sends later. */
export function later() {
  let send: (result: FetchResult) => void = () => {};
  const response = new Promise<FetchResult>((resolve) => {
    send = resolve;
  });
  return { response, respond: (result: FetchResult) => send(result) };
}
export async function obtained({
  cache,
  clock,
}: Pick<ReturnType<typeof tokenCacheFixture>, 'cache' | 'clock'>): Promise<Token> {
  const got = await cache.obtain(clock.monotonic());
  if (got.kind !== 'token') throw new Error('no token');
  return got;
}
