import { expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.js';

const now = Date.UTC(2026, 10, 23, 12, 0, 0);

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ['Monday, 23-Nov-26 12:00:30 GMT', 30_000],
  ['Mon Nov 23 12:00:30 2026', 30_000],
  ['-5', undefined],
  ['1.5', undefined],
  ['2026-11-23', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads %j as %j ms', (field, expected) => {
  expect(parseRetryAfter(field, now)).toBe(expected);
});
