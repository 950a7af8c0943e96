import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRequest, kwargsArbitrary, subjects } from './requests.js';

/** Number of sets of kwargs; test/requests-long-run.js uses a million. */
const SETS = Number(process.env['REQUEST_SETS'] ?? 6_000);
const PROGRESS_EVERY = 50_000;

describe('for any kwargs, the request keeps its origin and shape, or is not sent', () => {
  const all = subjects();
  it.each(all.map((subject) => [subject.name, subject] as const))('%s', (name, subject) => {
    let left = 0;
    let seen = 0;
    fc.assert(
      fc.property(kwargsArbitrary, (kwargs) => {
        seen++;
        if (checkRequest(subject, kwargs)) left++;
        if (seen % PROGRESS_EVERY === 0)
          console.log(`${name}: ${seen} sets of kwargs, ${left} requests left`);
      }),
      { numRuns: Math.ceil(SETS / all.length) },
    );
    // If hardly any request was sent, the property would prove little.
    expect(left).toBeGreaterThan(SETS / 100);
  });
});
