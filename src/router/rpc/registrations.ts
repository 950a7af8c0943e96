import { createEntryLimits } from '../entry-limits.js';
import { holdingLimits } from '../holdings.js';
import { limitOf } from '../limit.js';
import type { Endpoint, InvocationPolicy, MatchPolicy, Registration, Session } from '../model.js';
import { createPatternIndex } from '../patterns/pattern-index.js';
import type { RealmContext } from '../realm-context.js';
import type { Refusal } from '../refusals.js';
import { removeEndpoint } from './invocation-policy.js';

/**
 * Which callees serve which procedure. Publishes meta events for every change (WAMP, "Registration
 * Meta API").
 */
export interface Registrations {
  /** The registration with exactly this URI and policy. */
  get(match: MatchPolicy, uri: string): Registration | undefined;
  exact(procedure: string): Registration | undefined;
  /** Finds the best pattern that matches a procedure. Used if there is no exact registration. */
  bestPattern(procedure: string): Registration | undefined;
  byId(id: number): Registration | undefined;
  all(): Iterable<Registration>;
  /**
   * Adds a callee to the registration of that URI and policy. Creates the registration if there is
   * none.
   *
   * @param welcome called with the registration before any meta event is published
   */
  enter(request: RegistrationRequest, welcome: (registration: Registration) => void): void;
  leave(endpoint: Endpoint): void;
  /** Returns a refusal if one more callee, or one more registration, would exceed a limit. */
  check(callee: Session, match: MatchPolicy, uri: string): Refusal | undefined;
  /** Removes all registrations of a session, one per step. */
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
    ...holdingLimits(limits, 'Registration'),
    shapes: limitOf(limits, 'maxWildcardShapes'),
  });
  let lastId = 0;

  /** Adds a callee to an existing registration, or creates a new one for it. */
  function attach(request: RegistrationRequest, known: Registration | undefined): Endpoint {
    const { callee, uri, match, invoke, forwardTimeout, discloseCaller } = request;
    if (known !== undefined) {
      const endpoint = { registration: known, callee, forwardTimeout, discloseCaller };
      known.endpoints.push(endpoint);
      return endpoint;
    }
    const id = ++lastId;
    const endpoints: Endpoint[] = [];
    const registration = { id, uri, match, invoke, created: clock.wall(), endpoints, turn: 0 };
    const endpoint = { registration, callee, forwardTimeout, discloseCaller };
    // `push` would reserve space for seventeen endpoints.
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
    check(callee, match, uri) {
      const isNew = index.get(match, uri) === undefined;
      return held.check(callee, uri, isNew, index.shapesWith(match, uri));
    },
    byId: (id) => byId.get(id),
    all: () => byId.values(),
    enter(request, welcome) {
      const known = index.get(request.match, request.uri);
      const endpoint = attach(request, known);
      const { registration, callee } = endpoint;
      held.enter(callee, request.uri, known === undefined);
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

/** The details of a registration in the meta API. */
export function registrationDetails({ id, created, uri, match, invoke }: Registration): object {
  return { id, created: new Date(created).toISOString(), uri, match, invoke };
}
