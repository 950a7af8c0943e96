import { describe, expect, it } from 'vitest';
import type { Action, Verdict } from '../../../src/router/access/authorizer.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, useRouter } from '../../support/contract.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const CANCELED = [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.canceled', [expect.stringMatching(/ /)]];
const REASON = { reason: 'wamp.error.canceled' };

/** CANCEL.Options of every mode, and their effect with a callee that supports INTERRUPT. */
const MODES = [
  { name: 'skip', options: { mode: 'skip' }, interrupt: undefined, waits: false },
  { name: 'kill', options: { mode: 'kill' }, interrupt: 'kill', waits: true },
  { name: 'killnowait', options: { mode: 'killnowait' }, interrupt: 'killnowait', waits: false },
  // The specification names no default. killnowait acts like skip if the callee does not support
  // INTERRUPT.
  { name: 'no mode', options: {}, interrupt: 'killnowait', waits: false },
  { name: 'mode null', options: { mode: null }, interrupt: 'killnowait', waits: false },
] as const;

const callee = (features: object | undefined) => ({
  roles: { caller: {}, callee: features ? { features } : {} },
});

/** What callees announce, and whether the router sends them INTERRUPT. */
const CALLEES = [
  { who: 'announces call_canceling', details: callee({ call_canceling: true }), capable: true },
  {
    who: 'announces call_canceling and progressive_call_results',
    details: callee({ call_canceling: true, progressive_call_results: true }),
    capable: true,
    progressive: true,
  },
  // autobahn|js announces this, and drops its connection when it gets INTERRUPT.
  {
    who: 'announces only progressive_call_results',
    details: callee({ progressive_call_results: true }),
    capable: false,
  },
  { who: 'announces that it cannot', details: callee({ call_canceling: false }), capable: false },
  {
    who: 'announces it with a value other than true',
    details: callee({ call_canceling: 1 }),
    capable: false,
  },
  { who: 'announces it in the other spelling', details: callee({ call_cancelling: true }), capable: false },
  { who: 'announces no features, as wampy does', details: callee(undefined), capable: false },
  {
    who: 'announces it only for another role',
    details: { roles: { caller: { features: { call_canceling: true } }, callee: {} } },
    capable: false,
  },
];

/** Responses of the callee, and what the caller gets of them in mode kill. */
const ANSWERS = [
  {
    answer: (id: number) => [
      MESSAGE.ERROR,
      MESSAGE.INVOCATION,
      id,
      { d: 1 },
      'com.a.stopped',
      ['x'],
      { k: 1 },
    ],
    forwarded: [MESSAGE.ERROR, MESSAGE.CALL, 1, { d: 1 }, 'com.a.stopped', ['x'], { k: 1 }],
  },
  {
    answer: (id: number) => [MESSAGE.ERROR, MESSAGE.INVOCATION, id, {}, 'wamp.error.canceled'],
    forwarded: [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.canceled'],
  },
  // The call is not rerouted: it was cancelled.
  {
    answer: (id: number) => [MESSAGE.ERROR, MESSAGE.INVOCATION, id, {}, 'wamp.error.unavailable'],
    forwarded: [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.unavailable'],
  },
  { answer: (id: number) => [MESSAGE.YIELD, id, {}, ['done']], forwarded: [MESSAGE.RESULT, 1, {}, ['done']] },
];

describe.each(CONTRACT_MATRIX)('CANCEL over $name', (transport) => {
  const { host, join, ask, hearsNothing } = useRouter(transport);

  describe.each(CALLEES)('to a callee that $who', ({ details, capable, progressive = false }) => {
    async function underWay(options: object = {}) {
      const [one, caller] = [await join(details), await join()];
      await ask(one, MESSAGE.REGISTER, 1, {}, 'com.a');
      caller.send([MESSAGE.CALL, 1, options, 'com.a']);
      expect(await one.next()).toStartWith([MESSAGE.INVOCATION, 1]);
      return [one, caller] as const;
    }

    describe.each(MODES)('with $name', ({ options, interrupt, waits }) => {
      it('ends the call as the mode says, whatever the callee sends then', async () => {
        const [one, caller] = await underWay();
        for (const [at, { answer, forwarded }] of ANSWERS.entries()) {
          const invocation = at + 1;
          caller.send([MESSAGE.CANCEL, 1, options]);
          if (capable && interrupt !== undefined)
            expect(await one.next()).toEqual([MESSAGE.INTERRUPT, invocation, { mode: interrupt, ...REASON }]);
          const waiting = capable && waits;
          if (waiting) await hearsNothing(caller);
          else expect(await caller.next()).toEqual(CANCELED);
          expect(host().router.counts().pendingCalls).toBe(waiting ? 1 : 0);
          // Only one INTERRUPT is sent, however often the caller cancels.
          for (const mode of ['skip', 'kill', 'killnowait', 'gently'])
            caller.send([MESSAGE.CANCEL, 1, { mode }]);
          await hearsNothing(caller, one);
          one.send(answer(invocation));
          if (waiting) expect(await caller.next()).toEqual(forwarded);
          await hearsNothing(one, caller);
          expect(host().router.counts().pendingCalls).toBe(0);
          // The request ID is free again, and the callee can be called.
          caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
          expect(await one.next()).toStartWith([MESSAGE.INVOCATION, invocation + 1]);
        }
        one.send([MESSAGE.YIELD, ANSWERS.length + 1, {}, ['at last']]);
        expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['at last']]);
      });

      it('ends the call as the mode says, between progressive results', async () => {
        const [one, caller] = await underWay({ receive_progress: true });
        caller.send([MESSAGE.CANCEL, 1, options]);
        if (capable && interrupt !== undefined) expect(await one.next()).toStartWith([MESSAGE.INTERRUPT, 1]);
        const waiting = capable && waits;
        if (!waiting) expect(await caller.next()).toEqual(CANCELED);
        one.send([MESSAGE.YIELD, 1, { progress: true }, ['part']]);
        one.send([MESSAGE.YIELD, 1, {}, ['whole']]);
        if (waiting && progressive)
          expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, ['part']]);
        if (waiting) expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['whole']]);
        await hearsNothing(one, caller);
      });
    });

    it('is refused if its mode is unknown', async () => {
      const [one, caller] = await underWay();
      expect(await ask(caller, MESSAGE.CANCEL, 1, { mode: 'gently' })).toEqual([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        1,
        {},
        'wamp.error.invalid_argument',
        [ANY],
      ]);
      if (capable)
        expect(await one.next()).toEqual([
          MESSAGE.INTERRUPT,
          1,
          { mode: 'killnowait', reason: 'wamp.error.invalid_argument' },
        ]);
      one.send([MESSAGE.YIELD, 1, {}]);
      await hearsNothing(one, caller);
    });
  });

  describe('with kill, before the callee has replied', () => {
    const capable = callee({ call_canceling: true });

    it.each(['leaves', 'drops'])('causes an ERROR to the caller if the callee %s', async (how) => {
      const [one, caller] = [await join(capable), await join()];
      await ask(one, MESSAGE.REGISTER, 1, {}, 'com.a');
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      await one.next();
      caller.send([MESSAGE.CANCEL, 1, { mode: 'kill' }]);
      expect(await one.next()).toStartWith([MESSAGE.INTERRUPT, 1]);
      if (how === 'drops') one.close();
      else one.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
      expect(await caller.next()).toEqual(CANCELED);
    });

    it('prevents the rerouting of the call if the callee is unavailable', async () => {
      const features = { call_canceling: true, call_reroute: true };
      const [one, other, caller] = [await join(callee(features)), await join(callee(features)), await join()];
      for (const client of [one, other]) await ask(client, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      await one.next();
      caller.send([MESSAGE.CANCEL, 1, { mode: 'kill' }]);
      expect(await one.next()).toStartWith([MESSAGE.INTERRUPT, 1]);
      one.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.unavailable']);
      expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.unavailable']);
      await hearsNothing(one, other);
    });

    it.each(['leaves', 'drops'])('causes no second INTERRUPT if the caller %s', async (how) => {
      const [one, caller] = [await join(capable), await join()];
      await ask(one, MESSAGE.REGISTER, 1, {}, 'com.a');
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      await one.next();
      caller.send([MESSAGE.CANCEL, 1, { mode: 'kill' }]);
      expect(await one.next()).toStartWith([MESSAGE.INTERRUPT, 1, { mode: 'kill' as const, ...REASON }]);
      if (how === 'drops') caller.close();
      else caller.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
      await expect.poll(() => host().router.counts().pendingCalls).toBe(0);
      one.send([MESSAGE.YIELD, 1, {}]);
      await hearsNothing(one);
    });
  });

  it('is ignored for a finished call, an unknown call, and a call of a procedure of the router', async () => {
    const [one, caller] = [await join(), await join()];
    await ask(one, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    await one.next();
    one.send([MESSAGE.YIELD, 1, {}]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}]);
    expect(await ask(caller, MESSAGE.CALL, 2, {}, 'wamp.session.count')).toEqual([
      MESSAGE.RESULT,
      2,
      {},
      [2],
    ]);
    for (const request of [1, 2, 77])
      for (const { options } of MODES) caller.send([MESSAGE.CANCEL, request, options]);
    await hearsNothing(one, caller);
  });

  it('does not affect calls of other sessions', async () => {
    const [one, caller, stranger] = [await join(), await join(), await join()];
    await ask(one, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    await one.next();
    for (const { options } of MODES) stranger.send([MESSAGE.CANCEL, 1, options]);
    // The callee cannot cancel it either: the ID of its INVOCATION is not a request ID of its own.
    for (const { options } of MODES) one.send([MESSAGE.CANCEL, 1, options]);
    await hearsNothing(stranger, one, caller);
    one.send([MESSAGE.YIELD, 1, {}, [1]]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, [1]]);
  });

  it('ends only the one call that it names', async () => {
    const [one, caller, other] = [await join(), await join(), await join()];
    await ask(one, MESSAGE.REGISTER, 1, {}, 'com.a');
    for (const request of [1, 2, 3]) caller.send([MESSAGE.CALL, request, {}, 'com.a', [`own ${request}`]]);
    for (let at = 0; at < 3; at++) await one.next();
    other.send([MESSAGE.CALL, 2, {}, 'com.a', ['other']]);
    expect(await one.next()).toStartWith([MESSAGE.INVOCATION, 4]);
    expect(await ask(caller, MESSAGE.CANCEL, 2, { mode: 'killnowait' })).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      2,
    ]);
    expect(await one.next()).toStartWith([MESSAGE.INTERRUPT, 2]);
    for (const invocation of [1, 3, 4]) one.send([MESSAGE.YIELD, invocation, {}, [invocation]]);
    expect([await caller.next(), await caller.next()]).toEqual([
      [MESSAGE.RESULT, 1, {}, [1]],
      [MESSAGE.RESULT, 3, {}, [3]],
    ]);
    expect(await other.next()).toEqual([MESSAGE.RESULT, 2, {}, [4]]);
  });

  it('reaches a session that calls itself both as callee and as caller', async () => {
    for (const { options, interrupt, waits } of MODES) {
      const both = await join();
      await ask(both, MESSAGE.REGISTER, 1, {}, 'com.a');
      expect(await ask(both, MESSAGE.CALL, 2, {}, 'com.a')).toStartWith([MESSAGE.INVOCATION, 1]);
      both.send([MESSAGE.CANCEL, 2, options]);
      if (!waits)
        expect(await both.next()).toStartWith([MESSAGE.ERROR, MESSAGE.CALL, 2, {}, 'wamp.error.canceled']);
      if (interrupt !== undefined) expect(await both.next()).toStartWith([MESSAGE.INTERRUPT, 1]);
      both.send([MESSAGE.YIELD, 1, {}, ['done']]);
      if (waits) expect(await both.next()).toEqual([MESSAGE.RESULT, 2, {}, ['done']]);
      await hearsNothing(both);
      both.close();
      await both.closed;
      await expect.poll(() => host().router.counts().sessions).toBe(0);
    }
  });
});

