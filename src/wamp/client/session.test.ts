import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { type RawClient, rawOver } from '../../../test/support/raw-client.js';
import { MESSAGE } from '../messages.js';
import { localPeers } from '../peer.js';
import type { Invocation, InvocationOutcome } from './invocations.js';
import { joinRealm, type Session } from './session.js';

/** The tests play the router, in bare lists. */
let router: RawClient;
let session: Session;

async function join(): Promise<void> {
  const [ours, theirs] = localPeers();
  router = rawOver(theirs);
  const joining = joinRealm(ours, { realm: 'realm1', agent: 'me/1' });
  expect(await router.next()).toEqual([
    MESSAGE.HELLO,
    'realm1',
    {
      agent: 'me/1',
      roles: {
        caller: { features: expect.objectContaining({ call_canceling: true }) },
        callee: { features: expect.objectContaining({ call_canceling: true, call_timeout: true }) },
        publisher: { features: expect.anything() },
        subscriber: { features: expect.anything() },
      },
    },
  ]);
  router.send([MESSAGE.WELCOME, 77, { authid: 'a' }]);
  session = await joining;
}

describe('joining', () => {
  it('resolves with the details of WELCOME', async () => {
    await join();
    expect(session).toMatchObject({ id: 77, realm: 'realm1', details: { authid: 'a' } });
  });

  it.each([
    [
      'the reason of ABORT',
      [MESSAGE.ABORT, { message: 'no such realm here' }, 'wamp.error.no_such_realm'],
      'wamp.error.no_such_realm',
      'no such realm here',
    ],
    ['a violation', [MESSAGE.PUBLISHED, 1, 1], 'wamp.error.protocol_violation', 'PUBLISHED before WELCOME'],
  ])('rejects with %s', async (_what, answer, uri, message) => {
    const [ours, theirs] = localPeers();
    router = rawOver(theirs);
    const joining = joinRealm(ours, { realm: 'realm1' });
    await router.next();
    router.send(answer);
    await expect(joining).rejects.toMatchObject({ name: 'WampError', uri, message });
    await router.closed;
  });

  it('rejects if the router is silent or has gone', async () => {
    const clock = createFakeClock();
    const silent = localPeers()[0];
    const joining = joinRealm(silent, { realm: 'realm1', timeout: 50, clock });
    clock.advance(50);
    await expect(joining).rejects.toMatchObject({ uri: 'wamp.error.network_failure' });
    const [ours, theirs] = localPeers();
    theirs.close('normal');
    await expect(joinRealm(ours, { realm: 'realm1', clock })).rejects.toMatchObject({
      uri: 'wamp.error.network_failure',
    });
    expect(clock.pending).toBe(0);
  });
});

