import { ProtocolViolation } from '../../wamp/decode.js';
import type { Call, Cancel, ErrorMessage, Yield } from '../../wamp/messages.js';
import { ERROR_URI, isReflectionUri, isReservedUri } from '../../wamp/uris.js';
import { ask, settle } from '../access/ask-authorizer.js';
import { limitOf, tooMany } from '../limit.js';
import type { Session } from '../model.js';
import { isUsableUri } from '../patterns/pattern-index.js';
import { checkPacking, isOpaque } from '../payload-passthru.js';
import type { RealmContext } from '../realm-context.js';
import { NO_DISCLOSURE, OPAQUE_PAYLOAD, type Refusal, refuse } from '../refusals.js';
import { createAnswering } from './answering.js';
import { createCancelling } from './cancelling.js';
import { pickEndpoint } from './invocation-policy.js';
import { createInvoking } from './invoking.js';
import { createOpenCalls } from './open-calls.js';
import { createRegistering, type Registering } from './registering.js';
import { createRegistrations, type Registrations } from './registrations.js';

/**
 * Routes calls of one realm: turns CALL into INVOCATION, YIELD into RESULT, and responds with ERROR
 * if that fails. Methods return a promise if an authorizer takes time.
 */
export interface Dealer extends Registering {
  readonly registrations: Registrations;
  /** @throws ProtocolViolation if the request ID belongs to an open call */
  call(session: Session, message: Call): Promise<void> | undefined;
  cancel(session: Session, message: Cancel): Promise<void> | undefined;
  /**
   * @throws ProtocolViolation for a packed payload from a callee that did not announce the feature
   */
  yield(session: Session, message: Yield): void;
  /** @throws ProtocolViolation for an ERROR whose request type is not INVOCATION */
  error(session: Session, message: ErrorMessage): void;
  /**
   * Cleans up in small steps after a session has left. Interrupts its calls. Sends
   * `wamp.error.canceled` to the callers whose calls this session was handling.
   */
  forget(session: Session): Iterable<void>;
  /**
   * Starts the shutdown. From now on, calls of clients' procedures get `wamp.error.unavailable`.
   * Callees in this process still get calls and refuse them themselves. Resolves when the calls
   * that clients wait for have ended.
   */
  drain(sessions: Iterable<Session>): Promise<void>;
}

/** The maximum characters of a caller's URI in a log line. */
const MAX_LOGGED_URI = 200;

/** @param callMeta handles calls of `wamp.` procedures, which the router answers itself */
export function createDealer(
  context: RealmContext,
  callMeta: (session: Session, message: Call) => Promise<void> | undefined,
): Dealer {
  const { limits, rules, random, log, realm } = context;
  const registrations = createRegistrations(context);
  const calls = createOpenCalls(context);
  const invoking = createInvoking(calls, context);
  const answering = createAnswering(calls, invoking, context);
  let draining = false;

  function check(session: Session, { procedure, options, payload }: Call): Refusal | undefined {
    if (!isUsableUri(procedure))
      return { uri: ERROR_URI.invalidUri, message: 'the procedure is not a valid URI' };
    if (!session.trusted && rules.routerOnly.has(procedure))
      return { uri: ERROR_URI.notAuthorized, message: 'only the router may call this procedure' };
    if (isOpaque(payload)) return OPAQUE_PAYLOAD;
    if (options['progress'] === true)
      return { uri: ERROR_URI.optionNotAllowed, message: 'progressive call invocations are not supported' };
    if (options['disclose_me'] === true && rules.disclosure === 'refuse') return NO_DISCLOSURE;
    // The router's own session has no limit: it calls authenticators and authorizers for all
    // sessions.
    if (!session.trusted && (session.calls?.size ?? 0) >= limits.maxPendingCalls)
      return tooMany(
        `the session may have no more than ${limits.maxPendingCalls} open calls`,
        limitOf(limits, 'maxPendingCalls'),
      );
    return undefined;
  }

  function route(session: Session, message: Call): Promise<void> | undefined {
    const { procedure } = message;
    const exact = registrations.exact(procedure);
    // Clients cannot register these URIs, and patterns do not match them.
    if (exact === undefined && isReservedUri(procedure)) return callMeta(session, message);
    const registration = exact ?? registrations.bestPattern(procedure);
    const endpoint = registration && pickEndpoint(registration, random);
    if (endpoint?.callee.gone === true) {
      // The callee has left, but its cleanup has not removed this registration yet.
      registrations.leave(endpoint);
      return route(session, message);
    }
    if (endpoint === undefined) {
      const uri = ERROR_URI.noSuchProcedure;
      const called = { session: session.id, procedure: procedure.slice(0, MAX_LOGGED_URI) };
      log.debug({ realm }, 'a call found no registration', called);
      return refuse(session, message, { uri, message: 'no procedure is registered under this URI' });
    }
    if (draining && !session.trusted && !endpoint.callee.trusted) {
      return refuse(session, message, { uri: ERROR_URI.unavailable, message: 'the router is closing' });
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
      // The caller could not distinguish two responses with the same ID. (Progressive call
      // invocations repeat a CALL with the same ID. The router does not support them.)
      if (session.calls?.has(message.request)) throw new ProtocolViolation('CALL: Request is in use');
      checkPacking('CALL', message.options, session.features.caller.payloadPassthru);
      const refusal = check(session, message);
      if (refusal !== undefined) return refuse(session, message, refusal);
      const verdict = ask(rules.authorizer, session, 'call', message.procedure, 'exact');
      if (verdict === true || isReflectionUri(message.procedure)) return route(session, message);
      return settle(verdict, {
        context,
        session,
        message,
        proceed: () => route(session, message),
        refuse: (refusal) => refuse(session, message, refusal),
      });
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
