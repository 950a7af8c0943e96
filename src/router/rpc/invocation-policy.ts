import type { Endpoint, InvocationPolicy, Registration, Session } from '../model.js';

const POLICIES: readonly unknown[] = ['single', 'first', 'last', 'random', 'roundrobin'];

export function isInvocationPolicy(word: unknown): word is InvocationPolicy {
  return POLICIES.includes(word);
}

/** The endpoint that the next call goes to (WAMP, "Shared Registration"). A registration has one at least. */
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
      // Only now back to the beginning: who registered since the last call comes before that.
      const at = registration.turn < endpoints.length ? registration.turn : 0;
      registration.turn = at + 1;
      return endpoints[at];
    }
  }
}

/**
 * The endpoint that a call goes to after those in `tried` were unavailable, by the same policy as if they were not there
 * (WAMP, "Call Re-Routing"); undefined where all were tried.
 */
export function pickAnother(
  registration: Registration,
  tried: ReadonlySet<Session>,
  random: () => number,
): Endpoint | undefined {
  const { endpoints, turn } = registration;
  const isLeft = ({ callee }: Endpoint) => !tried.has(callee) && !callee.gone;
  if (registration.invoke !== 'roundrobin')
    return pickEndpoint({ ...registration, endpoints: endpoints.filter(isLeft) }, random);
  // One pass: a callee that says again and again that it is unavailable must not cost the square of their number.
  let at = endpoints.findIndex((endpoint, index) => index >= turn && isLeft(endpoint));
  if (at === -1) at = endpoints.findIndex(isLeft);
  if (at === -1) return undefined;
  registration.turn = at + 1;
  return endpoints[at];
}

/** Takes an endpoint out. Whose turn was next has the next turn still. */
export function removeEndpoint(registration: Registration, endpoint: Endpoint): void {
  const { endpoints } = registration;
  const at = endpoints.indexOf(endpoint);
  if (at === -1) return;
  endpoints.splice(at, 1);
  if (at < registration.turn) registration.turn--;
}
