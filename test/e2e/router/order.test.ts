import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { CAPABLE, useRouter } from '../../support/contract.js';
import type { RawClient } from '../../support/raw-client.js';
import { connectRaw, hello } from '../../support/raw-client.js';
import { CONTRACT_MATRIX, caseNamed } from '../../support/transport-matrix.js';

const COUNT = 200;
const numbers = Array.from({ length: COUNT }, (_, at) => at);

/** WAMP, "Ordering Guarantees". */
describe.each(CONTRACT_MATRIX)('the order of messages over $name', (transport) => {
  const { join, ask, hearsNothing } = useRouter(transport);

  /** Everything that a client gets until a given last message. */
  async function until(client: RawClient, isLast: (message: readonly unknown[]) => boolean) {
    const all: (readonly unknown[])[] = [];
    for (;;) {
      const message = await client.next();
      all.push(message);
      if (isLast(message)) return all;
    }
  }

  it('events of one publisher arrive in the order of their publication, whatever their topics', async () => {
    const [subscriber, publisher] = [await join(), await join()];
    await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.one');
    await ask(subscriber, MESSAGE.SUBSCRIBE, 2, { match: 'prefix' }, 'org.');
    for (const at of numbers)
      publisher.send([MESSAGE.PUBLISH, at + 1, {}, at % 3 === 0 ? 'com.one' : `org.t${at % 5}`, [at]]);
    for (const at of numbers) expect((await subscriber.next())[4]).toEqual([at]);
  });

  it('calls of one caller reach one callee in their order, and the results come back in theirs', async () => {
    const [callee, caller] = [await join(), await join()];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.one');
    await ask(callee, MESSAGE.REGISTER, 2, { match: 'prefix' }, 'org.');
    const calls = numbers.slice(0, 100);
    for (const at of calls)
      caller.send([MESSAGE.CALL, at + 1, {}, at % 3 === 0 ? 'com.one' : `org.p${at % 5}`, [at]]);
    for (const at of calls) expect((await callee.next()).slice(4)).toEqual([[at]]);
    for (const at of [...calls].reverse()) callee.send([MESSAGE.YIELD, at + 1, {}, [at]]);
    for (const at of [...calls].reverse())
      expect(await caller.next()).toEqual([MESSAGE.RESULT, at + 1, {}, [at]]);
  });

  it('calls and events of one session reach another one in their order', async () => {
    const [other, one] = [await join(), await join()];
    await ask(other, MESSAGE.REGISTER, 1, {}, 'com.p');
    await ask(other, MESSAGE.SUBSCRIBE, 2, {}, 'com.t');
    for (const at of numbers.slice(0, 90))
      one.send(
        at % 2 ? [MESSAGE.PUBLISH, at + 1, {}, 'com.t', [at]] : [MESSAGE.CALL, at + 1, {}, 'com.p', [at]],
      );
    for (const at of numbers.slice(0, 90)) expect((await other.next())[4]).toEqual([at]);
  });

  it('events arrive only between SUBSCRIBED and UNSUBSCRIBED', async () => {
    const [subscriber, publisher] = [await join(), await join()];
    let published = 0;
    for (let round = 0; round < 20; round++) {
      subscriber.send([MESSAGE.SUBSCRIBE, 2 * round + 1, {}, 'com.t']);
      for (let burst = 0; burst < 10; burst++) publisher.send([MESSAGE.PUBLISH, ++published, {}, 'com.t']);
      const [code, , id] = await subscriber.next();
      expect(code).toBe(MESSAGE.SUBSCRIBED);
      for (let burst = 0; burst < 10; burst++) publisher.send([MESSAGE.PUBLISH, ++published, {}, 'com.t']);
      subscriber.send([MESSAGE.UNSUBSCRIBE, 2 * round + 2, id]);
      const heard = await until(subscriber, ([type]) => type === MESSAGE.UNSUBSCRIBED);
      expect(heard.slice(0, -1).every(([type, of]) => type === MESSAGE.EVENT && of === id)).toBe(true);
      await ask(publisher, MESSAGE.PUBLISH, ++published, { acknowledge: true }, 'com.t');
      await hearsNothing(subscriber);
    }
  });

  it('invocations arrive only between REGISTERED and UNREGISTERED', async () => {
    const [callee, caller] = [await join(), await join()];
    let asked = 0;
    let answered = 0;
    const answerAll = (invocations: readonly (readonly unknown[])[]) => {
      for (const [, invocation] of invocations) callee.send([MESSAGE.YIELD, invocation, {}]);
    };
    for (let round = 0; round < 20; round++) {
      callee.send([MESSAGE.REGISTER, 2 * round + 1, {}, 'com.p']);
      for (let burst = 0; burst < 10; burst++) caller.send([MESSAGE.CALL, ++asked, {}, 'com.p']);
      const [code, , id] = await callee.next();
      expect(code).toBe(MESSAGE.REGISTERED);
      callee.send([MESSAGE.UNREGISTER, 2 * round + 2, id]);
      const heard = await until(callee, ([type]) => type === MESSAGE.UNREGISTERED);
      const invocations = heard.slice(0, -1);
      expect(invocations.every(([type, , of]) => type === MESSAGE.INVOCATION && of === id)).toBe(true);
      answerAll(invocations);
      // Each call gets a response: a result, or an error because there was no callee.
      for (; answered < asked; answered++) {
        expect([MESSAGE.ERROR, MESSAGE.RESULT]).toContain((await caller.next())[0]);
      }
      await hearsNothing(callee, caller);
    }
  });

  it('progressive results of several calls arrive in the order of each call', async () => {
    const [callee, caller] = [await join(CAPABLE), await join(CAPABLE)];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.p');
    for (const request of [1, 2]) caller.send([MESSAGE.CALL, request, { receive_progress: true }, 'com.p']);
    for (const request of [1, 2]) expect(await callee.next()).toStartWith([MESSAGE.INVOCATION, request]);
    for (const at of numbers) callee.send([MESSAGE.YIELD, (at % 2) + 1, { progress: true }, [at]]);
    for (const request of [2, 1]) callee.send([MESSAGE.YIELD, request, {}]);
    for (const at of numbers)
      expect(await caller.next()).toEqual([MESSAGE.RESULT, (at % 2) + 1, { progress: true }, [at]]);
    for (const request of [2, 1]) expect(await caller.next()).toEqual([MESSAGE.RESULT, request, {}]);
  });
});

