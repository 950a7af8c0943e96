import { describe, expect, it } from 'vitest';
import { createAbandonments } from './abandonments.js';

describe('the budget of abandoned requests', () => {
  it('allows one request for each connection within any window', () => {
    const abandonments = createAbandonments(2, 1_000);
    const taken = [0, 10, 20, 999, 1_000, 1_005, 1_010, 1_011].map((now) => abandonments.take(now));
    expect(taken).toEqual([true, true, false, false, true, false, true, false]);
  });

  it('is not used up by refused requests', () => {
    const abandonments = createAbandonments(1, 1_000);
    abandonments.take(0);
    for (let now = 1; now < 1_000; now++) abandonments.take(now);
    expect(abandonments.take(1_000)).toBe(true);
  });
});
