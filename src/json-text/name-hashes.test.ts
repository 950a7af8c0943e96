import { array, assert, integer, property } from 'fast-check';
import { expect, it } from 'vitest';
import { hashOfName, hasTwice } from './name-hashes.js';

it('numbers that are there twice are found, few or many, from a place on', () => {
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

it('a hash is of the bytes between its bounds', () => {
  const bytes = Buffer.from('"role" "role" "rule"');
  expect(hashOfName(bytes, 1, 5)).toBe(hashOfName(bytes, 8, 12));
  expect(hashOfName(bytes, 1, 5)).not.toBe(hashOfName(bytes, 15, 19));
});