/** Results that wait for a slow caller. For one that is too slow, see the tests of send queues. */
describe('a caller that reads nothing for a while', () => {
  const { host, join, ask } = useRouter(caseNamed('WebSocket, json'));

  it('gets all its progressive results when it reads again', async () => {
    const callee = await join(CAPABLE);
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.p');
    const caller = await connectRaw(host().url);
    await hello(caller, 'realm1', CAPABLE);
    caller.send([MESSAGE.CALL, 1, { receive_progress: true }, 'com.p']);
    expect(await callee.next()).toStartWith([MESSAGE.INVOCATION, 1]);
    caller.ws.pause();
    const block = 'x'.repeat(10_000);
    for (let part = 0; part < 512; part++) callee.send([MESSAGE.YIELD, 1, { progress: true }, [part, block]]);
    callee.send([MESSAGE.YIELD, 1, {}, ['done']]);
    // The response shows that the router has got everything that was sent before.
    expect(await ask(callee, MESSAGE.CALL, 1, {}, 'wamp.nothing')).toStartWith([MESSAGE.ERROR]);
    expect(caller.unread).toBe(0);
    caller.ws.resume();
    for (let part = 0; part < 512; part++)
      expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, { progress: true }, [part, block]]);
    expect(await caller.next()).toEqual([MESSAGE.RESULT, 1, {}, ['done']]);
    caller.close();
  });
});
