import { describe, expect, it } from 'vitest';
import { createRetryBudget } from './retry-budget.js';

function budgetAt() {
  let now = 5_000_000;
  const budget = createRetryBudget();
  return {
    request: () => budget.request(now),
    takeAll(max = 10_000) {
      let taken = 0;
      while (taken < max && budget.takeRetry(now)) taken++;
      return taken;
    },
    pass: (ms: number) => (now += ms),
  };
}

describe('a retry budget', () => {
  it('grants three retries per second to a service with few requests', () => {
    const { request, takeAll, pass } = budgetAt();
    request();
    expect(takeAll()).toBe(3);
    pass(1_000);
    expect(takeAll()).toBe(3);
  });
  it('grants a fifth of the recent requests to a busy service', () => {
    const { request, takeAll } = budgetAt();
    for (let count = 0; count < 1_000; count++) request();
    expect(takeAll()).toBe(200);
  });
  it('does not count requests older than its window', () => {
    const { request, takeAll, pass } = budgetAt();
    for (let count = 0; count < 1_000; count++) request();
    pass(10_000);
    expect(takeAll()).toBe(3);
  });
  it('works after an idle time longer than its window', () => {
    const { takeAll, pass } = budgetAt();
    takeAll();
    pass(3_600_000);
    expect(takeAll()).toBe(3);
  });
});
