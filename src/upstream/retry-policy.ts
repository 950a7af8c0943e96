import type { ExchangeOutcome } from './exchange-outcome.js';
import { firstHeader } from './response-headers.js';
import { parseRetryAfter } from './retry-after.js';

export interface RetryPolicy {
  /** The maximum number of attempts after the first one. */
  readonly retries: number;
  /** HTTP statuses that are also retried (`retry.statuses`). */
  readonly statuses: ReadonlySet<number>;
}

/** The state of a call after one of its attempts. */
export interface RetryState {
  /** Attempts so far, at least 1. */
  readonly attempts: number;
  /**
   * True if it is safe to send the request twice: GET, HEAD, PUT, DELETE, or with an idempotency
   * key.
   */
  readonly replayable: boolean;
  /** Milliseconds until the deadline. */
  readonly remainingMs: number;
  /** Milliseconds since the epoch, for Retry-After dates. */
  readonly nowWall: number;
}

const BACKOFF_BASE_MS = 50;
const BACKOFF_CAP_MS = 2_000;

/**
 * Exponential backoff with full jitter: between 0 and min(cap, base × 2^(attempts − 1))
 * milliseconds. The jitter spreads the retries of calls that failed at the same time.
 */
export function retryBackoffMs(attempts: number, random: () => number): number {
  return random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempts - 1));
}

/**
 * Decides whether to try again.
 *
 * Only this function ensures that no POST is executed twice. A request that may have reached the
 * upstream is sent again only if that is safe.
 *
 * @returns milliseconds to wait before the next attempt, or undefined if the outcome is final
 */
export function retryDelayMs(
  outcome: ExchangeOutcome,
  policy: RetryPolicy,
  state: RetryState,
  random: () => number,
): number | undefined {
  if (state.attempts > policy.retries) return undefined;
  const delay = wantsRetry(outcome, policy, state);
  if (delay === undefined) return undefined;
  const chosen = delay === 'backoff' ? retryBackoffMs(state.attempts, random) : delay;
  return chosen < state.remainingMs ? chosen : undefined;
}

function wantsRetry(
  outcome: ExchangeOutcome,
  policy: RetryPolicy,
  state: RetryState,
): number | 'backoff' | undefined {
  switch (outcome.kind) {
    case 'canceled':
    case 'stream':
      return undefined;
    case 'failure':
      // A retry would make a full queue longer, and an unreadable response would be unreadable
      // again.
      if (outcome.permanent || outcome.code === 'bad_answer' || outcome.code === 'overload') return undefined;
      return outcome.sent && !state.replayable ? undefined : 'backoff';
    case 'response':
      if (!policy.statuses.has(outcome.response.status) || !state.replayable) return undefined;
      return (
        parseRetryAfter(firstHeader(outcome.response.headers, 'retry-after'), state.nowWall) ?? 'backoff'
      );
  }
}
