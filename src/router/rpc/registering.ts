import { MESSAGE, type Register, type Unregister } from '../../wamp/messages.js';
import { ERROR_URI, isReservedUri } from '../../wamp/uris.js';
import { ask, settle } from '../access/ask-authorizer.js';
import type { Endpoint, InvocationPolicy, Registration, Session } from '../model.js';
import { isUsablePattern, matchPolicyOf } from '../patterns/pattern-index.js';
import type { RealmContext } from '../realm-context.js';
import { NO_DISCLOSURE, RESERVED_URI, type Refusal, refuse } from '../refusals.js';
import { isInvocationPolicy } from './invocation-policy.js';
import type { Registrations } from './registrations.js';

/** Handles REGISTER and UNREGISTER. Both methods return a promise if an authorizer takes time. */
export interface Registering {
  register(session: Session, message: Register): Promise<void> | undefined;
  unregister(session: Session, message: Unregister): Promise<void> | undefined;
}

export function createRegistering(registrations: Registrations, context: RealmContext): Registering {
  const { rules } = context;

  /** Checks a REGISTER without looking at existing registrations. */
  function check(session: Session, { procedure, options }: Register): Refusal | undefined {
    if (!isUsablePattern(matchPolicyOf(options), procedure))
      return { uri: ERROR_URI.invalidUri, message: 'the procedure is not a valid URI or pattern' };
    if (isReservedUri(procedure)) return RESERVED_URI;
    if (!isInvocationPolicy(options['invoke'] ?? 'single')) return BAD_POLICY;
    if (options['disclose_caller'] === true && rules.disclosure === 'refuse' && !session.trusted)
      return NO_DISCLOSURE;
    return undefined;
  }

  /** Returns why an existing registration cannot have one more callee. */
  function conflict(session: Session, known: Registration, { options }: Register): Refusal | undefined {
    if (options['force_reregister'] === true) {
      if (session.trusted || !known.endpoints.some(({ callee }) => callee.trusted)) return undefined;
      return exists('the procedure is registered by the router itself');
    }
    // No policy allows a session to register the same procedure twice. autobahn|python treats a
    // second REGISTERED with a known ID as a violation.
    if (session.registrations?.has(known.id))
      return exists('this session has already registered the procedure');
    if (known.invoke === 'single' || known.invoke !== options['invoke'])
      return exists(`the procedure is already registered, with invoke ${known.invoke}`);
    return undefined;
  }

  function enter(session: Session, message: Register): undefined {
    const { procedure: uri, options, request } = message;
    const match = matchPolicyOf(options);
    // Endpoints of sessions that have left may still exist. They must not block a new callee.
    const stale = registrations.get(match, uri)?.endpoints.filter(({ callee }) => callee.gone) ?? [];
    for (const endpoint of stale) registrations.leave(endpoint);
    const known = registrations.get(match, uri);
    const refusal = (known && conflict(session, known, message)) ?? registrations.check(session, match, uri);
    if (refusal !== undefined) return refuse(session, message, refusal);
    if (options['force_reregister'] === true) for (const old of [...(known?.endpoints ?? [])]) revoke(old);
    const registrationRequest = {
      callee: session,
      uri,
      match,
      invoke: (options['invoke'] ?? 'single') as InvocationPolicy,
      forwardTimeout: options['forward_timeout'] === true && session.features.callee.callTimeout,
      discloseCaller: options['disclose_caller'] === true,
    };
    registrations.enter(registrationRequest, ({ id }) => {
      session.peer.send({ type: MESSAGE.REGISTERED, request, registration: id });
    });
  }

  /**
   * Removes a callee's registration although the callee did not ask for it (WAMP, "Registration
   * Revocation").
   */
  function revoke(endpoint: Endpoint): void {
    const { callee, registration } = endpoint;
    registrations.leave(endpoint);
    // A callee that did not announce this feature must not get the message.
    if (!callee.features.callee.registrationRevocation) return;
    const details = { registration: registration.id, reason: 'another session has registered the procedure' };
    callee.peer.send({ type: MESSAGE.UNREGISTERED, request: 0, details });
  }

  return {
    register(session, message) {
      const { procedure, options } = message;
      const deny = (refusal: Refusal): undefined => refuse(session, message, refusal);
      const refusal = check(session, message);
      if (refusal !== undefined) return deny(refusal);
      const match = matchPolicyOf(options);
      const askFor = (action: 'register' | 'unregister') =>
        ask(rules.authorizer, session, action, procedure, match);
      const proceed = () => enter(session, message);
      // A session that replaces other callees needs both permissions.
      const authorizationRequest = { context, session, message, proceed, refuse: deny };
      const proceedForced = () => settle(askFor('unregister'), authorizationRequest);
      const isForced = options['force_reregister'] === true;
      return settle(
        askFor('register'),
        isForced ? { ...authorizationRequest, proceed: proceedForced } : authorizationRequest,
      );
    },
    unregister(session, message) {
      const { registration, request } = message;
      const endpoint = session.registrations?.get(registration);
      const deny = (refusal: Refusal): undefined => refuse(session, message, refusal);
      if (endpoint === undefined) return deny(NO_SUCH_REGISTRATION);
      const { uri, match } = endpoint.registration;
      const proceed = (): undefined => {
        registrations.leave(endpoint);
        session.peer.send({ type: MESSAGE.UNREGISTERED, request });
      };
      const verdict = ask(rules.authorizer, session, 'unregister', uri, match);
      return settle(verdict, { context, session, message, proceed, refuse: deny });
    },
  };
}

const exists = (message: string): Refusal => ({ uri: ERROR_URI.procedureAlreadyExists, message });

const BAD_POLICY: Refusal = {
  uri: ERROR_URI.optionNotAllowed,
  message: 'invoke must be single, first, last, random or roundrobin',
};

const NO_SUCH_REGISTRATION: Refusal = {
  uri: ERROR_URI.noSuchRegistration,
  message: 'this session has no such registration',
};
