import type { CallErrorCode } from '../../errors.js';
import type { CircuitBreaker, Verdict } from '../../upstream/circuit-breaker.js';
import type { RunningCall } from './call.js';
import type { Reply } from './reply/reply.js';
import type { FinalOutcome } from './send-with-credential.js';

/** Errors of the gateway that the upstream has caused. The others say nothing about it. */
const CAUSED_BY_UPSTREAM: ReadonlySet<CallErrorCode> = new Set(['connect', 'tls', 'bad_answer', 'timeout']);

/** Timers may fire this many milliseconds too early. */
const TIMER_EARLY_MS = 1;

export interface JudgeRules {
  /** HTTP statuses that are failures (`breaker.statuses`). */
  readonly statuses: ReadonlySet<number>;
  /** Milliseconds for a call whose caller asks for no shorter timeout. */
  readonly deadlineMs: number;
}

/** A circuit breaker, and what it takes as a failure. */
export interface Guard {
  readonly breaker: CircuitBreaker;
  readonly rules: JudgeRules;
}

/**
 * Says what a call that was sent tells the circuit breaker about the upstream. Pure.
 *
 * @param now monotonic milliseconds at the end of the call
 */
export function judgeCall(reply: Reply, call: RunningCall, now: number, rules: JudgeRules): Verdict {
  if (reply.kind !== 'failure') return rules.statuses.has(reply.status) ? 'failure' : 'success';
  if (!CAUSED_BY_UPSTREAM.has(reply.code)) return undefined;
  return reply.code === 'timeout' && endedByCaller(call, now, rules.deadlineMs) ? undefined : 'failure';
}

/** The same for a request that several calls may share. */
export function judgeOutcome(
  outcome: FinalOutcome,
  call: Pick<RunningCall, 'control' | 'startedAt'>,
  now: number,
  rules: JudgeRules,
): Verdict {
  switch (outcome.kind) {
    case 'response':
      return rules.statuses.has(outcome.response.status) ? 'failure' : 'success';
    case 'failure': {
      if (!CAUSED_BY_UPSTREAM.has(outcome.code)) return undefined;
      return outcome.code === 'timeout' && endedByCaller(call, now, rules.deadlineMs) ? undefined : 'failure';
    }
    case 'stream':
      return 'success';
    case 'canceled':
      return undefined;
  }
}

/** An impatient caller says nothing about the upstream. */
function endedByCaller(
  { control, startedAt }: Pick<RunningCall, 'control' | 'startedAt'>,
  now: number,
  deadlineMs: number,
): boolean {
  const isShorter = control.deadlineAt < startedAt + deadlineMs;
  return isShorter && now >= control.deadlineAt - TIMER_EARLY_MS;
}
