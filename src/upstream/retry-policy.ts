import type { ExchangeOutcome } from './exchange.js';
import { firstHeader } from './response-headers.js';
import { retryAfterMs } from './retry-after.js';

export interface RetryPolicy {
  /** Further attempts after the first. */
  readonly retries: number;
  /** HTTP statuses that are tried again too (`retry.statuses`). */
  readonly statuses: ReadonlySet<number>;
}

/** Where a call stands when one of its attempts has ended. */
export interface RetryState {
  /** Requests begun so far, at least 1. */
  readonly attempts: number;
  /** True where sending twice does no harm: GET, HEAD, PUT, DELETE, or a request with an idempotency key. */
  readonly replayable: boolean;
  /** Milliseconds left of the deadline. */
  readonly remainingMs: number;
  /** Milliseconds since the epoch, for Retry-After dates. */
  readonly nowWall: number;
}

const BACKOFF_BASE_MS = 50;
const BACKOFF_CAP_MS = 2_000;

/**
 * Exponential backoff with full jitter: anything between 0 and min(cap, base × 2^(attempts − 1)) milliseconds, so that
 * callers who failed together do not come back together.
 */
export function retryBackoffMs(attempts: number, random: () => number): number {
  return random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempts - 1));
}

/**
 * Decides whether to try again, and after how many milliseconds; undefined means that this outcome is final.
 *
 * The rule that no POST is ever carried out twice stands here and nowhere else: what may have reached the upstream is
 * sent again only where sending twice does no harm.
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
      return undefined;
    case 'failure':
      // A full queue is not helped by coming back, and an answer that can't be read will not read better.
      if (outcome.permanent || outcome.code === 'bad_answer' || outcome.code === 'overload') return undefined;
      return outcome.sent && !state.replayable ? undefined : 'backoff';
    case 'response':
      if (!policy.statuses.has(outcome.response.status) || !state.replayable) return undefined;
      return retryAfterMs(firstHeader(outcome.response.headers, 'retry-after'), state.nowWall) ?? 'backoff';
  }
}
