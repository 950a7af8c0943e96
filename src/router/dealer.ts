import type { Clock } from '../clock.js';
import { ProtocolViolation } from '../wamp/decode.js';
import { nextId } from '../wamp/ids.js';
import { type Call, type Cancel, type ErrorMessage, MESSAGE, type Yield } from '../wamp/messages.js';
import type { Dict } from '../wamp/payload.js';
import type { SendOutcome } from '../wamp/peer.js';
import { ERROR_URI } from '../wamp/uris.js';
import { isUsableUri, NOTHING, refuse } from './answers.js';
import { createDeadlines } from './deadlines.js';
import type { PendingCall, Registration, RouterLimits, Session } from './model.js';
import { createRegistrations, type Registrations } from './registrations.js';

/** How much longer than the caller's timeout the dealer waits for a callee that keeps timeouts itself. */
const BACKSTOP_MARGIN_MS = 1000;

/** Routes calls of one realm: CALL to INVOCATION, YIELD to RESULT, and ERROR where there is neither. */
export interface Dealer {
  readonly registrations: Registrations;
  /** @throws ProtocolViolation for a request ID that still waits for its answer */
  call(session: Session, message: Call): void;
  cancel(session: Session, message: Cancel): void;
  yield(session: Session, message: Yield): void;
  /** @throws ProtocolViolation for an ERROR that answers anything but an INVOCATION */
  error(session: Session, message: ErrorMessage): void;
  /** The session is gone: its calls are interrupted, its callers get `wamp.error.canceled`. */
  forget(session: Session): void;
  /** Stops the timers. */
  close(): void;
}

