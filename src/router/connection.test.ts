import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { LIMITS } from '../../test/support/limits.js';
import '../../test/support/matchers.js';
import { ALL_ROLES, attachRaw, hello, type RawClient, toList } from '../../test/support/raw-client.js';
import { MESSAGE, type Message } from '../wamp/messages.js';
import type { Peer, PeerReceiver, SendOutcome } from '../wamp/peer.js';
import type { Authorizer, Verdict } from './access/authorizer.js';
import { createRouter } from './router.js';

/** A router whose authorizer decides about `com.slow` only when the test says so. */
function setUp() {
  const clock = createFakeClock();
  const undecided: ((verdict: Verdict) => void)[] = [];
  const authorizer: Authorizer = {
    may: (_session, _action, uri) =>
      uri === 'com.slow' ? new Promise<Verdict>((resolve) => undecided.push(resolve)) : true,
  };
  const router = createRouter({
    realms: ['realm1'],
    limits: { ...LIMITS, maxWaitingMessages: 2 },
    rules: () => ({ authorizer }),
    allowAnonymous: true,
    agent: 'test',
    clock,
  });
  const decide = (verdict: Verdict): void => undecided.shift()?.(verdict);
  async function join(): Promise<{ client: RawClient; id: number }> {
    const client = attachRaw(router.attach);
    const [, id] = await hello(client);
    return { client, id: id as number };
  }
  return { router, clock, join, decide };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a session whose request waits for the authorizer', () => {
  it('can respond to calls meanwhile, because the decision may depend on that', async () => {
    const { join, decide } = setUp();
    const { client: callee } = await join();
    const { client: caller } = await join();
    callee.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
    await callee.next();
    callee.send([MESSAGE.CALL, 2, {}, 'com.slow']);
    for (const answer of [
      (request: unknown) => [MESSAGE.YIELD, request, {}, ['yes']],
      (request: unknown) => [MESSAGE.ERROR, MESSAGE.INVOCATION, request, {}, 'com.no'],
    ]) {
      caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
      const [, request] = await callee.next();
      callee.send(answer(request));
      expect([MESSAGE.RESULT, 8]).toContain((await caller.next())[0]);
    }
    decide(false);
    expect(await callee.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      2,
      {},
      'wamp.error.not_authorized',
      [expect.any(String)],
    ]);
  });

  it('gets no more events of a subscription as soon as it sends UNSUBSCRIBE', async () => {
    const { join, decide } = setUp();
    const [{ client }, { client: publisher }] = [await join(), await join()];
    // The publisher subscribes too, so that the subscription outlives the client's part in it.
    publisher.send([MESSAGE.SUBSCRIBE, 9, { match: 'prefix' }, 'com.slow']);
    decide(true);
    await publisher.next();
    client.send([MESSAGE.SUBSCRIBE, 1, { match: 'prefix' }, 'com.slow']);
    decide(true);
    const [, , subscription] = await client.next();
    const publish = async (request: number) => {
      publisher.send([MESSAGE.PUBLISH, request, { acknowledge: true }, 'com.slow.t']);
      expect(await publisher.next()).toEqual([MESSAGE.PUBLISHED, request, expect.any(Number)]);
    };
    // Nothing waits for the authorizer now, so new messages are handled at once.
    await turn();
    client.send([MESSAGE.UNSUBSCRIBE, 2, subscription]);
    await publish(1);
    decide(false);
    expect(await client.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.UNSUBSCRIBE,
      2,
      {},
      'wamp.error.not_authorized',
      [expect.any(String)],
    ]);
    // It is still subscribed.
    await publish(2);
    expect((await client.next())[0]).toBe(MESSAGE.EVENT);
    client.send([MESSAGE.UNSUBSCRIBE, 3, subscription]);
    await publish(3);
    decide(true);
    expect(await client.next()).toEqual([MESSAGE.UNSUBSCRIBED, 3]);
    await turn();
    client.send([MESSAGE.SUBSCRIBE, 4, { match: 'prefix' }, 'com.slow']);
    decide(true);
    expect((await client.next())[0]).toBe(MESSAGE.SUBSCRIBED);
    await publish(4);
    expect((await client.next())[0]).toBe(MESSAGE.EVENT);
    expect(client.unread).toBe(0);
  });

  it('gets no more events after UNSUBSCRIBE, even if that waits behind another request', async () => {
    const { join, decide } = setUp();
    const [{ client }, { client: publisher }] = [await join(), await join()];
    publisher.send([MESSAGE.PUBLISH, 1, { retain: true }, 'com.t']);
    client.send([MESSAGE.SUBSCRIBE, 1, {}, 'com.t']);
    const [, , subscription] = await client.next();
    client.send([MESSAGE.CALL, 2, {}, 'com.slow']);
    client.send([MESSAGE.SUBSCRIBE, 3, { get_retained: true }, 'com.t']);
    client.send([MESSAGE.UNSUBSCRIBE, 4, subscription]);
    publisher.send([MESSAGE.PUBLISH, 2, { acknowledge: true }, 'com.t']);
    expect((await publisher.next())[0]).toBe(MESSAGE.PUBLISHED);
    decide(true);
    expect(await client.next()).toStartWith([MESSAGE.ERROR, MESSAGE.CALL, 2]);
    expect(await client.next()).toEqual([MESSAGE.SUBSCRIBED, 3, subscription]);
    expect(await client.next()).toEqual([MESSAGE.UNSUBSCRIBED, 4]);
    expect(client.unread).toBe(0);
  });

  it('ends with its GOODBYE when it is killed, and gets nothing after the router’s GOODBYE', async () => {
    const { join, decide, clock } = setUp();
    const killer = await join();
    const { client, id } = await join();
    client.send([MESSAGE.CALL, 1, {}, 'com.slow']);
    client.send([MESSAGE.CALL, 2, {}, 'com.none']);
    killer.client.send([MESSAGE.CALL, 1, {}, 'wamp.session.kill', [id]]);
    expect((await client.next())[2]).toBe('wamp.close.killed');
    // More messages than may wait for a live session.
    for (let request = 3; request < 9; request++) client.send([MESSAGE.CALL, request, {}, 'com.none']);
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    await client.closed;
    decide(true);
    await turn();
    expect(client.unread).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

describe('a client for which WELCOME or CHALLENGE cannot be encoded', () => {
  it.each([
    ['WELCOME', 'unencodable', 'wamp.error.runtime_error', {}],
    ['WELCOME', 'too_large', 'wamp.error.payload_size_exceeded', {}],
    ['CHALLENGE', 'unencodable', 'wamp.error.runtime_error', { authid: 'joe', authmethods: ['ticket'] }],
    [
      'CHALLENGE',
      'too_large',
      'wamp.error.payload_size_exceeded',
      { authid: 'joe', authmethods: ['ticket'] },
    ],
  ] as const)('gets an ABORT instead of %s: %s', (name, outcome, reason, details) => {
    const sent: Message[] = [];
    let receiver: PeerReceiver | undefined;
    const peer: Peer = {
      send(message): SendOutcome {
        if (message.type === MESSAGE[name]) return outcome;
        sent.push(message);
        return 'sent';
      },
      listen(next) {
        receiver = next;
      },
      close: () => receiver?.onClose(),
    };
    const router = createRouter({
      realms: ['realm1'],
      limits: LIMITS,
      allowAnonymous: true,
      agent: 'test',
      security: {
        realms: new Map([
          [
            'realm1',
            {
              authmethods: ['anonymous', 'ticket'],
              securityEnabled: true,
              users: new Map(),
              groups: new Map(),
            },
          ],
        ]),
        maxFailedLoginDelay: 0,
        maxFailedLogins: 0,
      },
    });
    router.attach(peer, {
      transport: 'websocket',
      trusted: false,
      handshakeTimeout: 0,
      handshakeElapsed: 0,
    });
    receiver?.onMessage({
      type: MESSAGE.HELLO,
      realm: 'realm1',
      details: { roles: ALL_ROLES, ...details },
    });
    expect(sent.map(toList)).toEqual([[MESSAGE.ABORT, { message: expect.any(String) }, reason]]);
    expect(router.counts()).toMatchObject({ connections: 0, sessions: 0 });
  });
});
