import { describe, expect, it } from 'vitest';
import { type Attempts, afterStableSession, firstAttempt, nextAttempt } from './attempts.js';

const TIMES = { minMs: 500, maxMs: 30_000 };
const MOST = () => 1 - Number.EPSILON;

/** The waits after failures in a row, with the largest random numbers. */
function waits(failures: readonly ('unavailable' | 'refused')[], urls: number, random = MOST): number[] {
  let attempts: Attempts = firstAttempt(urls, () => 0);
  return failures.map((failure) => {
    const next = nextAttempt(attempts, failure, urls, TIMES, random);
    attempts = next.attempts;
    return Math.round(next.waitMs);
  });
}

describe('the wait before the next attempt', () => {
  it('is random up to the minimum, doubled with each failure, up to the maximum', () => {
    const failures = Array(8).fill('unavailable');
    expect(waits(failures, 1)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(waits(failures, 1, () => 0)).toEqual(Array(8).fill(0));
  });

  it('never grows beyond the maximum, however long the router is away', () => {
    expect(waits(Array(2000).fill('unavailable'), 1).at(-1)).toBe(30_000);
  });

  it('is between half of the maximum and the maximum after a refusal', () => {
    expect(waits(['refused'], 1)).toEqual([30_000]);
    expect(waits(['refused'], 1, () => 0)).toEqual([15_000]);
  });

  it('comes after a whole round over the URLs, and the next URL is tried at once', () => {
    expect(waits(Array(6).fill('unavailable'), 3)).toEqual([0, 0, 1000, 0, 0, 2000]);
  });

  it('is that of a refusal if any router of the round refused', () => {
    const failures = ['refused', 'unavailable', 'unavailable', 'unavailable'] as const;
    expect(waits(failures, 2)).toEqual([0, 30_000, 0, 2000]);
  });

  it('starts anew after a stable session', () => {
    let attempts = firstAttempt(1, () => 0);
    for (let failure = 0; failure < 5; failure++)
      attempts = nextAttempt(attempts, 'unavailable', 1, TIMES, MOST).attempts;
    const { waitMs } = nextAttempt(afterStableSession(attempts), 'unavailable', 1, TIMES, MOST);
    expect(Math.round(waitMs)).toBe(1000);
  });
});

describe('the URL of an attempt', () => {
  it('is drawn at random first', () => {
    expect([0, 0.34, 0.99].map((number) => firstAttempt(3, () => number).url)).toEqual([0, 1, 2]);
  });

  it('is the next one of the list after each failure', () => {
    let attempts = firstAttempt(3, () => 0.5);
    const urls = [1, 2, 3, 4].map(() => {
      attempts = nextAttempt(attempts, 'unavailable', 3, TIMES, MOST).attempts;
      return attempts.url;
    });
    expect(urls).toEqual([2, 0, 1, 2]);
  });
});
