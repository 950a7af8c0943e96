/** The waits between attempts that are repeated without a limit. */
export interface Backoff {
  /** Milliseconds to wait after the first failure. */
  readonly baseMs: number;
  /** Maximum milliseconds. */
  readonly capMs: number;
}

const JITTER = 0.25;

/**
 * Milliseconds to wait after a number of consecutive failures: `baseMs`, doubled for each further
 * failure, up to `capMs`, with a jitter of ±25 %. At the cap there is no jitter, because the
 * attempts of clients that failed together have already spread.
 *
 * @param failures at least 1
 * @param random returns numbers in [0, 1)
 */
export function backoffMs(failures: number, { baseMs, capMs }: Backoff, random: () => number): number {
  const jitter = 1 - JITTER + 2 * JITTER * random();
  return Math.min(capMs, baseMs * 2 ** (failures - 1) * jitter);
}
