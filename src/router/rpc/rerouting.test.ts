import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../test/support/limits.js';
import { attachRaw, hello, type RawClient } from '../../../test/support/raw-client.js';
import { MESSAGE } from '../../wamp/messages.js';
import { createRouter } from '../router.js';

const ROLES = { caller: {}, callee: { features: { call_reroute: true } } };

/** A caller and two callees that share `com.a`. 10,000 bytes of a caller's calls may be kept. */
async function setUp(max: Partial<typeof LIMITS> = {}) {
  const limits = { ...LIMITS, ...max };
  const router = createRouter({ realms: ['realm1'], limits, allowAnonymous: true, agent: 'test' });
  const join = async (): Promise<RawClient> => {
    const client = attachRaw(router.attach);
    await hello(client, 'realm1', { roles: ROLES });
    return client;
  };
  const [caller, busy, free] = [await join(), await join(), await join()];
  for (const callee of [busy, free]) {
    callee.send([MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a']);
    await callee.next();
  }
  let request = 0;
  const call = async (size: number): Promise<{ refuse: () => void }> => {
    caller.send([MESSAGE.CALL, ++request, {}, 'com.a', ['x'.repeat(size)]]);
    const [, invocation] = await busy.next();
    return {
      refuse: () => busy.send([MESSAGE.ERROR, MESSAGE.INVOCATION, invocation, {}, 'wamp.error.unavailable']),
    };
  };
  return { caller, free, call };
}

describe('calls whose callee is unavailable', () => {
  it('go to another callee, however many do so one after the other', async () => {
    const { caller, free, call } = await setUp();
    for (let i = 0; i < 5; i++) {
      (await call(6000)).refuse();
      const [, invocation] = await free.next();
      free.send([MESSAGE.YIELD, invocation, {}, ['done']]);
      expect(await caller.next()).toEqual([MESSAGE.RESULT, i + 1, {}, ['done']]);
    }
  });

  it.each([
    ['one caller', {}],
    ['all callers', { maxWaitingBytes: 1e6, maxWaitingBytesPerRealm: 10_000 }],
  ])('are not rerouted if that would exceed the limit of %s', async (_who, max) => {
    const { caller, free, call } = await setUp(max);
    const kept = await call(6000);
    const tooMuch = await call(6000);
    tooMuch.refuse();
    expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 2, {}, 'wamp.error.unavailable']);
    kept.refuse();
    const [, invocation] = await free.next();
    free.send([MESSAGE.YIELD, invocation, {}]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}]);
    (await call(6000)).refuse();
    expect((await free.next())[0]).toBe(MESSAGE.INVOCATION);
  });
});
