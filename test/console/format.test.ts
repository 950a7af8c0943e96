import { describe, expect, it } from 'vitest';
import {
  ago,
  count,
  counted,
  duration,
  elapsed,
  milliseconds,
  percent,
  rate,
} from '../../console/src/format.js';

describe('a number on the console', () => {
  it.each([
    [count(1_234_567), '1,234,567'],
    [rate(0), '0/s'],
    [rate(1_236), '20.6/s'],
    [percent(0), '0 %'],
    [percent(0.03125), '3.13 %'],
    [milliseconds(null), '–'],
    [milliseconds(3.214), '3.21 ms'],
    [milliseconds(1_420), '1.42 s'],
    [duration(0), '0 s'],
    [duration(61), '1 min 1 s'],
    [duration(3_600), '1 h'],
    [duration(273_600), '3 d 4 h'],
    [duration(-5), '0 s'],
    [counted(1, 'call'), '1 call'],
    [counted(1234, 'call'), '1,234 calls'],
    [elapsed('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:02:05Z')), '2 min 5 s'],
    [ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:02:05Z')), '2 min 5 s ago'],
  ])('reads %s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
