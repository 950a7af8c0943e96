import { describe, expect, it } from 'vitest';
import { createRetryBudget } from './retry-budget.js';

function budgetAt() {
  let now = 5_000_000;
  return { budget: createRetryBudget(() => now), pass: (ms: number) => (now += ms) };
}
const takeAll = (budget: ReturnType<typeof createRetryBudget>, most = 10_000) => {
  let taken = 0;
  while (taken < most && budget.takeRetry()) taken++;
  return taken;
};

describe('retry budget', () => {
  it('grants three retries a second to a quiet service', () => {
    const { budget, pass } = budgetAt();
    budget.request();
    expect(takeAll(budget)).toBe(3);
    pass(1_000);
    expect(takeAll(budget)).toBe(3);
  });
  it('grants a fifth of the recent requests to a busy one', () => {
    const { budget } = budgetAt();
    for (let count = 0; count < 1_000; count++) budget.request();
    expect(takeAll(budget)).toBe(200);
  });
  it('forgets what lies further back than its window', () => {
    const { budget, pass } = budgetAt();
    for (let count = 0; count < 1_000; count++) budget.request();
    pass(10_000);
    expect(takeAll(budget)).toBe(3);
  });
  it('survives an idle time longer than its window', () => {
    const { budget, pass } = budgetAt();
    takeAll(budget);
    pass(3_600_000);
    expect(takeAll(budget)).toBe(3);
  });
});
