import type { Endpoint, InvocationPolicy, Registration, Session } from '../model.js';

const POLICIES: readonly unknown[] = ['single', 'first', 'last', 'random', 'roundrobin'];

export function isInvocationPolicy(word: unknown): word is InvocationPolicy {
  return POLICIES.includes(word);
}

/**
 * Chooses the endpoint for the next call (WAMP, "Shared Registration"). A registration has at least
 * one endpoint.
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
      // Wraps around at the next call, not at the last one. So endpoints that were added in between
      // get their turn first.
      const index = registration.turn < endpoints.length ? registration.turn : 0;
      registration.turn = index + 1;
      return endpoints[index];
    }
  }
}

/**
 * Chooses the endpoint for a call after the callees in `tried` were unavailable (WAMP, "Call
 * Re-Routing"). Applies the registration's policy to the other callees. Returns undefined if all
 * callees were tried.
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
  // Searches for an untried endpoint. Calling `pickEndpoint` until it returns one would search the
  // list again for each tried endpoint.
  let index = endpoints.findIndex((endpoint, position) => position >= turn && isCandidate(endpoint));
  if (index === -1) index = endpoints.findIndex(isCandidate);
  if (index === -1) return undefined;
  registration.turn = index + 1;
  return endpoints[index];
}

/** Removes an endpoint. Does not change which of the others is next. */
export function removeEndpoint(registration: Registration, endpoint: Endpoint): void {
  const { endpoints } = registration;
  const index = endpoints.indexOf(endpoint);
  if (index === -1) return;
  endpoints.splice(index, 1);
  if (index < registration.turn) registration.turn--;
}
