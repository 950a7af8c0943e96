import { describe, expect, it } from 'vitest';
import type { Action, Verdict } from '../../../src/router/access/authorizer.js';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { CAPABLE, useRouter } from '../../support/contract.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { FRAMES } from '../../support/frames.js';
import { ALICE, BOB, GRANTED } from '../../support/granted-realm.js';
import { connectRaw, hello } from '../../support/raw-client.js';
import { CONTRACT_MATRIX, caseNamed } from '../../support/transport-matrix.js';

const KILLED = [MESSAGE.GOODBYE, {}, 'wamp.close.killed'];

describe.each(CONTRACT_MATRIX)('a killed client that does not reply to GOODBYE, over $name', (transport) => {
  const clock = createFakeClock();
  const { host, member, call } = useRouter(transport, { security: GRANTED, clock });

  it('is closed half a second later', async () => {
    const [admin, bob] = [await member(ALICE), await member(BOB)];
    await call(admin.client, 1, 'wamp.session.kill', [bob.id]);
    expect(await bob.client.next()).toEqual(KILLED);
    clock.advance(499);
    expect(host().router.counts().connections).toBe(2);
    clock.advance(1);
    expect(await bob.client.closed).toBe(transport.name === 'WebSocket, json' ? 1001 : 0);
    expect(host().router.counts().connections).toBe(1);
  });
});

describe.each(CONTRACT_MATRIX)(
  'a killed client whose request waits for the authorizer, over $name',
  (transport) => {
    const { promise: asked, resolve: ask } = deferred<Action>();
    const { promise: answer, resolve: decide } = deferred<Verdict>();
    const { host, member, call, hearsNothing } = useRouter(transport, {
      rules: () => ({
        authorizer: {
          may(_, action) {
            if (action === 'call') return true;
            ask(action);
            return answer;
          },
        },
      }),
    });

    it('gets no registration and no subscription', async () => {
      const [admin, victim] = [await member(), await member()];
      victim.client.send([MESSAGE.REGISTER, 1, {}, 'com.a']);
      victim.client.send([MESSAGE.SUBSCRIBE, 2, {}, 'com.t']);
      victim.client.send([MESSAGE.CALL, 3, {}, 'wamp.session.count']);
      expect(await asked).toBe('register');
      await call(admin.client, 1, 'wamp.session.kill', [victim.id]);
      expect(await victim.client.next()).toEqual(KILLED);
      decide(true);
      victim.client.send([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
      await victim.client.closed;
      expect(victim.client.unread).toBe(0);
      await hearsNothing(admin.client);
      expect(host().router.counts()).toMatchObject({ sessions: 1, registrations: 0, subscriptions: 0 });
    });
  },
);

describe.each(FRAMES)('a killed client that speaks $name', (frames) => {
  const { host, member, call } = useRouter(caseNamed('WebSocket, json'), { security: GRANTED });

  it('gets a GOODBYE even if the message of the kill cannot be encoded for it', async () => {
    const admin = await member(ALICE);
    const victim = await connectRaw(host().url, frames);
    const [, , { authid }] = (await hello(victim)) as [number, number, { authid: string }];
    // JSON can contain half of a surrogate pair, which UTF-8 text cannot.
    const message = 'bye \ud800';
    expect(await call(admin.client, 1, 'wamp.session.kill_by_authid', [authid], { message })).toHaveLength(1);
    expect(await victim.next()).toEqual([
      MESSAGE.GOODBYE,
      frames.name === 'json' ? { message } : {},
      'wamp.close.killed',
    ]);
    victim.close();
    await victim.closed;
  });
});

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: (value: T) => resolve(value) };
}

/** In process, a kill can arrive while the router handles a message of the victim. */
describe('a session that is killed by its own call', () => {
  const { host, member, ask } = useRouter(caseNamed('in process'), { security: GRANTED });

  it('gets GOODBYE as its last message', async () => {
    const [admin, bob] = [await member(ALICE, CAPABLE), await member(BOB)];
    await ask(admin.client, MESSAGE.REGISTER, 1, { disclose_caller: true }, 'com.kill_me');
    bob.client.send([MESSAGE.CALL, 1, {}, 'com.kill_me']);
    const [, invocation, , { caller }] = (await admin.client.next()) as [
      typeof MESSAGE.INVOCATION,
      number,
      number,
      { caller: number },
    ];
    admin.client.send([MESSAGE.CALL, 2, {}, 'wamp.session.kill', [caller]]);
    admin.client.send([MESSAGE.YIELD, invocation, {}]);
    expect(await admin.client.next()).toStartWith([MESSAGE.INTERRUPT, invocation]);
    expect(await admin.client.next()).toEqual([MESSAGE.RESULT, 2, {}]);
    expect(await bob.client.next()).toEqual(KILLED);
    expect(bob.client.unread).toBe(0);
    expect(host().router.counts().pendingCalls).toBe(0);
  });
});
