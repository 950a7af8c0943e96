import { describe, expect, it } from 'vitest';
import { ANY, PLAIN_CALLEE, TRANSPORTS, useRouter } from '../support/contract.js';
import { hello, type RawClient } from '../support/raw-client.js';

describe.each(TRANSPORTS)('calls that do not end well, over %s', (transport) => {
  const { join, ask, callUnderWay } = useRouter(transport);

  describe('cancel', () => {
    const canceled = [8, 48, 1, {}, 'wamp.error.canceled', [ANY]];

    it.each([
      ['skip', { mode: 'skip' }],
      ['no mode, where the callee cannot be interrupted', {}],
      ['killnowait, where the callee cannot be interrupted', { mode: 'killnowait' }],
      ['kill, where the callee cannot be interrupted', { mode: 'kill' }],
    ])('with %s ends the call at once and leaves the callee alone', async (what, options) => {
      const [callee, caller, invocation] = await callUnderWay(what === 'skip' ? undefined : PLAIN_CALLEE);
      expect(await ask(caller, 49, 1, options)).toEqual(canceled);
      callee.send([70, invocation, {}, ['late']]);
      // The next thing the callee hears is the next call: there was no INTERRUPT before it.
      caller.send([48, 2, {}, 'com.a']);
      expect(await callee.next()).toStartWith([68, 2]);
      callee.send([70, 2, {}, ['in time']]);
      expect(await caller.next()).toEqual([50, 2, {}, ['in time']]);
    });

    it.each([
      ['killnowait', { mode: 'killnowait' }],
      ['no mode', {}],
    ])('with %s ends the call at once and interrupts the callee', async (_what, options) => {
      const [callee, caller, invocation] = await callUnderWay();
      expect(await ask(caller, 49, 1, options)).toEqual(canceled);
      expect(await callee.next()).toEqual([
        69,
        invocation,
        { mode: 'killnowait', reason: 'wamp.error.canceled' },
      ]);
      callee.send([8, 68, invocation, {}, 'wamp.error.canceled']);
      expect(await ask(caller, 48, 2, {}, 'com.nothing')).toStartWith([8, 48, 2]);
    });

    it.each([
      [
        'error',
        (id: unknown) => [8, 68, id, {}, 'com.a.interrupted', ['x']],
        [8, 48, 1, {}, 'com.a.interrupted', ['x']],
      ],
      ['result', (id: unknown) => [70, id, {}, ['done']], [50, 1, {}, ['done']]],
    ])('with kill waits for the callee’s own %s', async (_what, answer, expected) => {
      const [callee, caller, invocation] = await callUnderWay();
      caller.send([49, 1, { mode: 'kill' }]);
      expect(await callee.next()).toEqual([69, invocation, { mode: 'kill', reason: 'wamp.error.canceled' }]);
      // A second CANCEL is ignored, so is one for a call that was never made.
      caller.send([49, 1, { mode: 'skip' }]);
      caller.send([49, 77, {}]);
      callee.send(answer(invocation));
      expect(await caller.next()).toEqual(expected);
    });

    it('with an unknown mode ends the call with ERROR of type CALL, never CANCEL', async () => {
      const [callee, caller, invocation] = await callUnderWay();
      expect(await ask(caller, 49, 1, { mode: 'gently' })).toEqual([
        8,
        48,
        1,
        {},
        'wamp.error.invalid_argument',
        [ANY],
      ]);
      expect(await callee.next()).toEqual([
        69,
        invocation,
        { mode: 'killnowait', reason: 'wamp.error.invalid_argument' },
      ]);
    });

    it('reaches nobody else’s call', async () => {
      const [callee, caller, invocation] = await callUnderWay();
      const stranger = await join();
      stranger.send([49, 1, {}]);
      expect(await ask(stranger, 48, 1, {}, 'com.nothing')).toStartWith([8, 48, 1]);
      callee.send([70, invocation, {}, [1]]);
      expect(await caller.next()).toEqual([50, 1, {}, [1]]);
    });
  });

  describe('timeout and loss', () => {
    it('ends a call at the caller’s timeout, and interrupts the callee', async () => {
      const [callee, caller, invocation] = await callUnderWay(undefined, { timeout: 30 });
      expect(await caller.next()).toEqual([8, 48, 1, {}, 'wamp.error.timeout', [ANY]]);
      expect(await callee.next()).toEqual([
        69,
        invocation,
        { mode: 'killnowait', reason: 'wamp.error.timeout' },
      ]);
    });

    it('does not interrupt a callee that cannot be', async () => {
      const [callee, caller] = await callUnderWay(PLAIN_CALLEE, { timeout: 30 });
      expect(await caller.next()).toStartWith([8, 48, 1, {}, 'wamp.error.timeout']);
      caller.send([48, 2, {}, 'com.a']);
      expect(await callee.next()).toStartWith([68, 2]);
    });

    it.each([
      ['leaves', (client: RawClient) => client.send([6, {}, 'wamp.close.normal'])],
      ['drops', (client: RawClient) => client.close()],
    ])('interrupts the callee when the caller %s', async (_how, go) => {
      const [callee, caller, invocation] = await callUnderWay();
      go(caller);
      expect(await callee.next()).toEqual([
        69,
        invocation,
        { mode: 'killnowait', reason: 'wamp.error.canceled' },
      ]);
      callee.send([70, invocation, {}, ['for nobody']]);
      expect(await ask(callee, 48, 5, {}, 'com.nothing')).toStartWith([8, 48, 5]);
    });

    it.each([
      ['leaves', (client: RawClient) => client.send([6, {}, 'wamp.close.normal'])],
      ['drops', (client: RawClient) => client.close()],
    ])('tells the callers when the callee %s', async (_how, go) => {
      const [callee, caller] = await callUnderWay();
      go(callee);
      expect(await caller.next()).toEqual([8, 48, 1, {}, 'wamp.error.canceled', [ANY]]);
      expect(await ask(caller, 48, 2, {}, 'com.a')).toStartWith([
        8,
        48,
        2,
        {},
        'wamp.error.no_such_procedure',
      ]);
    });

    it('sends nothing after GOODBYE to a session that called itself', async () => {
      const both = await join();
      await ask(both, 64, 1, {}, 'com.a');
      await ask(both, 48, 2, {}, 'com.a');
      expect(await ask(both, 6, {}, 'wamp.close.normal')).toEqual([6, {}, 'wamp.close.goodbye_and_out']);
      expect((await hello(both))[0]).toBe(2);
    });
  });
});
