import type { Cancel } from '../../wamp/messages.js';
import { ERROR_URI } from '../../wamp/uris.js';
import { ask, settle } from '../access/ask-authorizer.js';
import type { PendingCall, Session } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import type { OpenCalls } from './open-calls.js';

const KNOWN_MODES: readonly unknown[] = ['skip', 'kill', 'killnowait'];

/** Answers CANCEL (WAMP, "Call Canceling"); returns a promise where an authorizer takes time. */
export function createCancelling(
  calls: OpenCalls,
  { rules }: RealmContext,
): (session: Session, message: Cancel) => Promise<void> | undefined {
  function cancel(call: PendingCall, mode: unknown): void {
    if (mode === 'kill' && call.callee.features.callee.callCanceling) {
      calls.interrupt(call, 'kill', ERROR_URI.canceled);
      call.killed = true;
      return;
    }
    calls.finish(call);
    if (KNOWN_MODES.includes(mode)) {
      calls.fail(call, ERROR_URI.canceled, 'the call was cancelled');
      if (mode === 'killnowait') calls.interrupt(call, 'killnowait', ERROR_URI.canceled);
    } else {
      // The caller wanted an end of it, and has one; the URI tells that it asked in a way that nobody knows.
      const sentence = 'CANCEL: mode must be skip, kill or killnowait; the call was ended';
      calls.fail(call, ERROR_URI.invalidArgument, sentence);
      calls.interrupt(call, 'killnowait', ERROR_URI.invalidArgument);
    }
  }

  return (session, { request, options }) => {
    const call = session.calls?.get(request);
    // Answered meanwhile, or cancelled before: there is nothing to say (and ERROR of type CANCEL kills clients).
    if (call === undefined || call.killed) return undefined;
    return settle(
      ask(rules.authorizer, session, 'cancel', call.procedure, 'exact'),
      session,
      (): undefined => {
        // It may have been answered while the authorizer thought.
        if (session.calls?.get(request) === call) cancel(call, options['mode'] ?? 'killnowait');
      },
      // The call goes on: to say that it ended would be wrong, and nothing else can be said of a CALL.
      () => {},
    );
  };
}
