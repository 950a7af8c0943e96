/**
 * Limits how many requests are abandoned. The gateway abandons a request when it closes the
 * connection and gives its place to another call. The upstream may still work on the request.
 *
 * Without this limit, an upstream could get any number of requests at a time, although it should
 * get at most `pool.size`. Cancelled calls and calls with a short timeout would cause this.
 * CVE-2023-44487 is the same attack on HTTP/2.
 *
 * The budget is `size` requests in any `windowMs`. So if requests take up to `windowMs`, the
 * upstream works on at most twice `pool.size` of them, whatever clients do.
 */
export interface Abandonments {
  /**
   * Returns true if another abandoned request is allowed, and records it.
   *
   * @param now monotonic milliseconds
   */
  take(now: number): boolean;
}

export function createAbandonments(size: number, windowMs: number): Abandonments {
  /** The times of the last `size` abandoned requests, in a ring. The oldest one is at `next`. */
  const times: number[] = [];
  let next = 0;
  return {
    take(now) {
      const oldest = times[next];
      if (oldest !== undefined && now - oldest < windowMs) return false;
      times[next] = now;
      next = (next + 1) % size;
      return true;
    },
  };
}
