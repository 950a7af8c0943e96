import type { RoutedOutcome } from '../../observe/observer.js';
import { MESSAGE } from '../../wamp/messages.js';
import { ERROR_URI } from '../../wamp/uris.js';
import type { PendingCall, Session } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import { type Refusal, refuse } from '../refusals.js';
import { createDeadlines, type Deadlines } from './deadlines.js';
import { dropRerouting } from './rerouting.js';

/**
 * The calls that have no final RESULT or ERROR yet. Also ends calls that get no response from the
 * callee.
 */
export interface OpenCalls {
  readonly deadlines: Deadlines;
  /** Forgets a call. A later response to it is dropped. */
  finish(call: PendingCall, outcome: RoutedOutcome): void;
  /** Sends the caller an ERROR for its call. */
  fail(call: PendingCall, refusal: Refusal): void;
  /** Sends the callee an INTERRUPT, if it supports that. */
  interrupt(call: PendingCall, mode: 'kill' | 'killnowait', reason: string): void;
  /**
   * Cleans up after a session has left, one call per step. Interrupts its calls. Sends
   * `wamp.error.canceled` to the callers whose calls this session was handling.
   */
  forget(session: Session): Iterable<void>;
  /** Resolves when all calls that these callers wait for now have ended. */
  ended(callers: Iterable<Session>): Promise<void>;
}

/** A set of calls, and a function to call when all of them have ended. */
interface Awaited {
  readonly calls: Set<PendingCall>;
  resolve(): void;
}

export function createOpenCalls({ budgets, clock, observer, realm }: RealmContext): OpenCalls {
  const awaited: Awaited[] = [];
  const deadlines = createDeadlines(clock, (call) => {
    finish(call, 'timeout');
    fail(call, { uri: ERROR_URI.timeout, message: 'the call took longer than its timeout' });
    interrupt(call, 'killnowait', ERROR_URI.timeout);
  });

  function finish(call: PendingCall, outcome: RoutedOutcome): void {
    const wasOpen = call.caller.calls?.delete(call.request) === true;
    if (wasOpen) observer.routedCallEnded(realm, outcome);
    if (wasOpen && call.size > 0) budgets.pending.give(call.size);
    call.callee.invocations?.delete(call.invocation);
    deadlines.clear(call);
    dropRerouting(call);
    const { onEnded } = call;
    call.onEnded = undefined;
    onEnded?.();
    for (const { calls, resolve } of awaited) if (calls.delete(call) && calls.size === 0) resolve();
  }

  function fail({ caller, request }: PendingCall, refusal: Refusal): void {
    refuse(caller, { type: MESSAGE.CALL, request }, refusal);
  }

  /**
   * Sends INTERRUPT only to callees that announced call_canceling. Others treat it as a protocol
   * violation.
   */
  function interrupt(call: PendingCall, mode: 'kill' | 'killnowait', reason: string): void {
    if (!call.callee.features.callee.callCanceling || call.killed || call.callee.gone) return;
    call.callee.peer.send({ type: MESSAGE.INTERRUPT, request: call.invocation, options: { mode, reason } });
  }

  return {
    deadlines,
    finish,
    fail,
    interrupt,
    *forget(session) {
      // A session may have called itself. Its own calls end first, so that it gets no response to
      // them after it has left.
      for (const call of session.calls?.values() ?? []) {
        if (session.calls?.get(call.request) !== call) continue;
        finish(call, 'canceled');
        if (call.callee !== session) interrupt(call, 'killnowait', ERROR_URI.canceled);
        yield;
      }
      for (const call of session.invocations?.values() ?? []) {
        if (session.invocations?.get(call.invocation) !== call) continue;
        finish(call, 'error');
        fail(call, { uri: ERROR_URI.canceled, message: 'the callee is gone' });
        yield;
      }
    },
    ended(callers) {
      const calls = new Set<PendingCall>();
      for (const { calls: open } of callers) for (const call of open?.values() ?? []) calls.add(call);
      if (calls.size === 0) return Promise.resolve();
      return new Promise((resolve) => void awaited.push({ calls, resolve }));
    },
  };
}
