const BASE_MS = 1_000;
const CAP_MS = 30_000;
const JITTER = 0.25;

/**
 * How long after the beginning of a failed token request the next one may begin, in milliseconds: 1 s, doubling to 30 s,
 * jittered by a quarter. At the cap there is no jitter left: gateways that failed together are apart by then, and the
 * token endpoint sees two requests a minute, never three.
 *
 * @param failures in a row, at least 1.
 */
export function tokenBackoffMs(failures: number, random: () => number): number {
  const jitter = 1 - JITTER + 2 * JITTER * random();
  return Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1) * jitter);
}
