import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

const BACKOFF = { baseMs: 1_000, capMs: 30_000 };

describe('the backoff of endless attempts', () => {
  it('doubles from its base to its cap, with a jitter of a quarter', () => {
    const steps = (random: number) => [1, 2, 3, 4, 5, 6, 7].map((n) => backoffMs(n, BACKOFF, () => random));
    expect(steps(0.5)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(steps(0)).toEqual([750, 1_500, 3_000, 6_000, 12_000, 24_000, 30_000]);
    expect(steps(1)).toEqual([1_250, 2_500, 5_000, 10_000, 20_000, 30_000, 30_000]);
  });
  it('stays at its cap for ever', () => {
    expect(backoffMs(5_000, BACKOFF, () => 0)).toBe(30_000);
  });
});
