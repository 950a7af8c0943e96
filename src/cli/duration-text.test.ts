import { expect, it } from 'vitest';
import { durationText } from './duration-text.js';

it.each([
  [0, '0ms'],
  [249.6, '250ms'],
  [1000, '1s'],
  [61_999, '1m1s'],
  [3_600_000, '1h'],
  [3 * 86_400_000 + 4 * 3_600_000 + 5_000, '3d4h5s'],
])('%i ms is written as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
