import { createEntryLimits } from '../entry-limits.js';
import type { Endpoint, InvocationPolicy, MatchPolicy, Registration, Session } from '../model.js';
import { createPatternIndex } from '../patterns/pattern-index.js';
import type { RealmContext } from '../realm-context.js';
import type { Objection } from '../refusals.js';
import { removeEndpoint } from './invocation-policy.js';

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
  enter(wish: RegistrationRequest, welcome: (registration: Registration) => void): void;
  leave(endpoint: Endpoint): void;
  /** What limit speaks against one more callee, or one more registration. */
  objection(callee: Session, match: MatchPolicy, uri: string): Objection | undefined;
  /** Takes away all that a session has registered, one with each step. */
  forget(session: Session): Iterable<void>;
  readonly size: number;
}

export interface RegistrationRequest {
  readonly callee: Session;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  readonly forwardTimeout: boolean;
  readonly discloseCaller: boolean;
}

export function createRegistrations({ limits, clock, announce }: RealmContext): Registrations {
  const index = createPatternIndex<Registration>();
  const byId = new Map<number, Registration>();
  const held = createEntryLimits({
    what: 'registrations',
    session: {
      count: { most: limits.maxRegistrations, key: 'wamp.max_registrations' },
      bytes: { most: limits.maxRegistrationBytes, key: 'wamp.max_registration_bytes' },
    },
    realm: {
      count: { most: limits.maxRegistrationsPerRealm, key: 'wamp.max_registrations_per_realm' },
      bytes: { most: limits.maxRegistrationBytesPerRealm, key: 'wamp.max_registration_bytes_per_realm' },
    },
    shapes: { most: limits.maxWildcardShapes, key: 'wamp.max_wildcard_shapes' },
  });
  let lastId = 0;

  /** Adds a callee to the registration that its wish names, a new one where there is none. */
  function attach(wish: RegistrationRequest, known: Registration | undefined): Endpoint {
    const { callee, uri, match, invoke, forwardTimeout, discloseCaller } = wish;
    if (known !== undefined) {
      const endpoint = { registration: known, callee, forwardTimeout, discloseCaller };
      known.endpoints.push(endpoint);
      return endpoint;
    }
    const id = ++lastId;
    const endpoints: Endpoint[] = [];
    const registration = { id, uri, match, invoke, created: clock.wall(), endpoints, turn: 0 };
    const endpoint = { registration, callee, forwardTimeout, discloseCaller };
    // Not by `push`, which makes room for seventeen at once.
    endpoints.length = 1;
    endpoints[0] = endpoint;
    index.set(match, uri, registration);
    byId.set(id, registration);
    return endpoint;
  }

  function leave(endpoint: Endpoint): void {
    const { callee, registration } = endpoint;
    const { id, match, uri, endpoints } = registration;
    if (callee.registrations?.delete(id) !== true) return;
    const wasOldest = endpoints[0] === endpoint;
    removeEndpoint(registration, endpoint);
    held.leave(callee, uri, wasOldest, endpoints[0]?.callee);
    const isLast = endpoints.length === 0;
    if (isLast) {
      index.delete(match, uri);
      byId.delete(id);
    }
    announce('wamp.registration.on_unregister', callee, [callee.id, id], { subject: registration });
    if (isLast) announce('wamp.registration.on_delete', callee, [callee.id, id], { subject: registration });
  }

  return {
    get: index.get,
    exact: index.exact,
    bestPattern: index.bestPattern,
    objection(callee, match, uri) {
      const isNew = index.get(match, uri) === undefined;
      return held.objection(callee, uri, isNew, index.shapesWith(match, uri));
    },
    byId: (id) => byId.get(id),
    all: () => byId.values(),
    enter(wish, welcome) {
      const known = index.get(wish.match, wish.uri);
      const endpoint = attach(wish, known);
      const { registration, callee } = endpoint;
      held.enter(callee, wish.uri, known === undefined);
      callee.registrations ??= new Map();
      callee.registrations.set(registration.id, endpoint);
      welcome(registration);
      if (known === undefined) {
        const details = registrationDetails(registration);
        announce('wamp.registration.on_create', callee, [callee.id, details], { subject: registration });
      }
      announce('wamp.registration.on_register', callee, [callee.id, registration.id], {
        subject: registration,
      });
    },
    leave,
    *forget(session) {
      for (const endpoint of session.registrations?.values() ?? []) yield leave(endpoint);
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