describe.each(CONTRACT_MATRIX)('CANCEL in a realm with an authorizer, over $name', (transport) => {
  let verdict: Verdict | Promise<Verdict> = true;
  const rules = {
    authorizer: { may: (_: unknown, action: Action) => (action === 'cancel' ? verdict : true) },
  };
  const { join, ask, hearsNothing } = useRouter(transport, { rules: () => rules });

  async function underWay() {
    const [one, caller] = [await join(), await join()];
    await ask(one, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    expect(await one.next()).toStartWith([MESSAGE.INVOCATION, 1]);
    return [one, caller] as const;
  }

  it.each([false, 'failed'] as const)(
    'is ignored if the authorizer refuses it with %j, and the call continues',
    async (refusal) => {
      for (const given of [refusal, Promise.resolve(refusal)]) {
        verdict = given;
        const [one, caller] = await underWay();
        for (const { options } of MODES) caller.send([MESSAGE.CANCEL, 1, options]);
        await hearsNothing(caller, one);
        one.send([MESSAGE.YIELD, 1, {}, ['done']]);
        expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['done']]);
        one.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
        expect(await one.next()).toStartWith([MESSAGE.GOODBYE]);
      }
    },
  );

  it('has no effect if the call ends before the authorizer allows it', async () => {
    let grant: (verdict: Verdict) => void = () => {};
    verdict = new Promise((resolve) => {
      grant = resolve;
    });
    const [one, caller] = await underWay();
    caller.send([MESSAGE.CANCEL, 1, {}]);
    one.send([MESSAGE.YIELD, 1, {}, ['done']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['done']]);
    grant(true);
    await hearsNothing(caller, one);
  });
});
