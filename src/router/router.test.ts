import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { LIMITS } from '../../test/support/limits.js';
import { ALL_ROLES, attachRaw, hello, rawOver } from '../../test/support/raw-client.js';
import { joinRealm } from '../wamp/client/session.js';
import { decodeMessage } from '../wamp/decode.js';
import { MESSAGE } from '../wamp/messages.js';
import { IN_PROCESS, localPeers, type Peer, type SendOutcome } from '../wamp/peer.js';
import { createRouter, type Router, type RouterOptions } from './router.js';

function start(options: Partial<RouterOptions> = {}): Router {
  return createRouter({
    realms: ['realm1'],
    limits: { ...LIMITS, callTimeout: 1000, maxCallTimeout: 1000, maxPendingCalls: 10, maxSessions: 2 },
    allowAnonymous: true,
    agent: 'test',
    ...options,
  });
}
const ABORT = (uri: string) => [MESSAGE.ABORT, { message: expect.any(String) }, uri];

describe('admission', () => {
  it('refuses anonymous clients if they are not allowed, and still admits this process', async () => {
    const router = start({ allowAnonymous: false });
    const details = { roles: ALL_ROLES };
    expect(await hello(attachRaw(router.attach))).toEqual(ABORT('wamp.error.authentication_required'));
    expect(await hello(attachRaw(router.attach), 'realm1', { ...details, authmethods: [] })).toEqual(
      ABORT('wamp.error.authentication_required'),
    );
    expect(
      await hello(attachRaw(router.attach), 'realm1', { ...details, authmethods: ['anonymous'] }),
    ).toEqual(ABORT('wamp.error.no_matching_auth_method'));
    const [ours, theirs] = localPeers();
    router.attach(theirs, IN_PROCESS);
    const session = await joinRealm(ours, { realm: 'realm1', details: { authid: 'gateway' } });
    expect(session.details).toMatchObject({ authid: 'gateway', authrole: 'trusted' });
  });

  it('lets no anonymous client choose its name or role', async () => {
    const welcome = await hello(attachRaw(start().attach), 'realm1', {
      roles: ALL_ROLES,
      authid: 'admin',
      authrole: 'admin',
      authmethods: ['ticket', 'anonymous'],
    });
    expect(welcome[2]).toMatchObject({ authrole: 'anonymous', authid: expect.not.stringMatching('admin') });
  });

  it('admits no more sessions than the limit, and another one when one has left', async () => {
    const router = start();
    const clients = [attachRaw(router.attach), attachRaw(router.attach), attachRaw(router.attach)] as const;
    expect((await hello(clients[0]))[0]).toBe(MESSAGE.WELCOME);
    expect((await hello(clients[1]))[0]).toBe(MESSAGE.WELCOME);
    expect(await hello(clients[2])).toEqual(ABORT('bondy.error.too_many_requests'));
    clients[0].close();
    const late = attachRaw(router.attach);
    expect((await hello(late))[0]).toBe(MESSAGE.WELCOME);
  });

  it('gives every session a different ID, even if the random source repeats one', async () => {
    const ids = [7, 100, 7, 7, 101, 8];
    const router = start({ randomId: () => ids.shift() ?? 9 });
    const first = await hello(attachRaw(router.attach));
    const second = await hello(attachRaw(router.attach));
    expect(first[1]).not.toBe(second[1]);
  });
});

describe('disclosure', () => {
  it('tells a trusted callee who calls if it asks for that', async () => {
    const router = start();
    const [ours, theirs] = localPeers();
    router.attach(theirs, IN_PROCESS);
    const callee = rawOver(ours);
    await hello(callee);
    callee.send([MESSAGE.REGISTER, 1, { disclose_caller: true }, 'com.a']);
    await callee.next();
    const caller = attachRaw(router.attach);
    const [, id, { authid }] = (await hello(caller)) as [number, number, { authid: string }];
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    expect((await callee.next())[3]).toEqual({
      caller: id,
      caller_authid: authid,
      caller_authrole: 'anonymous',
    });
  });
});

/** The peer of a client that joins. Sends of some message types have another outcome. */
function fussyPeer(
  fails: Readonly<Record<number, SendOutcome>>,
  receive: (message: unknown) => void,
): [Peer, (list: unknown[]) => void] {
  let send = (_list: unknown[]): void => {};
  const peer: Peer = {
    send(message) {
      const outcome = fails[message.type] ?? 'sent';
      if (outcome === 'sent') receive(message);
      return outcome;
    },
    listen(receiver) {
      send = (list) => receiver.onMessage(decodeMessage(list));
    },
    close() {},
  };
  return [peer, (list) => send(list)];
}

