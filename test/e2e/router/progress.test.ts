import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, CAPABLE, PLAIN_CALLEE, useRouter } from '../../support/contract.js';
import type { RawClient } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

/** What autobahn|js announces: progressive results, but no call canceling. */
const PROGRESS_ONLY = { roles: { callee: { features: { progressive_call_results: true } }, caller: {} } };

describe.each(CONTRACT_MATRIX)('progressive results over $name', (transport) => {
  const { join, ask, session } = useRouter(transport);

  /** An open call: [callee, caller, details of the invocation]. */
  async function call(options: object, calleeDetails: object = CAPABLE) {
    const [callee, caller] = [await join(calleeDetails), await join(CAPABLE)];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, options, 'com.a']);
    const [, , , details] = await callee.next();
    return [callee, caller, details] as const;
  }
  const asked = { receive_progress: true };

  it.each([
    ['a callee that announced both features', CAPABLE, asked],
    ['a callee that announced only progressive results, as autobahn|js does', PROGRESS_ONLY, asked],
    ['no callee that announced nothing, as wampy does', PLAIN_CALLEE, {}],
  ])('are requested from %s', async (_who, details, expected) => {
    expect((await call(asked, details))[2]).toEqual(expected);
  });

  it.each([
    ['nothing about them', {}],
    ['no', { receive_progress: false }],
    ['null', { receive_progress: null }],
  ])('are not requested and are dropped if the caller says %s', async (_what, options) => {
    const [callee, caller, details] = await call(options);
    expect(details).toEqual({});
    callee.send([MESSAGE.YIELD, 1, { progress: true }, ['part']]);
    callee.send([MESSAGE.YIELD, 1, {}, ['whole']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['whole']]);
  });

  it('arrive at once, in order and unchanged, until the result', async () => {
    const [callee, caller] = await call(asked);
    for (const tail of [[['one', 1]], [[], { k: 2 }], []])
      callee.send([MESSAGE.YIELD, 1, { progress: true }, ...tail]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, ['one', 1]]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, [], { k: 2 }]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }]);
    callee.send([MESSAGE.YIELD, 1, { progress: false }, ['whole']]);
    callee.send([MESSAGE.YIELD, 1, { progress: true }, ['too late']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['whole']]);
    expect(await ask(caller, MESSAGE.CALL, 2, {}, 'com.nothing')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      2,
    ]);
  });

  it('may end in an error', async () => {
    const [callee, caller] = await call(asked);
    callee.send([MESSAGE.YIELD, 1, { progress: true }, ['part']]);
    callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'com.a.oops']);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, ['part']]);
    expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'com.a.oops']);
  });

  it.each([
    ['leaves', (client: RawClient) => client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal'])],
    ['loses its connection', (client: RawClient) => client.close()],
  ])('stop if the caller %s', async (_how, go) => {
    const [callee, caller] = await call(asked);
    callee.send([MESSAGE.YIELD, 1, { progress: true }]);
    await caller.next();
    go(caller);
    expect(await callee.next()).toEqual([
      MESSAGE.INTERRUPT,
      1,
      { mode: 'killnowait', reason: 'wamp.error.canceled' },
    ]);
    callee.send([MESSAGE.YIELD, 1, { progress: true }, ['for nobody']]);
    expect(await ask(callee, MESSAGE.CALL, 2, {}, 'com.nothing')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      2,
    ]);
  });

  it('continue after CANCEL with kill until the final result', async () => {
    const [callee, caller] = await call(asked);
    caller.send([MESSAGE.CANCEL, 1, { mode: 'kill' }]);
    expect(await callee.next()).toStartWith([MESSAGE.INTERRUPT, 1]);
    callee.send([MESSAGE.YIELD, 1, { progress: true }, ['part']]);
    callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.canceled']);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, ['part']]);
    expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.canceled']);
  });

  it('prevent the rerouting of a call whose callee is unavailable later', async () => {
    const [callee, caller] = await call(asked);
    callee.send([MESSAGE.YIELD, 1, { progress: true }, ['part']]);
    callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.unavailable']);
    expect(await caller.next()).toStartWith([MESSAGE.RESULT, 1, { progress: true }]);
    // Another callee could not take back what the caller has already got.
    expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.unavailable']);
  });

  it('reach the caller completely, however many there are', async () => {
    const [callee, caller] = [await session(), await session()];
    await callee.register('com.count', {}, async ({ progress }) => {
      for (let part = 0; part < 2000; part++) progress?.({ args: [part] });
      return { kind: 'result', payload: { args: ['done'] } };
    });
    const parts: unknown[] = [];
    const result = await caller.call('com.count', {}, {}, ({ args }) => parts.push((args as unknown[])[0]));
    expect(result.args).toEqual(['done']);
    expect(parts).toEqual(Array.from({ length: 2000 }, (_, part) => part));
  });
});

describe.each(CONTRACT_MATRIX)(
  'progressive results of a realm that always asks for them, over $name',
  (transport) => {
    const { join, ask } = useRouter(transport, { rules: () => ({ progressiveResults: 'always' }) });

    it('come from callees that announced nothing', async () => {
      const [callee, caller] = [await join(PLAIN_CALLEE), await join()];
      await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
      caller.send([MESSAGE.CALL, 1, { receive_progress: true }, 'com.a']);
      expect(await callee.next()).toEqual([MESSAGE.INVOCATION, 1, ANY, { receive_progress: true }]);
      callee.send([MESSAGE.YIELD, 1, { progress: true }, ['part']]);
      expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, ['part']]);
      callee.send([MESSAGE.YIELD, 1, {}]);
      expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}]);
    });
  },
);
