import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, CAPABLE, PLAIN_CALLEE, useRouter } from '../../support/contract.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { LIMITS } from '../../support/limits.js';
import type { RawClient } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const DEFAULT = 30_000;
const CAP = 600_000;
const TIMEOUT = [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.timeout', [expect.stringMatching(/ /)]];
const INTERRUPT = [MESSAGE.INTERRUPT, 1, { mode: 'killnowait', reason: 'wamp.error.timeout' }];
const PROGRESS = { receive_progress: true };

describe.each(CONTRACT_MATRIX)('timeouts of calls over $name', (transport) => {
  const clock = createFakeClock();
  const limits = { ...LIMITS, callTimeout: DEFAULT, maxCallTimeout: CAP };
  const { host, join, ask, hearsNothing } = useRouter(transport, { clock, limits });

  interface GatewayFixture {
    readonly options?: object;
    readonly registration?: object;
    readonly details?: object;
    readonly uri?: string;
  }
  /**
   * An open call, as invocation 1 of its callee; `waits` is the number of timers that existed
   * before.
   */
  async function call({
    options = {},
    registration = {},
    details = CAPABLE,
    uri = 'com.a',
  }: GatewayFixture = {}) {
    const [callee, caller] = [await join(details), await join(CAPABLE)];
    await ask(callee, MESSAGE.REGISTER, 1, registration, uri);
    const timers = clock.pending;
    caller.send([MESSAGE.CALL, 1, options, 'com.a']);
    const invocation = await callee.next();
    expect(invocation).toStartWith([MESSAGE.INVOCATION, 1]);
    return { callee, caller, timers, details: invocation[3] };
  }
  /** Checks that a call ends after exactly so many milliseconds. */
  async function endsIn(ms: number, caller: RawClient): Promise<void> {
    clock.advance(ms - 1);
    await hearsNothing(caller);
    clock.advance(1);
    expect(await caller.next()).toEqual(TIMEOUT);
    expect(host().router.counts().pendingCalls).toBe(0);
  }

  it.each([
    ['the default if the caller sets none', {}, DEFAULT],
    ['the default if the caller says 0', { timeout: 0 }, DEFAULT],
    ['the default if the caller says null', { timeout: null }, DEFAULT],
    ['those of the caller if shorter than the default', { timeout: 5 }, 5],
    ['those of the caller if longer than the default', { timeout: 60_000 }, 60_000],
    ['the cap if those of the caller are longer', { timeout: 2 ** 40 }, CAP],
  ])('are %s, and the callee is interrupted', async (_what, options, ms) => {
    const { callee, caller, details } = await call({ options });
    expect(details).toEqual({});
    await endsIn(ms, caller);
    expect(await callee.next()).toEqual(INTERRUPT);
    // A later response of the callee is dropped, and the next call is not affected.
    callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.canceled']);
    caller.send([MESSAGE.CALL, 2, {}, 'com.a']);
    expect(await callee.next()).toStartWith([MESSAGE.INVOCATION, 2]);
    callee.send([MESSAGE.YIELD, 2, {}, ['in time']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 2, {}, ['in time']]);
  });

  it('end a call without an INTERRUPT to a callee that does not support it', async () => {
    const { callee, caller } = await call({ details: PLAIN_CALLEE, options: { timeout: 500 } });
    await endsIn(500, caller);
    callee.send([MESSAGE.YIELD, 1, {}, ['late']]);
    await hearsNothing(callee, caller);
  });

  it.each([
    ['prefix', 'com.'],
    ['wildcard', '.a'],
  ])('apply to patterns: %s', async (match, uri) => {
    const { caller } = await call({ registration: { match }, uri, options: { timeout: 500 } });
    await endsIn(500, caller);
  });

  describe('with progressive results', () => {
    it.each([
      ['the caller’s', { ...PROGRESS, timeout: 500 }, 500],
      ['the default', PROGRESS, DEFAULT],
      ['the cap', { ...PROGRESS, timeout: CAP + 1 }, CAP],
    ])('start again with each progressive result: %s', async (_what, options, ms) => {
      const { callee, caller } = await call({ options });
      for (let part = 1; part <= 4; part++) {
        clock.advance(ms - 1);
        callee.send([MESSAGE.YIELD, 1, { progress: true }, [part]]);
        expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, [part]]);
      }
      await endsIn(ms, caller);
      expect(await callee.next()).toEqual(INTERRUPT);
      callee.send([MESSAGE.YIELD, 1, { progress: true }, ['late']]);
      callee.send([MESSAGE.YIELD, 1, {}, ['late']]);
      await hearsNothing(callee, caller);
    });

    it('do not start again if progressive results were not requested', async () => {
      const { callee, caller } = await call({ options: { timeout: 500 } });
      clock.advance(400);
      callee.send([MESSAGE.YIELD, 1, { progress: true }, ['unasked']]);
      await hearsNothing(callee, caller);
      await endsIn(100, caller);
    });

    it('do not start again after the call was cancelled', async () => {
      const { callee, caller } = await call({ options: { ...PROGRESS, timeout: 500 } });
      caller.send([MESSAGE.CANCEL, 1, { mode: 'kill' }]);
      expect(await callee.next()).toStartWith([
        MESSAGE.INTERRUPT,
        1,
        { mode: 'kill', reason: 'wamp.error.canceled' },
      ]);
      clock.advance(400);
      callee.send([MESSAGE.YIELD, 1, { progress: true }, ['one more']]);
      expect(await caller.next()).toStartWith([MESSAGE.RESULT, 1, { progress: true }]);
      await endsIn(100, caller);
      await hearsNothing(callee);
    });

    it('do not affect the timeouts of other calls', async () => {
      const { callee, caller } = await call({ options: PROGRESS });
      const other = await join(CAPABLE);
      other.send([MESSAGE.CALL, 1, PROGRESS, 'com.a']);
      expect(await callee.next()).toStartWith([MESSAGE.INVOCATION, 2]);
      clock.advance(DEFAULT - 1);
      callee.send([MESSAGE.YIELD, 1, { progress: true }]);
      expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }]);
      clock.advance(1);
      expect(await other.next()).toEqual(TIMEOUT);
      expect(await callee.next()).toEqual([MESSAGE.INTERRUPT, 2, INTERRUPT[2]]);
      await endsIn(DEFAULT - 1, caller);
    });
  });

  describe('that the callee enforces itself', () => {
    const registration = { forward_timeout: true };

    it.each([
      ['asked for and announced', registration, CAPABLE, { timeout: 500 }],
      ['not asked for', {}, CAPABLE, {}],
      ['refused', { forward_timeout: false }, CAPABLE, {}],
      ['not announced', registration, PLAIN_CALLEE, {}],
    ])(
      'are forwarded only if that is asked for and announced: %s',
      async (_what, asked, details, expected) => {
        expect((await call({ options: { timeout: 500 }, registration: asked, details })).details).toEqual(
          expected,
        );
      },
    );

    it.each([
      ['not at all if the caller sets none', {}, {}],
      ['shortened to the cap', { timeout: CAP + 1 }, { timeout: CAP }],
      [
        'beside all other details of an INVOCATION',
        { timeout: 500, disclose_me: true, ...PROGRESS },
        {
          timeout: 500,
          receive_progress: true,
          procedure: 'com.a',
          caller: ANY,
          caller_authid: ANY,
          caller_authrole: ANY,
        },
      ],
    ])('are forwarded %s', async (what, options, expected) => {
      const isPattern = what.startsWith('beside');
      const fixture = { options, registration: { ...registration, ...(isPattern && { match: 'prefix' }) } };
      expect((await call({ ...fixture, uri: isPattern ? 'com.' : 'com.a' })).details).toEqual(expected);
    });

    it('end with the reply of the callee, or with the later timeout of the router', async () => {
      const { callee, caller } = await call({ options: { timeout: 500 }, registration });
      clock.advance(500);
      await hearsNothing(caller);
      callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.timeout', ['too long']]);
      expect(await caller.next()).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        1,
        {},
        'wamp.error.timeout',
        ['too long'],
      ]);
      caller.send([MESSAGE.CALL, 2, { timeout: 500 }, 'com.a']);
      await callee.next();
      clock.advance(1500);
      expect(await caller.next()).toStartWith([MESSAGE.ERROR, MESSAGE.CALL, 2, {}, 'wamp.error.timeout']);
      expect(await callee.next()).toEqual([MESSAGE.INTERRUPT, 2, INTERRUPT[2]]);
    });
  });

  describe('that no longer matter', () => {
    it.each<[string, (callee: RawClient, caller: RawClient) => void, readonly unknown[] | undefined]>([
      ['with the result', (callee) => callee.send([MESSAGE.YIELD, 1, {}]), [MESSAGE.RESULT, 1, {}]],
      [
        'with the error',
        (callee) => callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'com.oops']),
        [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'com.oops'],
      ],
      [
        'with CANCEL',
        (_, caller) => caller.send([MESSAGE.CANCEL, 1, {}]),
        [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.canceled', [ANY]],
      ],
      [
        'when the callee leaves',
        (callee) => callee.close(),
        [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.canceled', [ANY]],
      ],
      [
        'when the caller leaves',
        (_, caller) => caller.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']),
        undefined,
      ],
    ])('are forgotten %s', async (_what, end, expected) => {
      for (const options of [{ timeout: 500 }, {}]) {
        const { callee, caller, timers } = await call({ options });
        end(callee, caller);
        if (expected === undefined) expect(await caller.next()).toStartWith([MESSAGE.GOODBYE]);
        else expect(await caller.next()).toEqual(expected);
        // A timer that calls of one duration share may still run, and finds nothing to do.
        if ('timeout' in options)
          expect(clock.pending - timers).toBeLessThanOrEqual(expected === undefined ? 1 : 0);
        clock.advance(CAP);
        if (expected !== undefined) await hearsNothing(caller);
        for (const client of [callee, caller]) client.close();
        await Promise.all([callee.closed, caller.closed]);
        await expect.poll(() => host().router.counts().sessions).toBe(0);
      }
    });
  });

  it('do not change when a call is rerouted', async () => {
    const shared = { registration: { invoke: 'first' }, options: { timeout: 500 } };
    const [second, third] = [await join(CAPABLE), await join(CAPABLE)];
    const { callee, caller } = await call(shared);
    await ask(second, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
    await ask(third, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
    clock.advance(300);
    callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.unavailable']);
    expect(await second.next()).toStartWith([MESSAGE.INVOCATION, 1]);
    clock.advance(100);
    second.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.unavailable']);
    expect(await third.next()).toStartWith([MESSAGE.INVOCATION, 1]);
    await endsIn(100, caller);
    expect(await third.next()).toEqual(INTERRUPT);
    await hearsNothing(callee, second);
  });
});
