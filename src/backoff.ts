/** How long to wait between attempts that go on for ever. */
export interface Backoff {
  /** Milliseconds after the first failure. */
  readonly baseMs: number;
  /** Milliseconds at most. */
  readonly capMs: number;
}

const JITTER = 0.25;

/**
 * Milliseconds to wait after so many failures in a row: the base, doubling up to the cap, jittered by a quarter. At the
 * cap no jitter is left: those who failed together are apart by then, and the load on what they wait for is exact.
 *
 * @param failures at least 1.
 * @param random numbers in [0, 1).
 */
export function backoffMs(failures: number, { baseMs, capMs }: Backoff, random: () => number): number {
  const jitter = 1 - JITTER + 2 * JITTER * random();
  return Math.min(capMs, baseMs * 2 ** (failures - 1) * jitter);
}
