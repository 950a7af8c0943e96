import type { CallErrorCode } from '../../errors.js';
import type { Verdict } from '../../upstream/circuit-breaker.js';
import type { RunningCall } from './call.js';
import type { Reply } from './reply.js';

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

/** An impatient caller says nothing about the upstream. */
function endedByCaller({ control, startedAt }: RunningCall, now: number, deadlineMs: number): boolean {
  const isShorter = control.deadlineAt < startedAt + deadlineMs;
  return isShorter && now >= control.deadlineAt - TIMER_EARLY_MS;
}
