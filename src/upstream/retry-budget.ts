/**
 * Limits the load of retries, so that they cannot turn a short problem of an upstream into an
 * outage.
 *
 * Counts over a sliding window of seconds. Retries may reach a share of the recent requests. A
 * small number per second is always allowed, so that a service with few calls can retry too.
 */
export interface RetryBudget {
  /** Counts a call's first request. @param now monotonic milliseconds */
  request(now: number): void;
  /**
   * Returns true if a retry is within the budget, and counts it.
   *
   * @param now monotonic milliseconds
   */
  takeRetry(now: number): boolean;
}

const WINDOW_SECONDS = 10;
const RETRY_SHARE = 0.2;
const RETRIES_PER_SECOND = 3;

export function createRetryBudget(): RetryBudget {
  // One bucket for each second, reused as a ring. It needs no allocation and no timer at any load.
  const requests = new Array<number>(WINDOW_SECONDS).fill(0);
  const retries = new Array<number>(WINDOW_SECONDS).fill(0);
  let newest = -1;

  function advance(now: number): number {
    const second = Math.floor(now / 1000);
    for (let step = Math.max(newest + 1, second - WINDOW_SECONDS + 1); step <= second; step++) {
      requests[step % WINDOW_SECONDS] = 0;
      retries[step % WINDOW_SECONDS] = 0;
    }
    newest = Math.max(newest, second);
    return newest % WINDOW_SECONDS;
  }

  return {
    request(now) {
      const bucket = advance(now);
      requests[bucket] = (requests[bucket] ?? 0) + 1;
    },
    takeRetry(now) {
      const bucket = advance(now);
      const allowedNow = RETRIES_PER_SECOND > (retries[bucket] ?? 0);
      const allowedByShare = sum(retries) < RETRY_SHARE * sum(requests);
      if (!allowedNow && !allowedByShare) return false;
      retries[bucket] = (retries[bucket] ?? 0) + 1;
      return true;
    },
  };
}

function sum(buckets: readonly number[]): number {
  return buckets.reduce((total, count) => total + count, 0);
}
