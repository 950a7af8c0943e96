import { type Budget, createBudget } from './budget.js';
import type { RouterLimits } from './model.js';

/**
 * Budgets that the sessions of one realm share. Those of registrations and subscriptions are in
 * entry-limits.ts.
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
    count: { most: limits.maxWaitingMessagesPerRealm, key: 'wamp.max_waiting_messages_per_realm' },
    bytes: { most: limits.maxWaitingBytesPerRealm, key: 'wamp.max_waiting_bytes_per_realm' },
  };
  return {
    waiting: createBudget(waiting),
    kept: createBudget(waiting),
    pending: createBudget({
      count: { most: limits.maxPendingCallsPerRealm, key: 'wamp.max_pending_calls_per_realm' },
      bytes: { most: limits.maxPendingCallBytesPerRealm, key: 'wamp.max_pending_call_bytes_per_realm' },
    }),
  };
}
