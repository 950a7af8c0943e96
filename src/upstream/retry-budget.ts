/**
 * Caps how much load retries may add, so that they can't turn an upstream's bad minute into an outage.
 *
 * Counts over a sliding window of seconds: retries may reach a share of the recent requests, and a small number per
 * second always, so that a quiet service can retry at all.
 */
export interface RetryBudget {
  /** Notes a call's first request. */
  request(): void;
  /** True, and noted, where one more retry is within the budget. */
  takeRetry(): boolean;
}

const WINDOW_SECONDS = 10;
const RETRY_SHARE = 0.2;
const RETRIES_PER_SECOND = 3;

/** @param nowMs a monotonic clock in milliseconds. */
export function createRetryBudget(nowMs: () => number): RetryBudget {
  // One bucket a second, reused in a ring: no allocation and no timer, whatever the load.
  const requests = new Array<number>(WINDOW_SECONDS).fill(0);
  const retries = new Array<number>(WINDOW_SECONDS).fill(0);
  let newest = Math.floor(nowMs() / 1000);

  function advance(): number {
    const second = Math.floor(nowMs() / 1000);
    for (let step = Math.max(newest + 1, second - WINDOW_SECONDS + 1); step <= second; step++) {
      requests[step % WINDOW_SECONDS] = 0;
      retries[step % WINDOW_SECONDS] = 0;
    }
    newest = Math.max(newest, second);
    return newest % WINDOW_SECONDS;
  }

  return {
    request() {
      const bucket = advance();
      requests[bucket] = (requests[bucket] ?? 0) + 1;
    },
    takeRetry() {
      const bucket = advance();
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
