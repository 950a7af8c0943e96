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
    const hearers = observers.map((observer) => observer[name as keyof Observer].bind(observer) as Hear);
    const tell: Hear = (...fact) => {
      for (const hear of hearers) hear(...fact);
    };
    return [name, tell];
  });
  return Object.fromEntries(methods) as unknown as Observer;
}
