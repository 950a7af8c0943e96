import { describe, expect, it } from 'vitest';
import { lifetimeMs, refreshDelayMs } from './token-lifetime.js';

const HOUR = 3_600_000;
const DEFAULT = 30 * 60_000;

describe('how long a token lives', () => {
  it.each([
    [3600, HOUR],
    ['3600', HOUR],
    [' 3600 ', HOUR],
    ['1.5e3', 1_500_000],
    [2.5, 2_500],
    [undefined, DEFAULT],
    [null, DEFAULT],
    [0, DEFAULT],
    ['0', DEFAULT],
    [-1, DEFAULT],
    ['abc', DEFAULT],
    ['', DEFAULT],
    ['0x10', DEFAULT],
    ['Infinity', DEFAULT],
    [true, DEFAULT],
    [[3600], DEFAULT],
    [{}, DEFAULT],
    [0.001, 1_000],
    [1e12, 24 * HOUR],
    ['99999999999999999999', 24 * HOUR],
    [Number.POSITIVE_INFINITY, 24 * HOUR],
  ])('expires_in %j: %i ms', (expiresIn, expected) => {
    expect(lifetimeMs(expiresIn, DEFAULT)).toBe(expected);
  });
  it('is bounded by default_ttl too', () => {
    expect(lifetimeMs(undefined, 100 * HOUR)).toBe(24 * HOUR);
    expect(lifetimeMs(undefined, 1)).toBe(1_000);
  });
});

describe('when a token is replaced', () => {
  it.each([
    ['a margin before its end', HOUR, 120_000, HOUR - 120_000],
    ['never ahead of time without a margin', HOUR, 0, undefined],
    ['at half its life where the margin is longer', 60_000, 120_000, 30_000],
    ['at half its life where the margin is as long', 60_000, 60_000, 30_000],
    ['not within its first second', 1_500, 60_000, 1_000],
  ])('%s', (_, lifetime, margin, expected) => {
    expect(refreshDelayMs(lifetime, margin)).toBe(expected);
  });
});
