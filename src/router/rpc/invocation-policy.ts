import type { Endpoint, InvocationPolicy, Registration, Session } from '../model.js';

const POLICIES: readonly unknown[] = ['single', 'first', 'last', 'random', 'roundrobin'];

export function isInvocationPolicy(word: unknown): word is InvocationPolicy {
  return POLICIES.includes(word);
}

/**
 * The endpoint that the next call goes to (WAMP, "Shared Registration"). A registration has at
 * least one.
 */
export function pickEndpoint(registration: Registration, random: () => number): Endpoint | undefined {
  const { endpoints } = registration;
  switch (registration.invoke) {
    case 'single':
    case 'first':
      return endpoints[0];
    case 'last':
      return endpoints.at(-1);
    case 'random':
      return endpoints[Math.floor(random() * endpoints.length)];
    case 'roundrobin': {
      // Starts again at the first one only now: endpoints that were added since the last call come
      // first.
      const index = registration.turn < endpoints.length ? registration.turn : 0;
      registration.turn = index + 1;
      return endpoints[index];
    }
  }
}

/**
 * The endpoint that a call goes to after the callees in `tried` were unavailable, chosen by the
 * same policy as if they did not exist (WAMP, "Call Re-Routing"). Undefined if all were tried.
 */
export function pickAnother(
  registration: Registration,
  tried: ReadonlySet<Session>,
  random: () => number,
): Endpoint | undefined {
  const { endpoints, turn } = registration;
  const isCandidate = ({ callee }: Endpoint) => !tried.has(callee) && !callee.gone;
  if (registration.invoke !== 'roundrobin')
    return pickEndpoint({ ...registration, endpoints: endpoints.filter(isCandidate) }, random);
  // A single pass over the endpoints: callees that are unavailable again and again must not cost
  // quadratic time.
  let index = endpoints.findIndex((endpoint, position) => position >= turn && isCandidate(endpoint));
  if (index === -1) index = endpoints.findIndex(isCandidate);
  if (index === -1) return undefined;
  registration.turn = index + 1;
  return endpoints[index];
}

/** Removes an endpoint. The endpoint that has the next turn keeps it. */
export function removeEndpoint(registration: Registration, endpoint: Endpoint): void {
  const { endpoints } = registration;
  const index = endpoints.indexOf(endpoint);
  if (index === -1) return;
  endpoints.splice(index, 1);
  if (index < registration.turn) registration.turn--;
}
