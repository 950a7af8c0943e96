import { ProtocolViolation } from '../../wamp/decode.js';
import { type Call, type Cancel, type ErrorMessage, MESSAGE, type Yield } from '../../wamp/messages.js';
import { ERROR_URI, isReservedUri } from '../../wamp/uris.js';
import { ask, settle } from '../access/ask-authorizer.js';
import { tooMany } from '../limit.js';
import type { Session } from '../model.js';
import { isUsableUri } from '../patterns/pattern-index.js';
import { checkPacking, isOpaque } from '../payload-passthru.js';
import type { RealmContext } from '../realm-context.js';
import { type Objection, refuse } from '../refusals.js';
import { createAnswering } from './answering.js';
import { createCancelling } from './cancelling.js';
import { pickEndpoint } from './invocation-policy.js';
import { createInvoking } from './invoking.js';
import { createOpenCalls } from './open-calls.js';
import { createRegistering, type Registering } from './registering.js';
import { createRegistrations, type Registrations } from './registrations.js';

/**
 * Routes calls of one realm: CALL to INVOCATION, YIELD to RESULT, and ERROR where there is neither. What returns a promise
 * does so where an authorizer takes time.
 */
export interface Dealer extends Registering {
  readonly registrations: Registrations;
  /** @throws ProtocolViolation for a request ID that still waits for its answer */
  call(session: Session, message: Call): Promise<void> | undefined;
  cancel(session: Session, message: Cancel): Promise<void> | undefined;
  /** @throws ProtocolViolation for a packed payload from a callee that did not announce any */
  yield(session: Session, message: Yield): void;
  /** @throws ProtocolViolation for an ERROR that answers anything but an INVOCATION */
  error(session: Session, message: ErrorMessage): void;
  /** The session is gone: its calls are interrupted, its callers get `wamp.error.canceled`; a little with each step. */
  forget(session: Session): Iterable<void>;
  /**
   * From now on clients' calls go to parts of this process alone, which say themselves that they take none; the others are
   * refused. Resolves when the calls have ended that clients wait for.
   */
  drain(sessions: Iterable<Session>): Promise<void>;
}

/** @param callMeta answers calls of `wamp.` procedures, which are the router's own */
export function createDealer(
  context: RealmContext,
  callMeta: (session: Session, message: Call) => Promise<void> | undefined,
): Dealer {
  const { limits, rules, random } = context;
  const registrations = createRegistrations(context);
  const calls = createOpenCalls(context);
  const invoking = createInvoking(calls, context);
  const answering = createAnswering(calls, invoking, context);
  let draining = false;

  function objection(session: Session, { procedure, options, payload }: Call): Objection | undefined {
    if (!isUsableUri(procedure)) return [ERROR_URI.invalidUri, 'the procedure is not a valid URI'];
    if (!session.trusted && rules.routerOnly.has(procedure))
      return [ERROR_URI.notAuthorized, 'nobody but the router may call this procedure'];
    if (isOpaque(payload)) return [ERROR_URI.featureNotSupported, 'payload transparency is not supported'];
    if (options['progress'] === true)
      return [ERROR_URI.optionNotAllowed, 'progressive call invocations are not supported'];
    if (options['disclose_me'] === true && rules.disclosure === 'refuse')
      return [ERROR_URI.discloseMeDisallowed, 'this realm discloses no identities'];
    // The router's own session asks authenticators and authorizers on behalf of all.
    if (!session.trusted && (session.calls?.size ?? 0) >= limits.maxPendingCalls)
      return tooMany(`the session waits for as many calls as it may (${limits.maxPendingCalls})`, {
        most: limits.maxPendingCalls,
        key: 'wamp.max_pending_calls',
      });
    return undefined;
  }

  function route(session: Session, message: Call): Promise<void> | undefined {
    const { procedure, request } = message;
    const exact = registrations.exact(procedure);
    // Clients cannot register those, nor get their calls by a pattern.
    if (exact === undefined && isReservedUri(procedure)) return callMeta(session, message);
    const registration = exact ?? registrations.bestPattern(procedure);
    const endpoint = registration && pickEndpoint(registration, random);
    if (endpoint?.callee.gone === true) {
      // What it left is not all taken away yet.
      registrations.leave(endpoint);
      return route(session, message);
    }
    if (endpoint === undefined) {
      const sentence = 'no procedure is registered under this URI';
      return refuse(session, MESSAGE.CALL, request, ERROR_URI.noSuchProcedure, sentence);
    }
    if (draining && !session.trusted && !endpoint.callee.trusted) {
      return refuse(session, MESSAGE.CALL, request, ERROR_URI.unavailable, 'the router is closing');
    }
    invoking.begin(session, message, endpoint);
    return undefined;
  }

  return {
    ...createRegistering(registrations, context),
    ...answering,
    registrations,
    cancel: createCancelling(calls, context),
    call(session, message) {
      const { request } = message;
      // Two answers with one ID could not be told apart. (Repeated CALLs belong to progressive invocations.)
      if (session.calls?.has(request)) throw new ProtocolViolation('CALL: Request is in use');
      checkPacking('CALL', message.options, session.features.caller.payloadPassthru);
      const refused = objection(session, message);
      if (refused !== undefined) return refuse(session, MESSAGE.CALL, request, refused[0], refused[1]);
      const verdict = ask(rules.authorizer, session, 'call', message.procedure, 'exact');
      if (verdict === true) return route(session, message);
      return settle(
        verdict,
        session,
        () => route(session, message),
        (uri, sentence) => refuse(session, MESSAGE.CALL, request, uri, sentence),
      );
    },
    *forget(session) {
      yield* registrations.forget(session);
      yield* calls.forget(session);
    },
    drain(sessions) {
      draining = true;
      return calls.ended([...sessions].filter(({ trusted }) => !trusted));
    },
  };
}
