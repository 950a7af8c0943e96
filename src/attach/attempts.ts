/** The times of `router.reconnect`, in milliseconds. */
export interface ReconnectTimes {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * Why an attempt failed. `unavailable`: the router cannot be reached, or the session was lost.
 * `refused`: the router refuses the gateway (ABORT, HTTP 401, 403 or 404), until somebody changes
 * something.
 */
export type AttemptFailure = 'unavailable' | 'refused';

/** Which URL is tried next, and what happened so far. A value: every step makes a new one. */
export interface Attempts {
  /** Index of the URL that is tried now. */
  readonly url: number;
  /** URLs that failed since the last wait. */
  readonly failedInRound: number;
  /** Rounds over all URLs that failed in a row. */
  readonly failedRounds: number;
  readonly wasRefused: boolean;
}

/** The first attempt. It has no wait, and draws its URL at random, to spread gateways over routers. */
export function firstAttempt(urls: number, random: () => number): Attempts {
  return { url: Math.floor(random() * urls), failedInRound: 0, failedRounds: 0, wasRefused: false };
}

/** Counts from the start again: the session was stable. The URL stays. */
export function afterStableSession({ url }: Attempts): Attempts {
  return { url, failedInRound: 0, failedRounds: 0, wasRefused: false };
}

/**
 * The attempt after a failed one. The next URL is tried at once. After a whole round comes a wait
 * with full jitter, so that gateways do not return to a restarted router at the same moment.
 *
 * @param urls how many URLs there are
 * @param random returns numbers in [0, 1)
 */
export function nextAttempt(
  before: Attempts,
  failure: AttemptFailure,
  urls: number,
  times: ReconnectTimes,
  random: () => number,
): { readonly attempts: Attempts; readonly waitMs: number } {
  const url = (before.url + 1) % urls;
  const failedInRound = before.failedInRound + 1;
  const wasRefused = before.wasRefused || failure === 'refused';
  if (failedInRound < urls) {
    return { attempts: { ...before, url, failedInRound, wasRefused }, waitMs: 0 };
  }
  const failedRounds = before.failedRounds + 1;
  return {
    attempts: { url, failedInRound: 0, failedRounds, wasRefused: false },
    waitMs: waitAfter(failedRounds, wasRefused, times, random),
  };
}

function waitAfter(
  failedRounds: number,
  wasRefused: boolean,
  { minMs, maxMs }: ReconnectTimes,
  random: () => number,
): number {
  if (wasRefused) return (maxMs / 2) * (1 + random());
  return Math.min(minMs * 2 ** failedRounds, maxMs) * random();
}
