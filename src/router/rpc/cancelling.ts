import type { Cancel } from '../../wamp/messages.js';
import { ERROR_URI } from '../../wamp/uris.js';
import { ask, settle } from '../access/ask-authorizer.js';
import type { PendingCall, Session } from '../model.js';
import type { RealmContext } from '../realm-context.js';
import type { OpenCalls } from './open-calls.js';

const KNOWN_MODES: readonly unknown[] = ['skip', 'kill', 'killnowait'];

/** Handles CANCEL (WAMP, "Call Canceling"). Returns a promise if an authorizer takes time. */
export function createCancelling(
  calls: OpenCalls,
  context: RealmContext,
): (session: Session, message: Cancel) => Promise<void> | undefined {
  function cancel(call: PendingCall, mode: unknown): void {
    if (mode === 'kill' && call.callee.features.callee.callCanceling) {
      calls.interrupt(call, 'kill', ERROR_URI.canceled);
      call.killed = true;
      return;
    }
    calls.finish(call, 'canceled');
    if (KNOWN_MODES.includes(mode)) {
      calls.fail(call, { uri: ERROR_URI.canceled, message: 'the call was cancelled' });
      if (mode === 'killnowait') calls.interrupt(call, 'killnowait', ERROR_URI.canceled);
    } else {
      // The call ends, as the caller wanted. The error URI tells the caller that the mode is
      // unknown.
      const message = 'CANCEL: mode must be skip, kill or killnowait; the call was ended';
      calls.fail(call, { uri: ERROR_URI.invalidArgument, message });
      calls.interrupt(call, 'killnowait', ERROR_URI.invalidArgument);
    }
  }

  return (session, message) => {
    const { request, options } = message;
    const call = session.calls?.get(request);
    // The call has ended or is already being cancelled. The router sends no response, because an
    // ERROR of type CANCEL crashes some clients.
    if (call === undefined || call.killed) return undefined;
    const verdict = ask(context.rules.authorizer, session, 'cancel', call.procedure, 'exact');
    return settle(verdict, {
      context,
      session,
      message,
      proceed(): undefined {
        // The call may have ended during the authorization.
        if (session.calls?.get(request) === call) cancel(call, options['mode'] ?? 'killnowait');
      },
      // The call continues. The router sends no response to CANCEL, because an ERROR for the CALL
      // would mean that the call has ended.
      refuse() {},
    });
  };
}
