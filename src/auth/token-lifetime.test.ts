import { describe, expect, it } from 'vitest';
import { readLifetime, refreshDelayMs } from './token-lifetime.js';

const HOUR = 3_600_000;
const DEFAULT = 30 * 60_000;
const NOW = Date.UTC(2026, 0, 1);
const lifetimeMs = (expiresIn: unknown, defaultMs: number) =>
  readLifetime(expiresIn, defaultMs, NOW).lifetimeMs;

describe('the lifetime of a token', () => {
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
    [1e11, 24 * HOUR],
    [NOW / 1000 + 300, 300_000],
    [`${NOW / 1000 + 300}`, 300_000],
    [NOW + 300_000, 300_000],
    [`${NOW + 300_000}`, 300_000],
    [NOW / 1000 - 300, DEFAULT],
    [999_999_999, 24 * HOUR],
    ['2026-01-01T00:05:00Z', 300_000],
    ['2026-01-01T00:05:00.500Z', 300_500],
    ['2026-01-01T00:05:00.123456789Z', 300_123],
    ['2026-01-01T01:05:00+01:00', 300_000],
    ['2026-01-01 01:05:00.000000+0100', 300_000],
    ['2026-01-01T00:05:00', 300_000],
    ['2026-01-01 00:05', 300_000],
    ['2026-01-01t00:05:00z', 300_000],
    ['Thu, 01 Jan 2026 00:05:00 GMT', 300_000],
    ['2025-12-31T23:00:00Z', DEFAULT],
    ['0001-01-01T00:00:00Z', DEFAULT],
    ['2026-13-01T00:00:00Z', DEFAULT],
    ['2026-01-01', DEFAULT],
    ['3600s', HOUR],
    ['90.5s', 90_500],
    ['1h30m', 1.5 * HOUR],
    ['1h0m0s', HOUR],
    ['0s', DEFAULT],
    ['s', DEFAULT],
    ['3600 seconds', DEFAULT],
    ['never', DEFAULT],
    ['99999999999999999999', 24 * HOUR],
    [Number.POSITIVE_INFINITY, 24 * HOUR],
  ])('reads expires_in %j as %i ms', (expiresIn, expected) => {
    expect(lifetimeMs(expiresIn, DEFAULT)).toBe(expected);
  });
  it.each([undefined, null, '', 0, -1, '0', 3600, '3600', '3600s', NOW + 1, '2026-01-01T00:05:00Z'])(
    'is read from expires_in %j',
    (expiresIn) => {
      expect(readLifetime(expiresIn, DEFAULT, NOW).isUnderstood).toBe(true);
    },
  );
  it.each(['never', true, [3600], {}, '2026-01-01', '2025-12-31T23:00:00Z', NOW - 1])(
    'is not read from expires_in %j',
    (expiresIn) => {
      expect(readLifetime(expiresIn, DEFAULT, NOW).isUnderstood).toBe(false);
    },
  );
  it('has the same limits when it comes from default_ttl', () => {
    expect(lifetimeMs(undefined, 100 * HOUR)).toBe(24 * HOUR);
    expect(lifetimeMs(undefined, 1)).toBe(1_000);
  });
});

describe('the refresh of a token by its lifetime', () => {
  it.each([
    ['the margin before it expires', HOUR, 120_000, HOUR - 120_000],
    ['only after it has expired without a margin', HOUR, 0, undefined],
    ['after half its lifetime if the margin is longer', 60_000, 120_000, 30_000],
    ['after half its lifetime if the margin is as long', 60_000, 60_000, 30_000],
    ['never within its first second', 1_500, 60_000, 1_000],
  ])('%s', (_, lifetime, margin, expected) => {
    expect(refreshDelayMs(lifetime, margin)).toBe(expected);
  });
});
