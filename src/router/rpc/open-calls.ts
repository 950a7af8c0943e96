import { MESSAGE } from '../../wamp/messages.js';
import { ERROR_URI } from '../../wamp/uris.js';
import type { PendingCall, Session } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import { refuse } from '../refusals.js';
import { createDeadlines, type Deadlines } from './deadlines.js';
import { dropRerouting } from './rerouting.js';

/** Calls that are not answered yet: how they end when nobody answers them. */
export interface OpenCalls {
  readonly deadlines: Deadlines;
  /** Forgets a call; its answer, if one comes, is dropped. */
  finish(call: PendingCall): void;
  /** Tells the caller that a call came to nothing. */
  fail(call: PendingCall, uri: string, sentence: string): void;
  /** Tells the callee that nobody wants its answer, where it can hear that. */
  interrupt(call: PendingCall, mode: 'kill' | 'killnowait', reason: string): void;
  /** The session is gone: its calls are interrupted, its callers get `wamp.error.canceled`, one with each step. */
  forget(session: Session): Iterable<void>;
  /** Resolves when the calls have ended that these callers wait for now. */
  ended(callers: Iterable<Session>): Promise<void>;
}

/** Calls whose end somebody waits for. */
interface Awaited {
  readonly calls: Set<PendingCall>;
  tell(): void;
}

export function createOpenCalls({ budgets, clock }: RealmContext): OpenCalls {
  const awaited: Awaited[] = [];
  const deadlines = createDeadlines(clock, (call) => {
    finish(call);
    fail(call, ERROR_URI.timeout, 'the call took longer than its timeout');
    interrupt(call, 'killnowait', ERROR_URI.timeout);
  });

  function finish(call: PendingCall): void {
    const wasOpen = call.caller.calls?.delete(call.request) === true;
    if (wasOpen && call.weight > 0) budgets.pending.give(call.weight);
    call.callee.invocations?.delete(call.invocation);
    deadlines.clear(call);
    dropRerouting(call);
    for (const { calls, tell } of awaited) if (calls.delete(call) && calls.size === 0) tell();
  }

  function fail(call: PendingCall, uri: string, sentence: string): void {
    refuse(call.caller, MESSAGE.CALL, call.request, uri, sentence);
  }

  /** Only to callees that announced it: others take INTERRUPT for a protocol violation. */
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
      // Its own calls first, so that a session which called itself is not answered after it has gone.
      for (const call of session.calls?.values() ?? []) {
        if (session.calls?.get(call.request) !== call) continue;
        finish(call);
        if (call.callee !== session) interrupt(call, 'killnowait', ERROR_URI.canceled);
        yield;
      }
      for (const call of session.invocations?.values() ?? []) {
        if (session.invocations?.get(call.invocation) !== call) continue;
        finish(call);
        fail(call, ERROR_URI.canceled, 'the callee is gone');
        yield;
      }
    },
    ended(callers) {
      const calls = new Set<PendingCall>();
      for (const { calls: open } of callers) for (const call of open?.values() ?? []) calls.add(call);
      if (calls.size === 0) return Promise.resolve();
      return new Promise((tell) => void awaited.push({ calls, tell }));
    },
  };
}
