import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, CAPABLE, useRouter } from '../../support/contract.js';
import type { RawClient } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

describe.each(CONTRACT_MATRIX)('patterns over $name', (transport) => {
  const { join, ask } = useRouter(transport);

  /** Registers in the given order. Returns the registration IDs. */
  async function register(client: RawClient, ...entries: readonly (readonly [string, object])[]) {
    const ids: unknown[] = [];
    for (const [at, [uri, options]] of entries.entries()) {
      const registered = await ask(client, MESSAGE.REGISTER, at + 1, options, uri);
      expect(registered).toEqual([MESSAGE.REGISTERED, at + 1, ANY]);
      ids.push(registered[2]);
    }
    return ids;
  }

  // The registrations and calls of WAMP, "Calls matching multiple registrations".
  it.each([
    ['a1.b2.c3.d4.e55', 1],
    ['a1.b2.c3.d98.e74', 2],
    ['a1.b2.c3.d4.e325', 3],
    ['a1.b2.c55.d4.e5', 4],
    ['a1.b2.c33.d4.e5', 5],
    ['a1.b2.c88.d4.e5.f6.g7', 6],
    ['a2.b2.c2.d2.e2', undefined],
  ])('route a call of %s to the registration %s', async (uri, expected) => {
    const [callee, caller] = [await join(), await join()];
    const ids = await register(
      callee,
      ['a1.b2.c3.d4.e55', {}],
      ['a1.b2.c3', { match: 'prefix' }],
      ['a1.b2.c3.d4', { match: 'prefix' }],
      ['a1.b2..d4.e5', { match: 'wildcard' }],
      ['a1.b2.c33..e5', { match: 'wildcard' }],
      ['a1.b2..d4.e5..g7', { match: 'wildcard' }],
      ['a1.b2..d4..f6.g7', { match: 'wildcard' }],
    );
    caller.send([MESSAGE.CALL, 1, {}, uri, ['x']]);
    if (expected === undefined) {
      expect(await caller.next()).toStartWith([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        1,
        {},
        'wamp.error.no_such_procedure',
      ]);
      return;
    }
    // INVOCATION names the procedure only for a pattern.
    const details = expected === 1 ? {} : { procedure: uri };
    expect(await callee.next()).toEqual([MESSAGE.INVOCATION, 1, ids[expected - 1], details, ['x']]);
    callee.send([MESSAGE.YIELD, 1, {}, ['r']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['r']]);
  });

  it('have a separate registration for each match policy of one URI', async () => {
    const [callee, caller] = [await join(), await join()];
    const ids = await register(
      callee,
      ['com.a', {}],
      ['com.a', { match: 'prefix' }],
      ['com.a', { match: 'wildcard' }],
    );
    expect(new Set(ids).size).toBe(3);
    expect(await ask(callee, MESSAGE.REGISTER, 9, { match: 'prefix' }, 'com.a')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.REGISTER,
      9,
      {},
      'wamp.error.procedure_already_exists',
    ]);
    // When one is removed, the next one by precedence gets the call.
    for (const [at, id] of ids.entries()) {
      caller.send([MESSAGE.CALL, at + 1, {}, 'com.a']);
      expect(await callee.next()).toEqual([
        MESSAGE.INVOCATION,
        at + 1,
        id,
        at === 0 ? {} : { procedure: 'com.a' },
      ]);
      callee.send([MESSAGE.YIELD, at + 1, {}]);
      expect(await caller.next()).toEqual([MESSAGE.RESULT, at + 1, {}]);
      expect(await ask(callee, MESSAGE.UNREGISTER, 20 + at, id)).toEqual([MESSAGE.UNREGISTERED, 20 + at]);
    }
    expect(await ask(caller, MESSAGE.CALL, 5, {}, 'com.a')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      5,
      {},
      'wamp.error.no_such_procedure',
    ]);
  });

  it('do not match the router’s own procedures', async () => {
    const [callee, caller] = [await join(), await join()];
    await register(callee, ['', { match: 'prefix' }], ['..', { match: 'wildcard' }]);
    expect(await ask(caller, MESSAGE.CALL, 1, {}, 'wamp.session.count')).toEqual([
      MESSAGE.RESULT,
      1,
      {},
      [2],
    ]);
    expect(await ask(caller, MESSAGE.CALL, 2, {}, 'wamp.session.nothing')).toStartWith([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      2,
    ]);
    expect(callee.unread).toBe(0);
  });

  it('send an event once for each matching subscription of a session', async () => {
    const [subscriber, publisher] = [await join(CAPABLE), await join()];
    const exact = (await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.app.emergency'))[2];
    const prefix = (await ask(subscriber, MESSAGE.SUBSCRIBE, 2, { match: 'prefix' }, 'com.app'))[2];
    const half = (await ask(subscriber, MESSAGE.SUBSCRIBE, 3, { match: 'prefix' }, 'com.app.emerg'))[2];
    const wildcard = (
      await ask(subscriber, MESSAGE.SUBSCRIBE, 4, { match: 'wildcard' }, 'com..emergency')
    )[2];
    await ask(subscriber, MESSAGE.SUBSCRIBE, 5, { match: 'wildcard' }, 'com..emergency.');
    await ask(subscriber, MESSAGE.SUBSCRIBE, 6, { match: 'prefix' }, 'com.app.emergency-');
    const [, , publication] = await ask(
      publisher,
      MESSAGE.PUBLISH,
      1,
      { acknowledge: true },
      'com.app.emergency',
      [1],
    );
    const topic = { topic: 'com.app.emergency' };
    expect([await subscriber.next(), await subscriber.next()]).toEqual([
      [MESSAGE.EVENT, exact, publication, {}, [1]],
      [MESSAGE.EVENT, prefix, publication, topic, [1]],
    ]);
    expect([await subscriber.next(), await subscriber.next()]).toEqual([
      [MESSAGE.EVENT, half, publication, topic, [1]],
      [MESSAGE.EVENT, wildcard, publication, topic, [1]],
    ]);
    publisher.send([MESSAGE.PUBLISH, 2, {}, 'com.app.emergency-low', [2]]);
    expect((await subscriber.next())[1]).toBe(prefix);
    expect((await subscriber.next())[1]).toBe(half);
    expect(await subscriber.next()).toEqual([
      MESSAGE.EVENT,
      ANY,
      ANY,
      { topic: 'com.app.emergency-low' },
      [2],
    ]);
    expect(subscriber.unread).toBe(0);
  });

  it('give all subscribers of a pattern one ID, and send no publisher its own events', async () => {
    const [one, two] = [await join(), await join()];
    const [, , id] = await ask(one, MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'com.');
    expect(await ask(two, MESSAGE.SUBSCRIBE, 7, { match: 'prefix' }, 'com.')).toEqual([
      MESSAGE.SUBSCRIBED,
      7,
      id,
    ]);
    expect(await ask(one, MESSAGE.PUBLISH, 2, { acknowledge: true }, 'com.x')).toStartWith([
      MESSAGE.PUBLISHED,
      2,
    ]);
    expect(await two.next()).toStartWith([MESSAGE.EVENT, id]);
    expect(await ask(two, MESSAGE.UNSUBSCRIBE, 8, id)).toEqual([MESSAGE.UNSUBSCRIBED, 8]);
    expect(await ask(one, MESSAGE.PUBLISH, 3, { acknowledge: true, exclude_me: false }, 'com.x')).toStartWith(
      [MESSAGE.PUBLISHED, 3],
    );
    expect(await one.next()).toStartWith([MESSAGE.EVENT, id]);
    expect([one.unread, two.unread]).toEqual([0, 0]);
  });
});
