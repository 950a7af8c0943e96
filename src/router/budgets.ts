import { type Budget, createBudget } from './budget.js';
import { limitOf } from './limit.js';
import type { RouterLimits } from './model.js';

/**
 * Budgets that the sessions of one realm share. entry-limits.ts has the budgets of registrations
 * and subscriptions.
 */
export interface Budgets {
  /** For messages that wait until earlier ones are authorized. */
  readonly waiting: Budget;
  /** For calls that are kept for rerouting. */
  readonly kept: Budget;
  /** For open calls. */
  readonly pending: Budget;
}

export function createBudgets(limits: RouterLimits): Budgets {
  const waiting = {
    count: limitOf(limits, 'maxWaitingMessagesPerRealm'),
    bytes: limitOf(limits, 'maxWaitingBytesPerRealm'),
  };
  return {
    waiting: createBudget(waiting),
    kept: createBudget(waiting),
    pending: createBudget({
      count: limitOf(limits, 'maxPendingCallsPerRealm'),
      bytes: limitOf(limits, 'maxPendingCallBytesPerRealm'),
    }),
  };
}
