import { MESSAGE, type Register, type Unregister } from '../../wamp/messages.js';
import { ERROR_URI, isReservedUri } from '../../wamp/uris.js';
import { ask, settle } from '../access/ask-authorizer.js';
import type { Endpoint, InvocationPolicy, Registration, Session } from '../model.js';
import { isUsablePattern, matchPolicyOf } from '../patterns/pattern-index.js';
import type { RealmContext } from '../realm-context.js';
import { type Objection, refuse } from '../refusals.js';
import { isInvocationPolicy } from './invocation-policy.js';
import type { Registrations } from './registrations.js';

/** Handles REGISTER and UNREGISTER. Both methods return a promise if an authorizer takes time. */
export interface Registering {
  register(session: Session, message: Register): Promise<void> | undefined;
  unregister(session: Session, message: Unregister): Promise<void> | undefined;
}

export function createRegistering(registrations: Registrations, context: RealmContext): Registering {
  const { rules } = context;

  /** Checks a REGISTER by itself, without regard to existing registrations. */
  function objection(session: Session, { procedure, options }: Register): Objection | undefined {
    if (!isUsablePattern(matchPolicyOf(options), procedure))
      return [ERROR_URI.invalidUri, 'the procedure is not a valid URI or pattern'];
    if (isReservedUri(procedure))
      return [ERROR_URI.invalidUri, 'URIs that begin with wamp. are reserved for the router'];
    if (!isInvocationPolicy(options['invoke'] ?? 'single'))
      return [ERROR_URI.optionNotAllowed, 'invoke must be single, first, last, random or roundrobin'];
    if (options['disclose_caller'] === true && rules.disclosure === 'refuse' && !session.trusted)
      return [ERROR_URI.discloseMeDisallowed, 'this realm does not disclose identities'];
    return undefined;
  }

  /** Returns why an existing registration cannot have one more callee. */
  function conflict(session: Session, known: Registration, { options }: Register): Objection | undefined {
    if (options['force_reregister'] === true) {
      if (session.trusted || !known.endpoints.some(({ callee }) => callee.trusted)) return undefined;
      return [ERROR_URI.procedureAlreadyExists, 'the procedure is registered by the router itself'];
    }
    // autobahn|python treats a second REGISTERED with a known ID as a violation. So no policy lets
    // a session register twice.
    if (session.registrations?.has(known.id))
      return [ERROR_URI.procedureAlreadyExists, 'this session has already registered the procedure'];
    if (known.invoke === 'single' || known.invoke !== options['invoke'])
      return [
        ERROR_URI.procedureAlreadyExists,
        `the procedure is already registered, with invoke ${known.invoke}`,
      ];
    return undefined;
  }

  function enter(session: Session, message: Register): undefined {
    const { procedure: uri, options, request } = message;
    const match = matchPolicyOf(options);
    // Endpoints of sessions that have gone may still be here; they must not block a new callee.
    const stale = registrations.get(match, uri)?.endpoints.filter(({ callee }) => callee.gone) ?? [];
    for (const endpoint of stale) registrations.leave(endpoint);
    const known = registrations.get(match, uri);
    let refused = known && conflict(session, known, message);
    refused ??= registrations.objection(session, match, uri);
    if (refused !== undefined) return refuse(session, MESSAGE.REGISTER, request, refused[0], refused[1]);
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
   * Takes a registration from a callee that did not ask for it (WAMP, "Registration Revocation").
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
      const { procedure, options, request } = message;
      const deny = (uri: string, text: string): undefined =>
        refuse(session, MESSAGE.REGISTER, request, uri, text);
      const refused = objection(session, message);
      if (refused !== undefined) return deny(refused[0], refused[1]);
      const match = matchPolicyOf(options);
      const askFor = (action: 'register' | 'unregister') =>
        ask(rules.authorizer, session, action, procedure, match);
      const proceed = () => enter(session, message);
      // A session that replaces other callees needs both permissions.
      const proceedForced = () => settle(askFor('unregister'), session, proceed, deny);
      const isForced = options['force_reregister'] === true;
      return settle(askFor('register'), session, isForced ? proceedForced : proceed, deny);
    },
    unregister(session, { registration, request }) {
      const endpoint = session.registrations?.get(registration);
      const deny = (uri: string, text: string): undefined =>
        refuse(session, MESSAGE.UNREGISTER, request, uri, text);
      if (endpoint === undefined)
        return deny(ERROR_URI.noSuchRegistration, 'this session has no such registration');
      const { uri, match } = endpoint.registration;
      const proceed = (): undefined => {
        registrations.leave(endpoint);
        session.peer.send({ type: MESSAGE.UNREGISTERED, request });
      };
      return settle(ask(rules.authorizer, session, 'unregister', uri, match), session, proceed, deny);
    },
  };
}
