import { type Budget, createBudget } from './budget.js';
import type { RouterLimits } from './model.js';

/** What the sessions of one realm share, beside what they registered and subscribed to. */
export interface Budgets {
  /** Messages that wait while a procedure decides about earlier ones. */
  readonly waiting: Budget;
  /** Calls that are kept so that they can be routed anew. */
  readonly kept: Budget;
  /** Calls that are not answered yet. */
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