export function createDealer(limits: RouterLimits, clock: Clock): Dealer {
  const registrations = createRegistrations(limits);
  const deadlines = createDeadlines(clock, onDue);

  function finish(call: PendingCall): void {
    call.caller.calls.delete(call.request);
    call.callee.invocations.delete(call.invocation);
    deadlines.clear(call);
  }

  function fail(call: PendingCall, uri: string, sentence: string): void {
    refuse(call.caller, MESSAGE.CALL, call.request, uri, sentence);
  }

  /** Only to callees that announced it: others take INTERRUPT for a protocol violation. */
  function interrupt(call: PendingCall, mode: 'kill' | 'killnowait', reason: string): void {
    if (!call.callee.features.callee.callCanceling || call.killed) return;
    call.callee.peer.send({ type: MESSAGE.INTERRUPT, request: call.invocation, options: { mode, reason } });
  }

  function onDue(call: PendingCall): void {
    finish(call);
    fail(call, ERROR_URI.timeout, 'the call took longer than its timeout');
    interrupt(call, 'killnowait', ERROR_URI.timeout);
  }

  /** Sets the call's deadline. Returns the timeout to forward to the callee, where it keeps timeouts itself. */
  function limit(call: PendingCall, registration: Registration, options: Dict): number | undefined {
    // Absent, null and 0 all mean that the caller has no wish.
    const wish = Number(options['timeout'] ?? 0);
    const timeout = Math.min(wish, limits.maxCallTimeout);
    const { forwardTimeout } = registration;
    if (wish > 0) {
      deadlines.own(call, forwardTimeout ? timeout + BACKSTOP_MARGIN_MS : timeout);
      return forwardTimeout ? timeout : undefined;
    }
    const fallback = limits.callTimeout === 0 ? limits.maxCallTimeout : limits.callTimeout;
    deadlines.common(
      call,
      forwardTimeout ? limits.maxCallTimeout + BACKSTOP_MARGIN_MS : Math.min(fallback, limits.maxCallTimeout),
    );
    return undefined;
  }

  function objection(session: Session, message: Call): readonly [uri: string, sentence: string] | undefined {
    if (!isUsableUri(message.procedure)) return [ERROR_URI.invalidUri, 'the procedure is not a valid URI'];
    if (message.payload.opaque !== undefined) {
      return [ERROR_URI.featureNotSupported, 'payload passthru is not supported'];
    }
    if (message.options['progress'] === true) {
      return [ERROR_URI.optionNotAllowed, 'progressive call invocations are not supported'];
    }
    if (session.calls.size >= limits.maxPendingCalls) {
      return [ERROR_URI.tooManyRequests, `a session may wait for ${limits.maxPendingCalls} calls at once`];
    }
    return undefined;
  }

  return {
    registrations,
    call(session, message) {
      // Two answers with one ID could not be told apart. (Repeated CALLs belong to progressive invocations.)
      if (session.calls.has(message.request)) throw new ProtocolViolation('CALL: Request is in use');
      const refused = objection(session, message);
      if (refused !== undefined)
        return refuse(session, MESSAGE.CALL, message.request, refused[0], refused[1]);
      const registration = registrations.find(message.procedure);
      if (registration === undefined) {
        const sentence = 'no procedure is registered under this URI';
        return refuse(session, MESSAGE.CALL, message.request, ERROR_URI.noSuchProcedure, sentence);
      }
      const { callee } = registration;
      callee.lastInvocation = nextId(callee.lastInvocation);
      const call: PendingCall = {
        caller: session,
        request: message.request,
        callee,
        invocation: callee.lastInvocation,
        killed: false,
        stopTimer: undefined,
        lane: undefined,
        dueAt: 0,
      };
      // Everything is in place before the INVOCATION leaves: a callee in this process may answer before send returns.
      session.calls.set(call.request, call);
      callee.invocations.set(call.invocation, call);
      const timeout = limit(call, registration, message.options);
      const identity = registration.discloseCaller ? session.callerDetails : NOTHING;
      const outcome = callee.peer.send({
        type: MESSAGE.INVOCATION,
        request: call.invocation,
        registration: registration.id,
        details: timeout === undefined ? identity : { ...identity, timeout },
        payload: message.payload,
      });
      // A callee that was lost in the act has been forgotten, and its callers told.
      if (outcome === 'sent' || session.calls.get(call.request) !== call) return;
      finish(call);
      fail(call, ...undeliverable(outcome, 'callee'));
    },
    cancel(session, message) {
      const call = session.calls.get(message.request);
      // Answered meanwhile, or cancelled before: there is nothing to say (and ERROR of type CANCEL kills clients).
      if (call === undefined || call.killed) return;
      const mode = message.options['mode'] ?? 'killnowait';
      if (mode === 'kill' && call.callee.features.callee.callCanceling) {
        interrupt(call, 'kill', ERROR_URI.canceled);
        call.killed = true;
        return;
      }
      finish(call);
      if (mode === 'skip' || mode === 'kill' || mode === 'killnowait') {
        fail(call, ERROR_URI.canceled, 'the call was cancelled');
        if (mode === 'killnowait') interrupt(call, 'killnowait', ERROR_URI.canceled);
      } else {
        // The caller wanted an end of it, and has one; the URI tells that it asked in a way that nobody knows.
        fail(
          call,
          ERROR_URI.invalidArgument,
          'CANCEL: mode must be skip, kill or killnowait; the call was ended',
        );
        interrupt(call, 'killnowait', ERROR_URI.invalidArgument);
      }
    },
    yield(session, message) {
      const call = session.invocations.get(message.request);
      // Unknown: an answer that comes after cancel, timeout or loss of the caller. Progress: nobody asked for it.
      if (call === undefined || message.options['progress'] === true) return;
      finish(call);
      if (message.payload.opaque !== undefined) {
        return fail(call, ERROR_URI.featureNotSupported, 'payload passthru is not supported');
      }
      const outcome = call.caller.peer.send({
        type: MESSAGE.RESULT,
        request: call.request,
        details: NOTHING,
        payload: message.payload,
      });
      if (outcome !== 'sent') fail(call, ...undeliverable(outcome, 'caller'));
    },
    error(session, message) {
      if (message.requestType !== MESSAGE.INVOCATION) {
        throw new ProtocolViolation('ERROR: a client may answer only INVOCATION');
      }
      const call = session.invocations.get(message.request);
      if (call === undefined) return;
      finish(call);
      if (message.payload.opaque !== undefined) {
        return fail(call, ERROR_URI.featureNotSupported, 'payload passthru is not supported');
      }
      const { request } = call;
      const { details, uri, payload } = message;
      const outcome = call.caller.peer.send({
        type: MESSAGE.ERROR,
        requestType: MESSAGE.CALL,
        request,
        details,
        uri,
        payload,
      });
      if (outcome !== 'sent') fail(call, ...undeliverable(outcome, 'caller'));
    },
    forget(session) {
      registrations.forget(session);
      // Its own calls first, so that a session which called itself is not answered after it has gone.
      for (const call of session.calls.values()) {
        finish(call);
        if (call.callee !== session) interrupt(call, 'killnowait', ERROR_URI.canceled);
      }
      for (const call of session.invocations.values()) {
        finish(call);
        fail(call, ERROR_URI.canceled, 'the callee is gone');
      }
    },
    close: () => deadlines.close(),
  };
}

/** What a caller is told when a message of its call could not be handed on. */
function undeliverable(
  outcome: SendOutcome,
  to: 'caller' | 'callee',
): readonly [uri: string, sentence: string] {
  const what = to === 'callee' ? 'the arguments' : 'the answer';
  switch (outcome) {
    case 'too_large':
      return [ERROR_URI.payloadSizeExceeded, `${what} exceed what the ${to} takes`];
    case 'unencodable': {
      const uri = to === 'callee' ? ERROR_URI.invalidArgument : ERROR_URI.runtimeError;
      return [uri, `${what} cannot be written for the ${to}`];
    }
    default:
      return [ERROR_URI.networkFailure, `the ${to} cannot be reached`];
  }
}
