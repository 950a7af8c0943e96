import { removeEndpoint } from './invocation-policy.js';
import type { Endpoint, InvocationPolicy, MatchPolicy, Registration, Session } from './model.js';
import { createPatternIndex } from './pattern-index.js';
import type { RealmContext } from './realm-context.js';

/** Who answers which procedure. Tells meta events of every change (WAMP, "Registration Meta API"). */
export interface Registrations {
  /** The registration of this very URI with this policy. */
  get(match: MatchPolicy, uri: string): Registration | undefined;
  exact(procedure: string): Registration | undefined;
  /** The best pattern that matches a procedure for which there is no registration of its own. */
  bestPattern(procedure: string): Registration | undefined;
  byId(id: number): Registration | undefined;
  all(): Iterable<Registration>;
  /**
   * Adds a callee, to the registration of that URI and policy where there is one.
   *
   * @param welcome told of the registration before anyone else is
   */
  enter(wish: RegistrationWish, welcome: (registration: Registration) => void): void;
  leave(endpoint: Endpoint): void;
  /** Takes away all that a session has registered. */
  forget(session: Session): void;
  readonly size: number;
}

export interface RegistrationWish {
  readonly callee: Session;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  readonly forwardTimeout: boolean;
  readonly discloseCaller: boolean;
}

export function createRegistrations({ clock, announce }: RealmContext): Registrations {
  const index = createPatternIndex<Registration>();
  const byId = new Map<number, Registration>();
  let lastId = 0;

  function create({ uri, match, invoke }: RegistrationWish): Registration {
    const id = ++lastId;
    const registration = { id, uri, match, invoke, created: clock.wall(), endpoints: [], turn: 0 };
    index.set(match, uri, registration);
    byId.set(id, registration);
    return registration;
  }

  function leave(endpoint: Endpoint): void {
    const { callee, registration } = endpoint;
    const { id, match, uri, endpoints } = registration;
    if (callee.registrations?.delete(id) !== true) return;
    removeEndpoint(registration, endpoint);
    const isLast = endpoints.length === 0;
    if (isLast) {
      index.delete(match, uri);
      byId.delete(id);
    }
    announce('wamp.registration.on_unregister', callee, [callee.id, id]);
    if (isLast) announce('wamp.registration.on_delete', callee, [callee.id, id]);
  }

  return {
    get: index.get,
    exact: index.exact,
    bestPattern: index.bestPattern,
    byId: (id) => byId.get(id),
    all: () => byId.values(),
    enter(wish, welcome) {
      const known = index.get(wish.match, wish.uri);
      const registration = known ?? create(wish);
      const { callee, forwardTimeout, discloseCaller } = wish;
      const endpoint: Endpoint = { registration, callee, forwardTimeout, discloseCaller };
      registration.endpoints.push(endpoint);
      callee.registrations ??= new Map();
      callee.registrations.set(registration.id, endpoint);
      welcome(registration);
      if (known === undefined) {
        announce('wamp.registration.on_create', callee, [callee.id, registrationDetails(registration)]);
      }
      announce('wamp.registration.on_register', callee, [callee.id, registration.id]);
    },
    leave,
    forget(session) {
      for (const endpoint of session.registrations?.values() ?? []) leave(endpoint);
    },
    get size() {
      return byId.size;
    },
  };
}

/** What the meta API tells of a registration. */
export function registrationDetails({ id, created, uri, match, invoke }: Registration): object {
  return { id, created: new Date(created).toISOString(), uri, match, invoke };
}
