/**
 * How often a request may be abandoned: its connection closed and its place given to another call, while the upstream
 * may still be at work on it. Without a limit calls that are cancelled, or have a short timeout, put any number of requests
 * to an upstream that is to get `pool.size` (CVE-2023-44487 is this, done to HTTP/2).
 *
 * The budget: as many in any `windowMs` as there are connections. So no more than twice `pool.size` requests that take
 * up to `windowMs` run at the upstream, whatever callers do.
 */
export interface Abandonments {
  /** True, and noted, where one more request may be abandoned. @param now monotonic milliseconds */
  take(now: number): boolean;
}

export function createAbandonments(size: number, windowMs: number): Abandonments {
  /** When the last `size` of them were, in a ring; the oldest stands at `next`. */
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
