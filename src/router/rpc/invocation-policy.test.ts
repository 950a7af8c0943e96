import { describe, expect, it } from 'vitest';
import type { Endpoint, InvocationPolicy, Registration, Session } from '../model.js';
import { isInvocationPolicy, pickAnother, pickEndpoint, removeEndpoint } from './invocation-policy.js';

/** A registration whose callees are named by letters. */
function registrationOf(invoke: InvocationPolicy, names: string) {
  const registration: Registration = {
    id: 1,
    uri: 'com.a',
    match: 'exact',
    invoke,
    created: 0,
    endpoints: [],
    turn: 0,
  };
  const add = (name: string): Endpoint => {
    const callee = { authid: name } as Session;
    const endpoint = { registration, callee, forwardTimeout: false, discloseCaller: false };
    registration.endpoints.push(endpoint);
    return endpoint;
  };
  for (const name of names) add(name);
  const remove = (name: string): void => {
    const endpoint = registration.endpoints.find(({ callee }) => callee.authid === name);
    if (endpoint !== undefined) removeEndpoint(registration, endpoint);
  };
  /** The callees that get the next calls. */
  const next = (calls: number, random = () => 0): string =>
    Array.from({ length: calls }, () => pickEndpoint(registration, random)?.callee.authid).join('');
  /** The callee that gets a call after each of `names` was unavailable. */
  const another = (names: string, random = () => 0): string | undefined => {
    const tried = registration.endpoints.filter(({ callee }) => names.includes(callee.authid));
    return pickAnother(registration, new Set(tried.map(({ callee }) => callee)), random)?.callee.authid;
  };
  return { registration, add, remove, next, another };
}

describe('an invocation policy', () => {
  it('has one of five names', () => {
    const words = ['single', 'first', 'last', 'random', 'roundrobin'];
    expect(words.every(isInvocationPolicy)).toBe(true);
    expect(['', 'all', null, 1, undefined].some(isInvocationPolicy)).toBe(false);
  });

  it.each<[InvocationPolicy, string]>([
    ['single', 'aaaa'],
    ['first', 'aaaa'],
    ['last', 'cccc'],
    ['roundrobin', 'abca'],
  ])('%s sends four calls to %s', (invoke, expected) => {
    expect(registrationOf(invoke, 'abc').next(4)).toBe(expected);
  });

  it('random takes the callee that the random number selects', () => {
    const draws = [0, 0.34, 0.67, 0.999];
    expect(registrationOf('random', 'abc').next(4, () => draws.shift() ?? 0)).toBe('abcc');
  });
});

describe('roundrobin continues where it was', () => {
  it.each([
    ['a callee leaves that had its turn', 2, 'a', 'cbc'],
    ['a callee leaves that has the next turn', 1, 'b', 'cac'],
    ['a callee leaves that has a later turn', 1, 'c', 'bab'],
    ['the last callee leaves, which has the next turn', 2, 'c', 'aba'],
  ])('when %s', (_what, calls, leaves, expected) => {
    const { next, remove } = registrationOf('roundrobin', 'abc');
    next(calls);
    remove(leaves);
    remove('nobody');
    expect(next(3)).toBe(expected);
  });

  it('when a callee is added, which gets the last turn', () => {
    const { add, next } = registrationOf('roundrobin', 'ab');
    expect(next(1)).toBe('a');
    add('c');
    expect(next(4)).toBe('bcab');
  });

  it('when a callee is added after the last turn: it gets the next call, before the round starts again', () => {
    const { add, next } = registrationOf('roundrobin', 'ab');
    expect(next(2)).toBe('ab');
    add('c');
    expect(next(4)).toBe('cabc');
  });

  it('when all callees have left and others are added', () => {
    const { add, next, remove } = registrationOf('roundrobin', 'ab');
    next(1);
    remove('b');
    remove('a');
    for (const name of 'xy') add(name);
    expect(next(3)).toBe('xyx');
  });
});

describe('a rerouted call goes', () => {
  it.each<[InvocationPolicy, string, string | undefined]>([
    ['single', 'a', undefined],
    ['first', 'a', 'b'],
    ['first', 'ab', 'c'],
    ['last', 'c', 'b'],
    ['last', 'bc', 'a'],
    ['roundrobin', 'a', 'b'],
    ['roundrobin', 'ab', 'c'],
    ['random', 'a', 'b'],
    ['random', 'abc', undefined],
    ['first', 'abc', undefined],
    ['roundrobin', 'abc', undefined],
  ])('by %s, after %s, to %s', (invoke, tried, expected) => {
    const { next, another } = registrationOf(invoke, invoke === 'single' ? 'a' : 'abc');
    if (invoke === 'roundrobin') next(1);
    expect(another(tried)).toBe(expected);
  });

  it('to the next callee in one pass, however many have refused', () => {
    const names = Array.from({ length: 1000 }, (_, at) => String.fromCharCode(0x4e00 + at));
    const { registration, next, another } = registrationOf('roundrobin', names.join(''));
    next(999);
    let looks = 0;
    const { endpoints } = registration;
    for (const method of ['indexOf', 'findIndex', 'find', 'filter'] as const) {
      const original = endpoints[method] as (...args: unknown[]) => unknown;
      Object.defineProperty(endpoints, method, {
        value: (...args: unknown[]) => {
          looks++;
          return original.apply(endpoints, args);
        },
      });
    }
    expect(another(names.slice(998).join(''))).toBe(names[0]);
    expect(looks).toBeLessThan(4);
  });

  it('by roundrobin past the end of the list, and the next turn follows that callee', () => {
    const { next, another } = registrationOf('roundrobin', 'abc');
    expect(next(3)).toBe('abc');
    expect(another('c')).toBe('a');
    expect(next(2)).toBe('bc');
  });
});
