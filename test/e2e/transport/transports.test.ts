import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { ALL_ROLES, hello, type RawClient } from '../../support/raw-client.js';
import { EACH_TRANSPORT, SERIALIZERS, useTransport } from '../../support/transport-matrix.js';

const ANY = expect.anything();

/** Values that every serializer carries unchanged; bytes are in WAMP's JSON form. */
const VALUES: readonly unknown[] = [
  'Grüße, 世界 \u{1f600}',
  '',
  0,
  -1,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  2n ** 62n,
  0.1,
  -1.5e300,
  true,
  false,
  null,
  [],
  {},
  [[[{ deep: [null] }]]],
  { 'a b': 1, __proto: 2 },
  `\0${Buffer.from([0, 1, 254, 255]).toString('base64')}`,
];

/** One contract for every transport with every serializer. */
describe.each(EACH_TRANSPORT)('over $name', (over) => {
  const { serializer } = over;
  const { host, connect, join, ask } = useTransport(over);
  // The other end of a call or event has another serializer.
  const other = SERIALIZERS[(SERIALIZERS.indexOf(serializer) + 1) % SERIALIZERS.length];

  /** Answers the next INVOCATION with its arguments. */
  async function echo(callee: RawClient): Promise<readonly unknown[]> {
    const [type, invocation, , , args = [], kwargs = {}] = await callee.next();
    expect(type).toBe(MESSAGE.INVOCATION);
    callee.send([MESSAGE.YIELD, invocation, {}, args, kwargs]);
    return [args, kwargs];
  }

  it('a client joins, leaves, and joins again', async () => {
    const client = await join();
    expect(await ask(client, MESSAGE.GOODBYE, {}, 'wamp.close.normal')).toEqual([
      MESSAGE.GOODBYE,
      {},
      'wamp.close.goodbye_and_out',
    ]);
    expect((await hello(client, 'realm2'))[0]).toBe(MESSAGE.WELCOME);
    expect(host().router.counts().sessions).toBe(1);
  });

  it('a client that may not join gets a reason', async () => {
    const client = await connect();
    expect(await hello(client, 'nowhere', { roles: ALL_ROLES })).toEqual([
      MESSAGE.ABORT,
      { message: ANY },
      'wamp.error.no_such_realm',
    ]);
    await client.closed;
  });

  it('calls carry every kind of value both ways, between serializers too', async () => {
    const [callee, caller] = [await join(other), await join()];
    expect(await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.echo')).toEqual([MESSAGE.REGISTERED, 1, ANY]);
    for (const [at, value] of VALUES.entries()) {
      const request = at + 1;
      caller.send([MESSAGE.CALL, request, {}, 'com.echo', [value], { value }]);
      expect(await echo(callee)).toEqual([[value], { value }]);
      expect(await caller.next()).toEqual([MESSAGE.RESULT, request, {}, [value], { value }]);
    }
  });

  it('errors carry their URI, arguments and details', async () => {
    const [callee, caller] = [await join(other), await join()];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.fail');
    caller.send([MESSAGE.CALL, 1, {}, 'com.fail']);
    const [, invocation] = await callee.next();
    callee.send([
      MESSAGE.ERROR,
      MESSAGE.INVOCATION,
      invocation,
      { why: 'x' },
      'com.error.mine',
      [1],
      { k: 'ä' },
    ]);
    expect(await caller.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      { why: 'x' },
      'com.error.mine',
      [1],
      { k: 'ä' },
    ]);
    expect((await ask(caller, MESSAGE.CALL, 2, {}, 'com.none'))[4]).toBe('wamp.error.no_such_procedure');
  });

  it('events reach their subscribers, and the publisher gets PUBLISHED', async () => {
    const [publisher, one, two] = [await join(), await join(other), await join()];
    for (const client of [one, two])
      expect(await ask(client, MESSAGE.SUBSCRIBE, 1, {}, 'com.t')).toEqual([MESSAGE.SUBSCRIBED, 1, ANY]);
    const published = await ask(publisher, MESSAGE.PUBLISH, 1, { acknowledge: true }, 'com.t', ['x'], {
      y: [1],
    });
    expect(published).toEqual([MESSAGE.PUBLISHED, 1, ANY]);
    for (const client of [one, two]) {
      expect(await client.next()).toEqual([MESSAGE.EVENT, ANY, published[2], {}, ['x'], { y: [1] }]);
    }
    expect(await ask(one, MESSAGE.UNSUBSCRIBE, 2, 1)).toEqual([MESSAGE.UNSUBSCRIBED, 2]);
    publisher.send([MESSAGE.PUBLISH, 2, {}, 'com.t', ['again']]);
    expect(await two.next()).toEqual([MESSAGE.EVENT, ANY, ANY, {}, ['again']]);
    expect(one.unread).toBe(0);
  });

  it('messages of several megabytes arrive, and so do those behind them', async () => {
    const [callee, caller] = [await join(other), await join()];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.echo');
    const text = 'ä'.repeat(2 * 1024 * 1024);
    caller.send([MESSAGE.CALL, 1, {}, 'com.echo', [text]]);
    caller.send([MESSAGE.CALL, 2, {}, 'com.echo', ['behind']]);
    const [[echoed]] = (await echo(callee)) as [[string]];
    expect(echoed === text).toBe(true);
    await echo(callee);
    const [first, second] = [await caller.next(), await caller.next()];
    expect([first[1], (first[3] as string[])[0] === text]).toEqual([1, true]);
    expect(second).toEqual([MESSAGE.RESULT, 2, {}, ['behind']]);
  });

  it('a thousand messages at once stay in order', async () => {
    const [subscriber, publisher] = [await join(other), await join()];
    await ask(subscriber, MESSAGE.SUBSCRIBE, 1, {}, 'com.t');
    for (let at = 0; at < 1000; at++) publisher.send([MESSAGE.PUBLISH, at + 1, {}, 'com.t', [at]]);
    for (let at = 0; at < 1000; at++) expect((await subscriber.next())[4]).toEqual([at]);
  });

  it('a client that closes without GOODBYE leaves nothing, and its callers get an error', async () => {
    const [callee, caller] = [await join(other), await join()];
    await ask(callee, MESSAGE.REGISTER, 1, {}, 'com.a');
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    await callee.next();
    callee.close();
    expect((await caller.next())[4]).toBe('wamp.error.canceled');
    expect((await ask(caller, MESSAGE.CALL, 2, {}, 'com.a'))[4]).toBe('wamp.error.no_such_procedure');
  });

  it('the router sends GOODBYE when it closes', async () => {
    const client = await join();
    const closing = host().router.close();
    expect(await client.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.system_shutdown']);
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    await Promise.all([closing, client.closed]);
  });

  it('the router sends ABORT to a connection that breaks the protocol, and closes it', async () => {
    const client = await join();
    expect(await ask(client, MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES })).toEqual([
      MESSAGE.ABORT,
      { message: ANY },
      'wamp.error.protocol_violation',
    ]);
    await client.closed;
  });
});
