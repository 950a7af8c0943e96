import type { RoutedOutcome } from '../../observe/observer.js';
import { ProtocolViolation } from '../../wamp/decode.js';
import { type ErrorMessage, MESSAGE, type Yield } from '../../wamp/messages.js';
import { type Dict, NOTHING } from '../../wamp/payload.js';
import { ERROR_URI } from '../../wamp/uris.js';
import type { PendingCall, Session } from '../model.js';
import { checkPacking, isOpaque, isPacked, packingOf } from '../payload-passthru.js';
import type { RealmContext } from '../realm-context.js';
import { OPAQUE_PAYLOAD, type Refusal } from '../refusals.js';
import { undeliverable } from '../undeliverable.js';
import { pickAnother } from './invocation-policy.js';
import type { Invoking } from './invoking.js';
import type { OpenCalls } from './open-calls.js';
import { dropRerouting } from './rerouting.js';

const PROGRESS: Dict = Object.freeze({ progress: true });

/**
 * Passes the responses of callees to their callers. Drops late responses of calls that have ended.
 */
export interface Answering {
  /**
   * @throws ProtocolViolation for a packed payload from a callee that did not announce the feature
   */
  yield(session: Session, message: Yield): void;
  /** @throws ProtocolViolation for an ERROR whose request type is not INVOCATION */
  error(session: Session, message: ErrorMessage): void;
}

export function createAnswering(calls: OpenCalls, invoking: Invoking, { random }: RealmContext): Answering {
  function progress(call: PendingCall, message: Yield): void {
    if (!call.progressive || call.caller.gone) return;
    // The caller now has part of the result. So the call can no longer be rerouted.
    dropRerouting(call);
    // The timeout limits the time to the first result, and then the time between results (WAMP,
    // "Progressive Call Results"). A callee that got INTERRUPT cannot extend the deadline.
    if (!call.killed) calls.deadlines.restart(call);
    result(call, message, true);
  }

  function result(call: PendingCall, { options, payload }: Yield, isProgress: boolean): undefined {
    let details = isProgress ? PROGRESS : NOTHING;
    if (isPacked(options)) {
      if (!call.caller.features.caller.payloadPassthru) return refuse(call, isProgress, TAKES_NO_PACKED);
      details = { ...details, ...packingOf(options) };
    }
    if (isOpaque(payload)) return refuse(call, isProgress, OPAQUE_PAYLOAD);
    const outcome = call.caller.peer.send({ type: MESSAGE.RESULT, request: call.request, details, payload });
    // If the caller has disconnected, its cleanup ends the call and interrupts the callee.
    if (outcome === 'sent' || (isProgress && outcome === 'closed')) return;
    refuse(call, isProgress, undeliverable(outcome, 'caller'));
  }

  /** Ends a call whose response cannot be sent to the caller. */
  function refuse(call: PendingCall, isProgress: boolean, refusal: Refusal): undefined {
    calls.finish(call, 'error');
    calls.fail(call, refusal);
    if (isProgress) calls.interrupt(call, 'killnowait', refusal.uri);
  }

  /**
   * Reroutes a call if its callee is unavailable. Returns false if that is impossible. Then the
   * caller gets the callee's ERROR.
   */
  function reroute(call: PendingCall): boolean {
    const { rerouting } = call;
    if (rerouting === undefined || call.killed) return false;
    const { message, registration, tried } = rerouting;
    call.callee.invocations?.delete(call.invocation);
    tried.add(call.callee);
    const next = pickAnother(registration, tried, random);
    if (next !== undefined) {
      invoking.retry(call, message, next);
    } else {
      calls.finish(call, 'error');
      calls.fail(call, { uri: ERROR_URI.noAvailableCallee, message: 'all callees are unavailable' });
    }
    return true;
  }

  return {
    yield(session, message) {
      checkPacking('YIELD', message.options, session.features.callee.payloadPassthru);
      const call = session.invocations?.get(message.request);
      if (call === undefined) return;
      if (message.options['progress'] === true) return progress(call, message);
      calls.finish(call, 'ok');
      // The caller's connection may carry another session by now.
      if (!call.caller.gone) result(call, message, false);
    },
    error(session, message) {
      if (message.requestType !== MESSAGE.INVOCATION) {
        throw new ProtocolViolation('ERROR: a client may answer only INVOCATION');
      }
      const call = session.invocations?.get(message.request);
      if (call === undefined) return;
      if (message.uri === ERROR_URI.unavailable && reroute(call)) return;
      calls.finish(call, outcomeOf(message.uri));
      if (call.caller.gone) return;
      if (isOpaque(message.payload)) return refuse(call, false, OPAQUE_PAYLOAD);
      const { details, uri, payload } = message;
      const { request } = call;
      const outcome = call.caller.peer.send({
        type: MESSAGE.ERROR,
        requestType: MESSAGE.CALL,
        request,
        details,
        uri,
        payload,
      });
      if (outcome !== 'sent') calls.fail(call, undeliverable(outcome, 'caller'));
    },
  };
}

/** A callee may end a call itself, because it is cancelled or because it takes too long. */
function outcomeOf(uri: string): RoutedOutcome {
  if (uri === ERROR_URI.canceled) return 'canceled';
  return uri === ERROR_URI.timeout ? 'timeout' : 'error';
}

const TAKES_NO_PACKED: Refusal = {
  uri: ERROR_URI.featureNotSupported,
  message: 'the caller does not accept packed payloads',
};
