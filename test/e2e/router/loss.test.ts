import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, CAPABLE, PLAIN_CALLEE, useRouter } from '../../support/contract.js';
import { hello, type RawClient } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const CANCELED = [MESSAGE.ERROR, MESSAGE.CALL, 1, {}, 'wamp.error.canceled', [expect.stringMatching(/ /)]];
const INTERRUPT = { mode: 'killnowait', reason: 'wamp.error.canceled' };

/** All ways in which a session can end in the middle of something. */
const WAYS: readonly (readonly [string, (client: RawClient) => void])[] = [
  ['leaves', (client) => client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal'])],
  ['drops', (client) => client.close()],
  ['aborts', (client) => client.send([MESSAGE.ABORT, {}, 'com.example.fed_up'])],
  ['breaks the protocol', (client) => client.send([MESSAGE.REGISTERED, 1, 1])],
];

describe.each(CONTRACT_MATRIX)('during a call over $name', (transport) => {
  const { host, join, ask, callUnderWay, hearsNothing } = useRouter(transport);
  const left = (what: object) => expect.poll(() => host().router.counts()).toMatchObject(what);

  describe.each(WAYS)('a caller that %s', (_how, go) => {
    it('has its call interrupted, and a later result of the callee is dropped', async () => {
      const [callee, caller, invocation] = await callUnderWay();
      go(caller);
      expect(await callee.next()).toEqual([MESSAGE.INTERRUPT, invocation, INTERRUPT]);
      await left({ sessions: 1, pendingCalls: 0 });
      callee.send([MESSAGE.YIELD, invocation, {}, ['for nobody']]);
      callee.send([MESSAGE.ERROR, MESSAGE.INVOCATION, invocation, {}, 'wamp.error.canceled']);
      await hearsNothing(callee);
    });

    it('causes no INTERRUPT to a callee that does not support it', async () => {
      const [callee, caller, invocation] = await callUnderWay(PLAIN_CALLEE);
      go(caller);
      await left({ sessions: 1, pendingCalls: 0 });
      callee.send([MESSAGE.YIELD, invocation, {}, ['for nobody']]);
      await hearsNothing(callee);
    });

    it('has all its calls interrupted, and no other calls', async () => {
      const [one, two, caller, other] = [await join(), await join(), await join(), await join()];
      await ask(one, MESSAGE.REGISTER, 1, {}, 'com.one');
      await ask(two, MESSAGE.REGISTER, 1, {}, 'com.two');
      for (const [request, uri] of ['com.one', 'com.two', 'com.one'].entries())
        caller.send([MESSAGE.CALL, request + 1, {}, uri]);
      other.send([MESSAGE.CALL, 1, {}, 'com.one']);
      for (let at = 0; at < 3; at++) expect(await one.next()).toStartWith([MESSAGE.INVOCATION]);
      expect(await two.next()).toStartWith([MESSAGE.INVOCATION, 1]);
      go(caller);
      expect(await two.next()).toEqual([MESSAGE.INTERRUPT, 1, INTERRUPT]);
      const interrupted = [(await one.next())[1], (await one.next())[1]] as number[];
      const [kept] = [1, 2, 3].filter((invocation) => !interrupted.includes(invocation));
      await hearsNothing(one, two);
      one.send([MESSAGE.YIELD, kept, {}, ['kept']]);
      expect(await other.next()).toEqual([MESSAGE.RESULT, 1, {}, ['kept']]);
    });

    it('has no call rerouted when its callee is unavailable', async () => {
      const [first, second, caller] = [await join(CAPABLE), await join(CAPABLE), await join()];
      for (const client of [first, second])
        await ask(client, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      expect(await first.next()).toStartWith([MESSAGE.INVOCATION, 1]);
      go(caller);
      expect(await first.next()).toStartWith([MESSAGE.INTERRUPT, 1]);
      first.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.unavailable']);
      await hearsNothing(first, second);
    });

    it('has the last callee interrupted after others were unavailable', async () => {
      const [first, second, caller] = [await join(CAPABLE), await join(CAPABLE), await join()];
      for (const client of [first, second])
        await ask(client, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      await first.next();
      first.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.unavailable']);
      expect(await second.next()).toStartWith([MESSAGE.INVOCATION, 1]);
      go(caller);
      expect(await second.next()).toEqual([MESSAGE.INTERRUPT, 1, INTERRUPT]);
      await hearsNothing(first, second);
    });
  });

  describe.each(WAYS)('a callee that %s', (_how, go) => {
    it('leaves no caller waiting and no procedure registered', async () => {
      const [callee, caller] = await callUnderWay();
      const other = await join();
      await ask(callee, MESSAGE.REGISTER, 2, { match: 'prefix' }, 'com.pattern.');
      other.send([MESSAGE.CALL, 1, {}, 'com.pattern.x']);
      expect(await callee.next()).toStartWith([MESSAGE.INVOCATION, 2]);
      go(callee);
      for (const client of [caller, other]) expect(await client.next()).toEqual(CANCELED);
      for (const uri of ['com.a', 'com.pattern.x'])
        expect(await ask(caller, MESSAGE.CALL, 2, {}, uri)).toStartWith([
          MESSAGE.ERROR,
          MESSAGE.CALL,
          2,
          {},
          'wamp.error.no_such_procedure',
        ]);
      await left({ sessions: 2, registrations: 0, pendingCalls: 0 });
      await hearsNothing(caller, other);
    });

    it('leaves no caller waiting after progressive results', async () => {
      const [callee, caller] = [await join(CAPABLE), await join(CAPABLE)];
      await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
      caller.send([MESSAGE.CALL, 1, { receive_progress: true }, 'com.a']);
      await callee.next();
      for (const part of [1, 2]) callee.send([MESSAGE.YIELD, 1, { progress: true }, [part]]);
      go(callee);
      for (const part of [1, 2])
        expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, [part]]);
      expect(await caller.next()).toEqual(CANCELED);
    });

    it('loses its running call, and only the next call goes to another callee', async () => {
      const [first, second, caller] = [await join(CAPABLE), await join(CAPABLE), await join()];
      const [, , id] = await ask(first, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
      expect(await ask(second, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a')).toEqual([
        MESSAGE.REGISTERED,
        1,
        id,
      ]);
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      await first.next();
      go(first);
      expect(await caller.next()).toEqual(CANCELED);
      await hearsNothing(second);
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      expect(await second.next()).toEqual([MESSAGE.INVOCATION, 1, id, {}]);
      second.send([MESSAGE.YIELD, 1, {}]);
      expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}]);
    });

    it('leaves no caller waiting for a call that was rerouted to it', async () => {
      const [first, second, caller] = [await join(CAPABLE), await join(CAPABLE), await join()];
      for (const client of [first, second])
        await ask(client, MESSAGE.REGISTER, 1, { invoke: 'first' }, 'com.a');
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      await first.next();
      first.send([MESSAGE.ERROR, MESSAGE.INVOCATION, 1, {}, 'wamp.error.unavailable']);
      await second.next();
      go(second);
      expect(await caller.next()).toEqual(CANCELED);
      await hearsNothing(first);
    });

    it('loses both calls if it and its own callee call each other', async () => {
      const [one, two] = [await join(), await join()];
      await ask(one, MESSAGE.REGISTER, 1, {}, 'com.one');
      await ask(two, MESSAGE.REGISTER, 1, {}, 'com.two');
      one.send([MESSAGE.CALL, 2, {}, 'com.two']);
      expect(await two.next()).toStartWith([MESSAGE.INVOCATION, 1]);
      two.send([MESSAGE.CALL, 1, {}, 'com.one']);
      expect(await one.next()).toStartWith([MESSAGE.INVOCATION, 1]);
      go(one);
      const heard = [await two.next(), await two.next()];
      expect(heard).toContainEqual([MESSAGE.INTERRUPT, 1, INTERRUPT]);
      expect(heard).toContainEqual(CANCELED);
      await hearsNothing(two);
    });

    it('gets no more messages if it calls itself', async () => {
      const [both, other] = [await join(), await join()];
      await ask(both, MESSAGE.REGISTER, 1, {}, 'com.a');
      expect(await ask(both, MESSAGE.CALL, 2, {}, 'com.a')).toStartWith([MESSAGE.INVOCATION, 1]);
      other.send([MESSAGE.CALL, 1, {}, 'com.a']);
      expect(await both.next()).toStartWith([MESSAGE.INVOCATION, 2]);
      go(both);
      expect(await other.next()).toEqual(CANCELED);
      await left({ sessions: 1, pendingCalls: 0 });
      // Over a network, GOODBYE and ABORT still get their replies, and nothing else comes.
      const last: unknown[] = [];
      while (both.unread > 0) last.push((await both.next())[0]);
      expect([[], [3], [6]]).toContainEqual(last);
    });
  });

  it('a session that leaves with GOODBYE may join again, without its old calls', async () => {
    const [callee, caller, invocation] = await callUnderWay();
    expect(await ask(caller, MESSAGE.GOODBYE, {}, 'wamp.close.normal')).toStartWith([MESSAGE.GOODBYE]);
    expect(await callee.next()).toStartWith([MESSAGE.INTERRUPT]);
    expect((await hello(caller))[0]).toBe(MESSAGE.WELCOME);
    callee.send([MESSAGE.YIELD, invocation, {}, ['for the session that was']]);
    await hearsNothing(callee, caller);
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    expect(await callee.next()).toStartWith([MESSAGE.INVOCATION, 2]);
    callee.send([MESSAGE.YIELD, 2, {}, ['for this one']]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['for this one']]);
  });

  it('the realm is empty after all sessions have ended at once', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => join(CAPABLE)));
    for (const [at, client] of clients.entries()) {
      await ask(client, MESSAGE.REGISTER, 1, {}, `com.p${at}`);
      await ask(client, MESSAGE.SUBSCRIBE, 2, {}, 'com.t');
    }
    for (const client of clients)
      for (let at = 0; at < clients.length; at++)
        client.send([MESSAGE.CALL, 10 + at, { receive_progress: true }, `com.p${at}`]);
    await left({ pendingCalls: 64 });
    for (const [at, client] of clients.entries()) WAYS[at % WAYS.length]![1](client);
    await left({ sessions: 0, registrations: 0, subscriptions: 0, pendingCalls: 0 });
  });
});

describe.each(CONTRACT_MATRIX)('during events over $name', (transport) => {
  const { join, ask, hearsNothing } = useRouter(transport);

  it.each(WAYS)('a publisher that %s still has its last events delivered', async (_how, go) => {
    const [subscriber, publisher] = [await join(), await join()];
    await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    for (const at of [1, 2, 3]) publisher.send([MESSAGE.PUBLISH, at, {}, 'com.t', [at]]);
    go(publisher);
    for (const at of [1, 2, 3]) expect(await subscriber.next()).toEqual([MESSAGE.EVENT, ANY, ANY, {}, [at]]);
    await hearsNothing(subscriber);
  });

  it.each(WAYS)('a subscriber that %s does not affect the others', async (_how, go) => {
    const [one, two, three, publisher] = [await join(), await join(), await join(), await join()];
    for (const client of [one, two, three]) await ask(client, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    publisher.send([MESSAGE.PUBLISH, 1, {}, 'com.t', [1]]);
    go(two);
    publisher.send([MESSAGE.PUBLISH, 2, {}, 'com.t', [2]]);
    for (const client of [one, three])
      for (const at of [1, 2]) expect(await client.next()).toEqual([MESSAGE.EVENT, ANY, ANY, {}, [at]]);
  });
});
