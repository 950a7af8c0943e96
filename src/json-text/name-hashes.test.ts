import { array, assert, integer, property } from 'fast-check';
import { expect, it } from 'vitest';
import { hashOfName, hasTwice } from './name-hashes.js';

it('the search finds numbers that occur twice from an index on, among few and many', () => {
  assert(
    property(
      array(integer({ max: 60 }), { maxLength: 40 }),
      integer({ min: 0, max: 5 }),
      (numbers, start) => {
        const rest = numbers.slice(start);
        expect(hasTwice(numbers, start, Math.max(start, numbers.length))).toBe(
          new Set(rest).size < rest.length,
        );
      },
    ),
  );
});

it('a hash depends only on the bytes between its bounds', () => {
  const bytes = Buffer.from('"role" "role" "rule"');
  expect(hashOfName(bytes, 1, 5)).toBe(hashOfName(bytes, 8, 12));
  expect(hashOfName(bytes, 1, 5)).not.toBe(hashOfName(bytes, 15, 19));
});