describe('what cannot be delivered', () => {
  const info = { ...IN_PROCESS, trusted: false };

  it.each<[SendOutcome, string]>([
    ['unencodable', 'wamp.error.invalid_argument'],
    ['too_large', 'wamp.error.payload_size_exceeded'],
    ['closed', 'wamp.error.network_failure'],
  ])('an INVOCATION that is %s becomes an ERROR to the caller', async (outcome, uri) => {
    const router = start();
    const [peer, send] = fussyPeer({ [MESSAGE.INVOCATION]: outcome }, () => {});
    router.attach(peer, info);
    send([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]);
    send([MESSAGE.REGISTER, 1, {}, 'com.a']);
    const caller = attachRaw(router.attach);
    await hello(caller);
    caller.send([MESSAGE.CALL, 1, {}, 'com.a']);
    expect(await caller.next()).toEqual([MESSAGE.ERROR, MESSAGE.CALL, 1, {}, uri, [expect.any(String)]]);
    expect(router.counts().pendingCalls).toBe(0);
  });

  it.each<[SendOutcome, string, unknown[]]>([
    ['unencodable', 'wamp.error.runtime_error', [MESSAGE.YIELD, 1, {}, ['x']]],
    ['too_large', 'wamp.error.payload_size_exceeded', [MESSAGE.YIELD, 1, {}, ['x']]],
  ])('a RESULT that is %s becomes an ERROR to the caller', async (outcome, uri, answer) => {
    const router = start();
    const received: unknown[] = [];
    const [peer, send] = fussyPeer({ [MESSAGE.RESULT]: outcome }, (message) => received.push(message));
    router.attach(peer, info);
    send([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES }]);
    const callee = attachRaw(router.attach);
    await hello(callee);
    callee.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
    await callee.next();
    send([MESSAGE.CALL, 1, {}, 'com.a']);
    callee.send(answer);
    expect(received.at(-1)).toMatchObject({
      type: MESSAGE.ERROR,
      requestType: MESSAGE.CALL,
      request: 1,
      uri,
    });
  });
});

describe('a bug in the router', () => {
  it('ends only the one session with ABORT, and is logged without the message', async () => {
    let lastId = 0;
    let isBroken = false;
    const lines: string[] = [];
    const log = {
      debug() {},
      info() {},
      warn() {},
      error: (record: object) => void lines.push(JSON.stringify(record)),
    };
    const router = start({
      log,
      randomId: () => {
        if (isBroken) throw new Error('secret');
        return ++lastId;
      },
    });
    const client = attachRaw(router.attach);
    await hello(client);
    isBroken = true;
    client.send([MESSAGE.PUBLISH, 1, { acknowledge: true }, 'com.t']);
    expect(await client.next()).toEqual(ABORT('wamp.error.runtime_error'));
    expect(lines.join()).toContain('PUBLISH');
    expect(lines.join()).not.toContain('secret');
    expect(router.counts()).toMatchObject({ sessions: 0, connections: 0 });
  });
});

describe('closing', () => {
  it('waits no longer than half a second for the reply to GOODBYE', async () => {
    const clock = createFakeClock();
    const router = start({ clock });
    const client = attachRaw(router.attach);
    await hello(client);
    let closed = false;
    const closing = router.close().then(() => {
      closed = true;
    });
    expect(await client.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.system_shutdown']);
    clock.advance(499);
    await Promise.resolve();
    expect(closed).toBe(false);
    clock.advance(1);
    await closing;
    await client.closed;
  });

  it('leaves no timer behind, whatever deadlines the calls had', async () => {
    const clock = createFakeClock();
    const router = start({ clock, limits: { ...LIMITS, callTimeout: 30_000 } });
    const [callee, caller] = [attachRaw(router.attach), attachRaw(router.attach)];
    await hello(callee, 'realm1', { roles: { callee: { features: { call_timeout: true } } } });
    await hello(caller);
    callee.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
    callee.send([MESSAGE.REGISTER, 2, { forward_timeout: true }, 'com.b']);
    const none = clock.pending;
    for (const [index, timeout] of [0, 0, 1_000, 2_000].entries())
      caller.send([MESSAGE.CALL, index + 1, { timeout }, index % 2 ? 'com.a' : 'com.b']);
    await expect.poll(() => router.counts().pendingCalls).toBe(4);
    expect(clock.pending).toBeGreaterThan(none);
    const closing = router.close();
    clock.advance(500);
    await closing;
    expect(clock.pending).toBe(0);
  });

  it('aborts clients that have not joined, and admits none afterwards', async () => {
    const router = start();
    const client = attachRaw(router.attach);
    await router.close();
    expect(await client.next()).toEqual(ABORT('wamp.close.system_shutdown'));
    expect(await attachRaw(router.attach).next()).toEqual(ABORT('wamp.close.system_shutdown'));
  });

  it('forgets a peer that was closed before it was attached', () => {
    const router = start();
    const [ours, theirs] = localPeers();
    ours.close('normal');
    router.attach(theirs, IN_PROCESS);
    expect(router.counts().connections).toBe(0);
  });
});
