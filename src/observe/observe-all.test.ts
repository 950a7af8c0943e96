import { describe, expect, it } from 'vitest';
import { observeAll } from './observe-all.js';
import { type Observer, silentObserver } from './observer.js';

const METHODS = Object.keys(silentObserver) as (keyof Observer)[];

/** An observer that keeps what it hears. */
function listening(heard: unknown[]): Observer {
  const methods = METHODS.map((method) => [method, (...fact: unknown[]) => heard.push([method, ...fact])]);
  return Object.fromEntries(methods) as unknown as Observer;
}

describe('several observers', () => {
  it('all get each fact with all its values', () => {
    const [one, other]: unknown[][] = [[], []];
    const all = observeAll([listening(one!), listening(other!)]);
    expect(Object.keys(all)).toEqual(METHODS);
    const values = METHODS.map((method) => [
      method,
      ...[1, 2, 3, 4, 5].slice(0, silentObserver[method].length),
    ]);
    for (const [method, ...fact] of values)
      (all[method as keyof Observer] as (...fact: unknown[]) => void)(...fact);
    expect(one).toEqual(values);
    expect(other).toEqual(one);
  });

  it('cost nothing for the facts that none of them hears', () => {
    const [one, other]: unknown[][] = [[], []];
    const all = observeAll([
      { ...silentObserver, serviceUp: (service) => void one!.push(service) },
      { ...silentObserver, serviceDown: (service) => void other!.push(service) },
    ]);
    expect(all.callBegan).toBe(silentObserver.callBegan);
    all.serviceUp('billing');
    all.serviceDown('shop');
    expect([one, other]).toEqual([['billing'], ['shop']]);
  });

  it('keep their own `this`', () => {
    class Counting {
      count = 0;
      sessionJoined() {
        this.count++;
      }
    }
    const counting = new Counting();
    const all = observeAll([
      Object.assign(counting, { ...silentObserver, sessionJoined: counting.sessionJoined }),
      silentObserver,
    ]);
    all.sessionJoined('com.example.myrealm');
    expect(counting.count).toBe(1);
  });

  it('become that observer itself if there is one, and the silent observer if there is none', () => {
    const only = listening([]);
    expect(observeAll([only])).toBe(only);
    expect(observeAll([])).toBe(silentObserver);
  });
});
