/**
 * Limits how many requests are abandoned. To abandon a request is to close its connection and to
 * give its place to another call, while the upstream may still work on the request.
 *
 * Without a limit, calls that are cancelled or have a short timeout cause any number of requests at
 * an upstream that should get at most `pool.size`. CVE-2023-44487 is this attack on HTTP/2.
 *
 * The budget is `size` requests in any `windowMs`. So at most twice `pool.size` requests that take
 * up to `windowMs` run at the upstream, whatever clients do.
 */
export interface Abandonments {
  /**
   * Notes an abandoned request and returns true if one is allowed.
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
