import { type Observer, silentObserver } from './observer.js';

type Hear = (...fact: unknown[]) => void;

/**
 * Combines several observers into one. It passes each fact to all of them, in their order.
 *
 * @returns one observer for all of them. Without a loop over observers, a fact takes less time. So
 * the result for an empty list is the silent observer, and the result for one observer is that
 * observer itself.
 *
 * @example
 * ```ts
 * import { observeAll, silentObserver } from 'wamp-rpc-gateway';
 *
 * const sessions = {
 *   ...silentObserver,
 *   sessionJoined: (realm: string) => console.log('joined', realm),
 * };
 * const logins = {
 *   ...silentObserver,
 *   loginFailed: (realm: string) => console.log('login failed', realm),
 * };
 * const observer = observeAll([sessions, logins]);
 * observer.loginFailed('com.example.myrealm', 'ticket');
 * ```
 */
export function observeAll(observers: readonly Observer[]): Observer {
  const [first = silentObserver] = observers;
  if (observers.length <= 1) return first;
  const methods = Object.keys(silentObserver).map((name) => {
    const method = name as keyof Observer;
    // Most observers hear only some facts. The others cost nothing.
    const hearers = observers
      .filter((observer) => observer[method] !== silentObserver[method])
      .map((observer) => observer[method].bind(observer) as Hear);
    const values = silentObserver[method].length;
    const [hearer, ...others] = hearers;
    const tell = hearer && others.reduce((one, other) => both(one, other, values), hearer);
    return [name, tell ?? silentObserver[method]];
  });
  return Object.fromEntries(methods) as unknown as Observer;
}

/**
 * Tells a fact to two. A loop and rest parameters would take twice the time for facts with few
 * values, which every call has.
 */
function both(one: Hear, other: Hear, values: number): Hear {
  switch (values) {
    case 1:
      return (a) => {
        one(a);
        other(a);
      };
    case 2:
      return (a, b) => {
        one(a, b);
        other(a, b);
      };
    case 5:
      return (a, b, c, d, e) => {
        one(a, b, c, d, e);
        other(a, b, c, d, e);
      };
    default:
      return (...fact) => {
        one(...fact);
        other(...fact);
      };
  }
}
