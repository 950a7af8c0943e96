import { expect, it } from 'vitest';
import { Tally } from './tally.js';

it('a tally counts by key, and keeps nothing of a key whose count is 0', () => {
  const tally = new Tally();
  for (const key of ['a', 'a', 'b', undefined]) tally.add(key);
  expect(['a', 'b', undefined, 'c'].map((key) => tally.of(key))).toEqual([2, 1, 1, 0]);
  for (const key of ['a', 'b', undefined]) tally.remove(key);
  expect([tally.of('a'), tally.of('b'), tally.size]).toEqual([1, 0, 1]);
  tally.remove('a');
  expect(tally.size).toBe(0);
});
