import { expect, it } from 'vitest';
import { type Caller, callerKey } from './caller.js';

const caller = (rest: Partial<Caller>): Caller => ({
  realm: 'com.example',
  session: 1,
  authid: 'billing',
  authrole: 'backend',
  ...rest,
});

it.each<[string, Partial<Caller>, Partial<Caller>]>([
  ['sessions of one authid', { session: 1 }, { session: 2 }],
  ['roles of one authid', { authrole: 'one' }, { authrole: 'other' }],
  [
    'sessions that the router does not disclose',
    { session: undefined, authid: undefined, authrole: undefined },
    { session: undefined, authid: undefined, authrole: undefined },
  ],
])('one caller: %s', (_, one, other) => {
  expect(callerKey(caller(one))).toBe(callerKey(caller(other)));
});

it.each<[string, Partial<Caller>, Partial<Caller>]>([
  ['authids', { authid: 'one' }, { authid: 'other' }],
  ['equal authids of two realms', { realm: 'com.one' }, { realm: 'com.other' }],
  [
    'anonymous sessions with one authid',
    { authid: 'anonymous', session: 1 },
    { authid: 'anonymous', session: 2 },
  ],
  [
    'sessions of the role anonymous',
    { authrole: 'anonymous', session: 1 },
    { authrole: 'anonymous', session: 2 },
  ],
  ['sessions without an authid', { authid: undefined, session: 1 }, { authid: undefined, session: 2 }],
  ['an authid that looks like a session', { authid: '2' }, { authid: undefined, session: 2 }],
])('two callers: %s', (_, one, other) => {
  expect(callerKey(caller(one))).not.toBe(callerKey(caller(other)));
});

it('one caller: all calls that come from no router', () => {
  expect(callerKey(undefined)).toBeUndefined();
});
