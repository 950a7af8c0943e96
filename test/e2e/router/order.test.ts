import { describe, expect, it } from 'vitest';
import { CAPABLE, TRANSPORTS, useRouter } from '../../support/contract.js';
import type { RawClient } from '../../support/raw-client.js';
import { connectRaw, hello } from '../../support/raw-client.js';

const COUNT = 200;
const numbers = Array.from({ length: COUNT }, (_, at) => at);

/** WAMP, "Ordering Guarantees". */
describe.each(TRANSPORTS)('the order of messages, over %s:', (transport) => {
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

  it('events of one publisher come as they were published, whatever their topics', async () => {
    const [subscriber, publisher] = [await join(), await join()];
    await ask(subscriber, 32, 1, {}, 'com.one');
    await ask(subscriber, 32, 2, { match: 'prefix' }, 'org.');
    for (const at of numbers)
      publisher.send([16, at + 1, {}, at % 3 === 0 ? 'com.one' : `org.t${at % 5}`, [at]]);
    for (const at of numbers) expect((await subscriber.next())[4]).toEqual([at]);
  });

  it('calls of one caller reach one callee in their order, and so do the responses', async () => {
    const [callee, caller] = [await join(), await join()];
    await ask(callee, 64, 1, {}, 'com.one');
    await ask(callee, 64, 2, { match: 'prefix' }, 'org.');
    const calls = numbers.slice(0, 100);
    for (const at of calls) caller.send([48, at + 1, {}, at % 3 === 0 ? 'com.one' : `org.p${at % 5}`, [at]]);
    for (const at of calls) expect((await callee.next()).slice(4)).toEqual([[at]]);
    for (const at of [...calls].reverse()) callee.send([70, at + 1, {}, [at]]);
    for (const at of [...calls].reverse()) expect(await caller.next()).toEqual([50, at + 1, {}, [at]]);
  });

  it('calls and events of one session reach another one in their order', async () => {
    const [other, one] = [await join(), await join()];
    await ask(other, 64, 1, {}, 'com.p');
    await ask(other, 32, 2, {}, 'com.t');
    for (const at of numbers.slice(0, 90))
      one.send(at % 2 ? [16, at + 1, {}, 'com.t', [at]] : [48, at + 1, {}, 'com.p', [at]]);
    for (const at of numbers.slice(0, 90)) expect((await other.next())[4]).toEqual([at]);
  });

  it('SUBSCRIBED comes before the first event, and nothing after UNSUBSCRIBED', async () => {
    const [subscriber, publisher] = [await join(), await join()];
    let published = 0;
    for (let round = 0; round < 20; round++) {
      subscriber.send([32, 2 * round + 1, {}, 'com.t']);
      for (let burst = 0; burst < 10; burst++) publisher.send([16, ++published, {}, 'com.t']);
      const [code, , id] = await subscriber.next();
      expect(code).toBe(33);
      for (let burst = 0; burst < 10; burst++) publisher.send([16, ++published, {}, 'com.t']);
      subscriber.send([34, 2 * round + 2, id]);
      const heard = await until(subscriber, ([type]) => type === 35);
      expect(heard.slice(0, -1).every(([type, of]) => type === 36 && of === id)).toBe(true);
      await ask(publisher, 16, ++published, { acknowledge: true }, 'com.t');
      await hearsNothing(subscriber);
    }
  });

  it('REGISTERED comes before the first invocation, and none after UNREGISTERED', async () => {
    const [callee, caller] = [await join(), await join()];
    let asked = 0;
    let answered = 0;
    const answerAll = (invocations: readonly (readonly unknown[])[]) => {
      for (const [, invocation] of invocations) callee.send([70, invocation, {}]);
    };
    for (let round = 0; round < 20; round++) {
      callee.send([64, 2 * round + 1, {}, 'com.p']);
      for (let burst = 0; burst < 10; burst++) caller.send([48, ++asked, {}, 'com.p']);
      const [code, , id] = await callee.next();
      expect(code).toBe(65);
      callee.send([66, 2 * round + 2, id]);
      const heard = await until(callee, ([type]) => type === 67);
      const invocations = heard.slice(0, -1);
      expect(invocations.every(([type, , of]) => type === 68 && of === id)).toBe(true);
      answerAll(invocations);
      // Each call gets a response: a result, or an error because there was no callee.
      for (; answered < asked; answered++) {
        expect([8, 50]).toContain((await caller.next())[0]);
      }
      await hearsNothing(callee, caller);
    }
  });

  it('progressive results come in their order, mixed for several calls', async () => {
    const [callee, caller] = [await join(CAPABLE), await join(CAPABLE)];
    await ask(callee, 64, 1, {}, 'com.p');
    for (const request of [1, 2]) caller.send([48, request, { receive_progress: true }, 'com.p']);
    for (const request of [1, 2]) expect(await callee.next()).toStartWith([68, request]);
    for (const at of numbers) callee.send([70, (at % 2) + 1, { progress: true }, [at]]);
    for (const request of [2, 1]) callee.send([70, request, {}]);
    for (const at of numbers)
      expect(await caller.next()).toEqual([50, (at % 2) + 1, { progress: true }, [at]]);
    for (const request of [2, 1]) expect(await caller.next()).toEqual([50, request, {}]);
  });
});

/** Results that wait for a slow caller. For one that is too slow, see the tests of send queues. */
describe('progressive results for a caller that reads nothing for a while', () => {
  const { host, join, ask } = useRouter('websocket');

  it('all come when it reads again', async () => {
    const callee = await join(CAPABLE);
    await ask(callee, 64, 1, {}, 'com.p');
    const caller = await connectRaw(host().url);
    await hello(caller, 'realm1', CAPABLE);
    caller.send([48, 1, { receive_progress: true }, 'com.p']);
    expect(await callee.next()).toStartWith([68, 1]);
    caller.ws.pause();
    const block = 'x'.repeat(10_000);
    for (let part = 0; part < 512; part++) callee.send([70, 1, { progress: true }, [part, block]]);
    callee.send([70, 1, {}, ['done']]);
    // The response shows that the router has got everything that was sent before.
    expect(await ask(callee, 48, 1, {}, 'wamp.nothing')).toStartWith([8]);
    expect(caller.unread).toBe(0);
    caller.ws.resume();
    for (let part = 0; part < 512; part++)
      expect(await caller.next()).toEqual([50, 1, { progress: true }, [part, block]]);
    expect(await caller.next()).toEqual([50, 1, {}, ['done']]);
    caller.close();
  });
});
