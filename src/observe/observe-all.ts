import { type Observer, silentObserver } from './observer.js';

type Hear = (...fact: unknown[]) => void;

/**
 * One observer that tells several, in their order.
 *
 * @returns the silent observer where there are none, and the only one where there is one: neither costs a loop
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
