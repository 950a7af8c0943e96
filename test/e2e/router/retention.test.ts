import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ANY, useRouter } from '../../support/contract.js';
import { LIMITS } from '../../support/limits.js';
import { hello } from '../../support/raw-client.js';
import { CONTRACT_MATRIX } from '../../support/transport-matrix.js';

const RETAIN = { retain: true, acknowledge: true };
const GET = { get_retained: true };

describe.each(CONTRACT_MATRIX)('retained events over $name', (transport) => {
  const { connect, join, ask } = useRouter(transport, { limits: { ...LIMITS, maxRetainedEvents: 3 } });

  it('arrive after SUBSCRIBED if the subscriber asks for the last one', async () => {
    const publisher = await join();
    await ask(publisher, MESSAGE.PUBLISH, 1, RETAIN, 'com.t', ['old']);
    const [, , publication] = await ask(publisher, MESSAGE.PUBLISH, 2, RETAIN, 'com.t', ['new'], { k: 1 });
    await ask(publisher, MESSAGE.PUBLISH, 3, { acknowledge: true }, 'com.t', ['passing']);
    await ask(publisher, MESSAGE.PUBLISH, 4, RETAIN, 'com.u', ['another topic']);
    const late = await join();
    const [, , subscription] = await ask(late, MESSAGE.SUBSCRIBE, 1, GET, 'com.t');
    expect(await late.next()).toEqual([
      MESSAGE.EVENT,
      subscription,
      publication,
      { retained: true },
      ['new'],
      { k: 1 },
    ]);
    // Again for a second request, and not without one.
    expect(await ask(late, MESSAGE.SUBSCRIBE, 2, {}, 'com.t')).toEqual([MESSAGE.SUBSCRIBED, 2, subscription]);
    expect(await ask(late, MESSAGE.SUBSCRIBE, 3, GET, 'com.t')).toEqual([
      MESSAGE.SUBSCRIBED,
      3,
      subscription,
    ]);
    expect(await late.next()).toStartWith([MESSAGE.EVENT, subscription, publication, { retained: true }]);
    expect(late.unread).toBe(0);
  });

  it('outlive their publisher, and disclose it if it asked for that', async () => {
    const publisher = await connect();
    const [, id] = await hello(publisher);
    await ask(publisher, MESSAGE.PUBLISH, 1, { ...RETAIN, disclose_me: true }, 'com.t');
    publisher.close();
    const late = await join();
    await ask(late, MESSAGE.SUBSCRIBE, 1, GET, 'com.t');
    expect(await late.next()).toEqual([
      MESSAGE.EVENT,
      ANY,
      ANY,
      { retained: true, publisher: id, publisher_authid: ANY, publisher_authrole: 'anonymous' },
    ]);
  });

  it('arrive for each topic that a pattern matches, in order and with the topic', async () => {
    const publisher = await join();
    for (const [at, topic] of ['com.b', 'com.a', 'org.a'].entries())
      await ask(publisher, MESSAGE.PUBLISH, at + 1, RETAIN, topic, [at]);
    const late = await join();
    const [, , prefix] = await ask(late, MESSAGE.SUBSCRIBE, 1, { ...GET, match: 'prefix' }, 'com.');
    expect(await late.next()).toEqual([MESSAGE.EVENT, prefix, ANY, { retained: true, topic: 'com.b' }, [0]]);
    expect(await late.next()).toEqual([MESSAGE.EVENT, prefix, ANY, { retained: true, topic: 'com.a' }, [1]]);
    const [, , wildcard] = await ask(late, MESSAGE.SUBSCRIBE, 2, { ...GET, match: 'wildcard' }, '.a');
    expect(await late.next()).toEqual([
      MESSAGE.EVENT,
      wildcard,
      ANY,
      { retained: true, topic: 'com.a' },
      [1],
    ]);
    expect(await late.next()).toEqual([
      MESSAGE.EVENT,
      wildcard,
      ANY,
      { retained: true, topic: 'org.a' },
      [2],
    ]);
    expect(late.unread).toBe(0);
  });

  it('arrive only at sessions that would have got the original event', async () => {
    const [publisher, one, two] = [await join(), await connect(), await connect()];
    const [, id] = await hello(one);
    await hello(two);
    await ask(publisher, MESSAGE.PUBLISH, 1, { ...RETAIN, eligible: [id] }, 'com.t');
    await ask(one, MESSAGE.SUBSCRIBE, 1, GET, 'com.t');
    expect(await one.next()).toStartWith([MESSAGE.EVENT]);
    for (const client of [two, publisher]) {
      await ask(client, MESSAGE.SUBSCRIBE, 9, GET, 'com.t');
      expect(await ask(client, MESSAGE.CALL, 10, {}, 'com.nothing')).toStartWith([
        MESSAGE.ERROR,
        MESSAGE.CALL,
        10,
      ]);
    }
  });

  it('arrive at their publisher if it wants its own events', async () => {
    const publisher = await join();
    await ask(publisher, MESSAGE.PUBLISH, 1, { ...RETAIN, exclude_me: false }, 'com.t');
    await ask(publisher, MESSAGE.SUBSCRIBE, 2, GET, 'com.t');
    expect(await publisher.next()).toEqual([MESSAGE.EVENT, ANY, ANY, { retained: true }]);
  });

  it('are dropped, the oldest first, when there are too many', async () => {
    const publisher = await join();
    for (const [at, topic] of ['com.a', 'com.b', 'com.c', 'com.d'].entries())
      await ask(publisher, MESSAGE.PUBLISH, at + 1, RETAIN, topic);
    const late = await join();
    await ask(late, MESSAGE.SUBSCRIBE, 1, { ...GET, match: 'prefix' }, '');
    const topics = [await late.next(), await late.next(), await late.next()].map(
      (event) => (event[3] as { topic: string }).topic,
    );
    expect(topics).toEqual(['com.b', 'com.c', 'com.d']);
    expect(late.unread).toBe(0);
  });
});
