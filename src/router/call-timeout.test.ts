import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.js';
import { LIMITS } from '../../test/support/limits.js';
import { ALL_ROLES, hello, type RawClient, rawOver } from '../../test/support/raw-client.js';
import { MESSAGE } from '../wamp/messages.js';
import { IN_PROCESS, localPeers } from '../wamp/peer.js';
import { createRouter, type Router } from './router.js';

const CAPABLE = {
  roles: { ...ALL_ROLES, callee: { features: { call_canceling: true, call_timeout: true } } },
};
const TIMEOUT = [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.timeout', [expect.any(String)]];

describe('the deadline of a call', () => {
  let clock: FakeClock;
  let router: Router;
  beforeEach(() => {
    clock = createFakeClock();
    router = createRouter({
      realms: ['realm1'],
      limits: {
        ...LIMITS,
        callTimeout: 30_000,
        maxCallTimeout: 600_000,
        maxPendingCalls: 10,
        maxSessions: 10,
      },
      allowAnonymous: true,
      agent: 'test',
      clock,
    });
  });

  async function join(details: object = CAPABLE): Promise<RawClient> {
    const [ours, theirs] = localPeers();
    router.attach(theirs, IN_PROCESS);
    const client = rawOver(ours);
    await hello(client, 'realm1', details);
    return client;
  }
  /** An open call: [caller, callee, details of its invocation]. */
  async function call(options: object, registration: object, calleeDetails?: object) {
    const [callee, caller] = [await join(calleeDetails), await join()];
    callee.send([MESSAGE.REGISTER, 1, registration, 'com.a']);
    await callee.next();
    caller.send([MESSAGE.CALL, 1, options, 'com.a']);
    return [caller, callee, (await callee.next())[3]] as const;
  }

  it.each([
    ['the default', {}, {}, 30_000],
    ['the default if the caller says 0', { timeout: 0 }, {}, 30_000],
    ['the caller’s own, longer than the default', { timeout: 60_000 }, {}, 60_000],
    ['the cap if the caller asks for more', { timeout: 10_000_000 }, {}, 600_000],
    [
      'beyond the caller’s own, for a callee that keeps it',
      { timeout: 60_000 },
      { forward_timeout: true },
      61_000,
    ],
    ['longer than the cap for a callee that enforces it itself', {}, { forward_timeout: true }, 601_000],
  ])('is %s', async (_what, options, registration, due) => {
    const [caller, callee] = await call(options, registration);
    clock.advance(due - 1);
    expect(caller.unread).toBe(0);
    clock.advance(1);
    expect(await caller.next()).toEqual(TIMEOUT);
    expect(await callee.next()).toEqual([
      MESSAGE.INTERRUPT,
      1,
      { mode: 'killnowait', reason: 'wamp.error.timeout' },
    ]);
    expect(router.counts().pendingCalls).toBe(0);
  });

  it.each([
    ['announced and asked for', { forward_timeout: true }, CAPABLE, { timeout: 500 }],
    ['not asked for', {}, CAPABLE, {}],
    ['not announced', { forward_timeout: true }, { roles: ALL_ROLES }, {}],
  ])('is forwarded to a callee if that is %s', async (_what, registration, details, expected) => {
    expect((await call({ timeout: 500 }, registration, details))[2]).toEqual(expected);
  });

  it('is forwarded together with the caller’s identity, and never above the cap', async () => {
    const registration = { forward_timeout: true, disclose_caller: true };
    expect((await call({ timeout: 10_000_000 }, registration))[2]).toEqual({
      caller: expect.any(Number),
      caller_authid: expect.any(String),
      caller_authrole: 'trusted',
      timeout: 600_000,
    });
  });

  it('leaves no timer behind once its call is answered', async () => {
    const [caller, callee] = await call({ timeout: 500 }, {});
    const before = clock.pending;
    callee.send([MESSAGE.YIELD, 1, {}]);
    await caller.next();
    expect(clock.pending).toBe(before - 1);
  });

  it('shares one timer with all calls of the same duration', async () => {
    const [caller, callee] = await call({}, {});
    const before = clock.pending;
    clock.advance(10_000);
    for (const request of [2, 3]) {
      caller.send([MESSAGE.CALL, request, {}, 'com.a']);
      await callee.next();
    }
    expect(clock.pending).toBe(before);
    callee.send([MESSAGE.YIELD, 1, {}]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}]);
    clock.advance(29_999);
    expect(caller.unread).toBe(0);
    clock.advance(1);
    expect([(await caller.next())[2], (await caller.next())[2]]).toEqual([2, 3]);
    // Without calls the shared timer stops, and the next call starts it.
    expect(clock.pending).toBe(before - 1);
    caller.send([MESSAGE.CALL, 4, {}, 'com.a']);
    clock.advance(30_000);
    expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 4, ...TIMEOUT.slice(3)]);
  });

  it('still ends a call in mode kill whose callee never responds, without a second INTERRUPT', async () => {
    const [caller, callee] = await call({ timeout: 500 }, {});
    caller.send([MESSAGE.CANCEL, 1, { mode: 'kill' }]);
    expect(await callee.next()).toStrictEqual([
      MESSAGE.INTERRUPT,
      1,
      { mode: 'kill', reason: 'wamp.error.canceled' },
    ]);
    clock.advance(500);
    expect(await caller.next()).toEqual(TIMEOUT);
    expect(callee.unread).toBe(0);
  });

  it('can be longer than the longest timer', async () => {
    router = createRouter({
      realms: ['realm1'],
      limits: { ...LIMITS, callTimeout: 0, maxCallTimeout: 2 ** 40, maxPendingCalls: 10, maxSessions: 10 },
      allowAnonymous: true,
      agent: 'test',
      clock,
    });
    const [caller] = await call({}, {});
    clock.advance(2 ** 40 - 1);
    expect(caller.unread).toBe(0);
    clock.advance(1);
    expect(await caller.next()).toEqual(TIMEOUT);
  });

  it('stops its timers with the router', async () => {
    const [caller, callee] = await call({}, {});
    for (const client of [caller, callee]) client.close();
    await router.close();
    expect(clock.pending).toBe(0);
  });
});