describe('a session', () => {
  beforeEach(join);

  it('gets the results and errors of its calls in any order', async () => {
    const first = session.call('com.a', { args: [1] }, { timeout: 5 });
    const second = session.call('com.b', { kwargs: { k: 1 } });
    expect(await router.next()).toEqual([MESSAGE.CALL, 1, { timeout: 5 }, 'com.a', [1]]);
    expect(await router.next()).toEqual([MESSAGE.CALL, 2, {}, 'com.b', [], { k: 1 }]);
    router.send([MESSAGE.ERROR, MESSAGE.CALL, 2, { d: 1 }, 'com.b.oops', ['why'], { k: 2 }]);
    router.send([MESSAGE.RESULT, 1, { progress: true }, ['a part']]);
    router.send([MESSAGE.RESULT, 1, {}, ['r'], { k: 3 }]);
    expect(await first).toEqual({ args: ['r'], kwargs: { k: 3 }, details: {} });
    await expect(second).rejects.toMatchObject({
      uri: 'com.b.oops',
      message: 'why',
      args: ['why'],
      kwargs: { k: 2 },
      details: { d: 1 },
    });
  });

  /** Registers `com.a` and returns the request of an invocation of it. */
  async function register(invoke: Parameters<Session['register']>[2]): Promise<void> {
    const registering = session.register('com.a', { x: 1 }, invoke);
    expect(await router.next()).toEqual([MESSAGE.REGISTER, 1, { x: 1 }, 'com.a']);
    router.send([MESSAGE.REGISTERED, 1, 9]);
    expect(await registering).toBe(9);
  }

  it('answers invocations with what the handler returns', async () => {
    await register(async ({ procedure, args, kwargs, details }) => ({
      kind: 'result',
      payload: { args: [procedure, args, kwargs, details] },
    }));
    router.send([MESSAGE.INVOCATION, 4, 9, { caller: 5 }, [1], { k: 2 }]);
    expect(await router.next()).toEqual([MESSAGE.YIELD, 4, {}, ['com.a', [1], { k: 2 }, { caller: 5 }]]);
  });

  it('answers an invocation whose details have values of wrong types', async () => {
    await register(async () => ({ kind: 'result', payload: {} }));
    const details = { timeout: -1, caller: 'x', caller_authid: 5, receive_progress: 1, procedure: [] };
    router.send([MESSAGE.INVOCATION, 1, 9, details]);
    router.send([MESSAGE.INVOCATION, 2, 9, { timeout: 2n ** 70n }]);
    expect([await router.next(), await router.next()]).toEqual([
      [MESSAGE.YIELD, 1, {}],
      [MESSAGE.YIELD, 2, {}],
    ]);
  });

  it('answers an invocation that follows REGISTERED directly', async () => {
    const registering = session.register('com.a', {}, async () => ({ kind: 'result', payload: {} }));
    await router.next();
    router.send([MESSAGE.REGISTERED, 1, 9]);
    router.send([MESSAGE.INVOCATION, 1, 9, {}]);
    await registering;
    expect(await router.next()).toEqual([MESSAGE.YIELD, 1, {}]);
  });

  it('answers with the error of the handler, or with runtime_error if the handler throws', async () => {
    let how = 0;
    await register((() => {
      how++;
      if (how === 1)
        return Promise.resolve({ kind: 'error', uri: 'com.a.oops', payload: { kwargs: { k: 1 } } });
      if (how === 2) throw new Error('secret');
      return Promise.reject(new Error('secret'));
    }) as Parameters<Session['register']>[2]);
    for (const request of [1, 2, 3]) router.send([MESSAGE.INVOCATION, request, 9, {}]);
    const answers = [await router.next(), await router.next(), await router.next()];
    expect(answers.sort((a, b) => Number(a[2]) - Number(b[2]))).toEqual([
      [MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'com.a.oops', [], { k: 1 }],
      [MESSAGE.ERROR, MESSAGE.INVOCATION, 2, {}, 'wamp.error.runtime_error'],
      [MESSAGE.ERROR, MESSAGE.INVOCATION, 3, {}, 'wamp.error.runtime_error'],
    ]);
  });

  it('is idle only after it has answered all invocations', async () => {
    const answers: ((outcome: InvocationOutcome) => void)[] = [];
    await register(() => new Promise((resolve) => void answers.push(resolve)));
    await session.idle();
    for (const request of [1, 2]) router.send([MESSAGE.INVOCATION, request, 9, {}]);
    let unread = -1;
    const idle = session.idle().then(() => {
      unread = router.unread;
    });
    answers[0]?.({ kind: 'result', payload: {} });
    expect(await router.next()).toEqual([MESSAGE.YIELD, 1, {}]);
    await Promise.resolve();
    expect(unread).toBe(-1);
    answers[1]?.({ kind: 'result', payload: {} });
    await idle;
    expect(unread).toBe(1);
  });

  it('answers an invocation of a procedure that is no longer registered', async () => {
    router.send([MESSAGE.INVOCATION, 1, 5, {}]);
    expect((await router.next()).slice(0, 5)).toEqual([
      MESSAGE.ERROR,
      MESSAGE.INVOCATION,
      1,
      {},
      'wamp.error.no_such_procedure',
    ]);
  });

  it.each([
    ['INTERRUPT with kill', () => router.send([MESSAGE.INTERRUPT, 1, { mode: 'kill' }]), 'kill'],
    ['INTERRUPT without mode', () => router.send([MESSAGE.INTERRUPT, 1, {}]), 'killnowait'],
    ['the loss of the session', () => router.close(), 'lost'],
  ])('notifies a running handler once of %s', async (_what, happen, mode) => {
    const modes: string[] = [];
    let running: Invocation | undefined;
    await register((invocation) => {
      running = invocation;
      invocation.onInterrupt = (how) => modes.push(how);
      return new Promise(() => {});
    });
    router.send([MESSAGE.INVOCATION, 1, 9, {}]);
    expect(running).toBeDefined();
    happen();
    happen();
    expect(modes).toEqual([mode]);
  });

  it('passes further invocations to another handler, and ends the running ones with the first', async () => {
    let endFirst = (_: InvocationOutcome): void => {};
    await register(
      () =>
        new Promise((resolve) => {
          endFirst = resolve;
        }),
    );
    router.send([MESSAGE.INVOCATION, 1, 9, {}]);
    session.setHandler(9, async () => ({ kind: 'result', payload: { kwargs: { by: 'second' } } }));
    session.setHandler(10, async () => ({ kind: 'result', payload: {} }));
    router.send([MESSAGE.INVOCATION, 2, 9, {}]);
    expect(await router.next()).toEqual([MESSAGE.YIELD, 2, {}, [], { by: 'second' }]);
    endFirst({ kind: 'result', payload: { kwargs: { by: 'first' } } });
    expect(await router.next()).toEqual([MESSAGE.YIELD, 1, {}, [], { by: 'first' }]);
  });

  it('unregisters a procedure', async () => {
    await register(() => new Promise(() => {}));
    const unregistering = session.unregister(9);
    expect(await router.next()).toEqual([MESSAGE.UNREGISTER, 2, 9]);
    router.send([MESSAGE.UNREGISTERED, 2]);
    await unregistering;
    router.send([MESSAGE.INVOCATION, 1, 9, {}]);
    expect((await router.next())[4]).toBe('wamp.error.no_such_procedure');
  });

  it('leaves with GOODBYE and the reply to it', async () => {
    const leaving = session.leave();
    expect(await router.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
    router.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    await leaving;
    await router.closed;
    expect(await session.closed).toEqual({ by: 'us', reason: 'wamp.close.goodbye_and_out' });
    await expect(session.call('com.a', {})).rejects.toMatchObject({ uri: 'wamp.error.network_failure' });
  });

  it.each([
    [
      'GOODBYE',
      () => router.send([MESSAGE.GOODBYE, { message: 'm' }, 'wamp.close.system_shutdown']),
      { by: 'router', reason: 'wamp.close.system_shutdown', message: 'm' },
    ],
    [
      'ABORT',
      () => router.send([MESSAGE.ABORT, { message: 'm' }, 'com.x']),
      { by: 'router', reason: 'com.x', message: 'm', aborted: true },
    ],
    ['a closed connection', () => router.close(), { by: 'transport', reason: 'wamp.error.network_failure' }],
    [
      'a message only clients send',
      () => router.send([MESSAGE.CALL, 1, {}, 'com.a']),
      { by: 'us', reason: 'wamp.error.protocol_violation' },
    ],
  ])('ends with %s, and ends its open calls', async (_what, happen, end) => {
    const call = session.call('com.a', {});
    await router.next();
    happen();
    await expect(call).rejects.toMatchObject({ uri: 'wamp.error.network_failure' });
    expect(await session.closed).toMatchObject(end);
    await router.closed;
  });
});
