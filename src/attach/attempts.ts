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

/** The URL of the current attempt, and the failures before it. The functions below never change it. */
export interface Attempts {
  /** Index of the URL that is tried now. */
  readonly url: number;
  /** URLs that failed since the last wait. */
  readonly failedInRound: number;
  /** Consecutive rounds in which every URL failed. */
  readonly failedRounds: number;
  readonly wasRefused: boolean;
}

/**
 * The first attempt. It starts without a wait and with a random URL, so that several gateways use
 * different routers.
 */
export function firstAttempt(urls: number, random: () => number): Attempts {
  return { url: Math.floor(random() * urls), failedInRound: 0, failedRounds: 0, wasRefused: false };
}

/** The attempt after a stable session. It counts failures from 0 again and keeps the URL. */
export function afterStableSession({ url }: Attempts): Attempts {
  return { url, failedInRound: 0, failedRounds: 0, wasRefused: false };
}

/**
 * The attempt after a failed one. It uses the next URL at once. If all URLs have failed, it waits
 * a random time, so that gateways do not return to a restarted router at the same moment.
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
