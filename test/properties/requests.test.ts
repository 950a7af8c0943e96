import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRequest, kwargsArbitrary, subjects } from './requests.js';

describe('whatever kwargs a caller sends, the request has its origin and shape, or none leaves', () => {
  it.each(subjects().map((subject) => [subject.name, subject] as const))('%s', (_, subject) => {
    let left = 0;
    fc.assert(
      fc.property(kwargsArbitrary, (kwargs) => {
        if (checkRequest(subject, kwargs)) left++;
      }),
      { numRuns: 3_000 },
    );
    // Where hardly any request left, the property would say little.
    expect(left).toBeGreaterThan(100);
  });
});
