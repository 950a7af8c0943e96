import { type Observer, silentObserver } from './observer.js';

type Hear = (...fact: unknown[]) => void;

/**
 * Combines several observers into one. It passes each fact to all of them, in their order.
 *
 * @returns the silent observer if there are none, and the observer itself if there is only one.
 * Neither needs a loop.
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
