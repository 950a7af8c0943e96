import { describe, expect, it } from 'vitest';
import { ANY, CAPABLE, TRANSPORTS, useRouter } from '../../support/contract.js';
import type { RawClient } from '../../support/raw-client.js';

describe.each(TRANSPORTS)('patterns, over %s', (transport) => {
  const { join, ask } = useRouter(transport);

  /** Registers in the given order. Returns the registration IDs. */
  async function register(client: RawClient, ...entries: readonly (readonly [string, object])[]) {
    const ids: unknown[] = [];
    for (const [at, [uri, options]] of entries.entries()) {
      const registered = await ask(client, 64, at + 1, options, uri);
      expect(registered).toEqual([65, at + 1, ANY]);
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
  ])('a call of %s goes to registration %s', async (uri, expected) => {
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
    caller.send([48, 1, {}, uri, ['x']]);
    if (expected === undefined) {
      expect(await caller.next()).toStartWith([8, 48, 1, {}, 'wamp.error.no_such_procedure']);
      return;
    }
    // INVOCATION names the procedure only for a pattern.
    const details = expected === 1 ? {} : { procedure: uri };
    expect(await callee.next()).toEqual([68, 1, ids[expected - 1], details, ['x']]);
    callee.send([70, 1, {}, ['r']]);
    expect(await caller.next()).toEqual([50, 1, {}, ['r']]);
  });

  it('have a separate registration of one URI for each policy', async () => {
    const [callee, caller] = [await join(), await join()];
    const ids = await register(
      callee,
      ['com.a', {}],
      ['com.a', { match: 'prefix' }],
      ['com.a', { match: 'wildcard' }],
    );
    expect(new Set(ids).size).toBe(3);
    expect(await ask(callee, 64, 9, { match: 'prefix' }, 'com.a')).toStartWith([
      8,
      64,
      9,
      {},
      'wamp.error.procedure_already_exists',
    ]);
    // When one is removed, the next one by precedence gets the call.
    for (const [at, id] of ids.entries()) {
      caller.send([48, at + 1, {}, 'com.a']);
      expect(await callee.next()).toEqual([68, at + 1, id, at === 0 ? {} : { procedure: 'com.a' }]);
      callee.send([70, at + 1, {}]);
      expect(await caller.next()).toEqual([50, at + 1, {}]);
      expect(await ask(callee, 66, 20 + at, id)).toEqual([67, 20 + at]);
    }
    expect(await ask(caller, 48, 5, {}, 'com.a')).toStartWith([8, 48, 5, {}, 'wamp.error.no_such_procedure']);
  });

  it('do not match the router’s own procedures', async () => {
    const [callee, caller] = [await join(), await join()];
    await register(callee, ['', { match: 'prefix' }], ['..', { match: 'wildcard' }]);
    expect(await ask(caller, 48, 1, {}, 'wamp.session.count')).toEqual([50, 1, {}, [2]]);
    expect(await ask(caller, 48, 2, {}, 'wamp.session.nothing')).toStartWith([8, 48, 2]);
    expect(callee.unread).toBe(0);
  });

  it('send an event once for each matching subscription of a session', async () => {
    const [subscriber, publisher] = [await join(CAPABLE), await join()];
    const exact = (await ask(subscriber, 32, 1, {}, 'com.app.emergency'))[2];
    const prefix = (await ask(subscriber, 32, 2, { match: 'prefix' }, 'com.app'))[2];
    const half = (await ask(subscriber, 32, 3, { match: 'prefix' }, 'com.app.emerg'))[2];
    const wildcard = (await ask(subscriber, 32, 4, { match: 'wildcard' }, 'com..emergency'))[2];
    await ask(subscriber, 32, 5, { match: 'wildcard' }, 'com..emergency.');
    await ask(subscriber, 32, 6, { match: 'prefix' }, 'com.app.emergency-');
    const [, , publication] = await ask(publisher, 16, 1, { acknowledge: true }, 'com.app.emergency', [1]);
    const topic = { topic: 'com.app.emergency' };
    expect([await subscriber.next(), await subscriber.next()]).toEqual([
      [36, exact, publication, {}, [1]],
      [36, prefix, publication, topic, [1]],
    ]);
    expect([await subscriber.next(), await subscriber.next()]).toEqual([
      [36, half, publication, topic, [1]],
      [36, wildcard, publication, topic, [1]],
    ]);
    publisher.send([16, 2, {}, 'com.app.emergency-low', [2]]);
    expect((await subscriber.next())[1]).toBe(prefix);
    expect((await subscriber.next())[1]).toBe(half);
    expect(await subscriber.next()).toEqual([36, ANY, ANY, { topic: 'com.app.emergency-low' }, [2]]);
    expect(subscriber.unread).toBe(0);
  });

  it('give all subscribers of a pattern one ID, and the publisher none of its own events', async () => {
    const [one, two] = [await join(), await join()];
    const [, , id] = await ask(one, 32, 1, { match: 'prefix' }, 'com.');
    expect(await ask(two, 32, 7, { match: 'prefix' }, 'com.')).toEqual([33, 7, id]);
    expect(await ask(one, 16, 2, { acknowledge: true }, 'com.x')).toStartWith([17, 2]);
    expect(await two.next()).toStartWith([36, id]);
    expect(await ask(two, 34, 8, id)).toEqual([35, 8]);
    expect(await ask(one, 16, 3, { acknowledge: true, exclude_me: false }, 'com.x')).toStartWith([17, 3]);
    expect(await one.next()).toStartWith([36, id]);
    expect([one.unread, two.unread]).toEqual([0, 0]);
  });
});
