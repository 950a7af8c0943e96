import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { LIMITS } from '../../test/support/limits.js';
import { ALL_ROLES, attachRaw, hello } from '../../test/support/raw-client.js';
import type { Session } from '../router/model.js';
import type { Realm } from '../router/realm.js';
import { createRouter } from '../router/router.js';
import { joinRealm } from '../wamp/client/session.js';
import { MESSAGE } from '../wamp/messages.js';
import { IN_PROCESS, localPeers } from '../wamp/peer.js';
import { describeRealm, killSession } from './realm-operations.js';

function start() {
  const clock = createFakeClock();
  const router = createRouter({
    realms: ['realm1'],
    limits: LIMITS,
    allowAnonymous: true,
    agent: 'test',
    clock,
  });
  const realm = router.realm('realm1') as Realm;
  return {
    clock,
    realm,
    async join() {
      const client = attachRaw(router.attach);
      const [, id, details] = await hello(client, 'realm1', { roles: ALL_ROLES });
      return { client, id: id as number, authid: (details as { authid: string }).authid };
    },
    async joinInside() {
      const [ours, theirs] = localPeers();
      router.attach(theirs, IN_PROCESS);
      return await joinRealm(ours, { realm: 'realm1' });
    },
  };
}

describe('the description of a realm', () => {
  it('has its clients in the order in which they came, and not the sessions of this process', async () => {
    const { clock, realm, join, joinInside } = start();
    await joinInside();
    const [one, two] = [await join(), await join()];
    const since = new Date(clock.wall()).toISOString();
    const { sessions, totals } = describeRealm(realm);
    expect(totals.sessions).toBe(2);
    expect(sessions).toEqual(
      [one, two].map(({ id, authid }) => ({
        id,
        authid,
        authrole: 'anonymous',
        authmethod: 'anonymous',
        transport: 'in-process',
        address: null,
        since,
      })),
    );
  });

  it('has what is registered and subscribed, also by the gateway', async () => {
    const { realm, join, joinInside } = start();
    const inside = await joinInside();
    await inside.register('com.inside', {}, async () => ({ kind: 'result', payload: {} }));
    const [{ client: one }, { client: two }] = [await join(), await join()];
    for (const client of [one, two]) {
      client.send([MESSAGE.REGISTER, 1, { invoke: 'roundrobin', match: 'prefix' }, 'com.shared']);
      await client.next();
      client.send([MESSAGE.SUBSCRIBE, 2, {}, 'com.topic']);
      await client.next();
    }
    expect(describeRealm(realm)).toMatchObject({
      name: 'realm1',
      totals: { registrations: 2, subscriptions: 1 },
      registrations: [
        { uri: 'com.inside', match: 'exact', count: 1 },
        { uri: 'com.shared', match: 'prefix', count: 2 },
      ],
      subscriptions: [{ uri: 'com.topic', match: 'exact', count: 2 }],
    });
  });

  it('looks at 200 sessions of ten thousand, and knows how many there are', () => {
    const { realm } = start();
    let seen = 0;
    const session = { trusted: false, joined: 0, transport: {} } as unknown as Session;
    function* many(): Generator<Session> {
      for (; seen < 10_000; seen++) yield session;
    }
    const large = {
      ...realm,
      clientCount: 10_000,
      sessions: { values: many } as unknown as Realm['sessions'],
    };
    const { sessions, totals } = describeRealm(large);
    expect([sessions.length, totals.sessions]).toEqual([200, 10_000]);
    expect(seen).toBeLessThan(201);
  });

  it('counts clients that join, leave, and join again on the same connection', async () => {
    const { realm, join } = start();
    const { client } = await join();
    await join();
    expect(realm.clientCount).toBe(2);
    client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
    await client.next();
    expect(realm.clientCount).toBe(1);
    await hello(client, 'realm1', { roles: ALL_ROLES });
    expect(realm.clientCount).toBe(2);
  });
});

describe('the end of a session', () => {
  it('is a GOODBYE for the client', async () => {
    const { realm, join } = start();
    const [one, two] = [await join(), await join()];
    expect(killSession(realm, one.id)).toMatchObject({ kind: 'done' });
    expect(await one.client.next()).toEqual([
      MESSAGE.GOODBYE,
      { message: 'an operator has ended the session' },
      'wamp.close.killed',
    ]);
    expect(describeRealm(realm).sessions.map(({ id }) => id)).toEqual([two.id]);
    expect(killSession(realm, one.id)).toMatchObject({ kind: 'unknown' });
  });

  it('is refused for a session of this process', async () => {
    const { realm, joinInside } = start();
    const { id } = await joinInside();
    expect(killSession(realm, id)).toMatchObject({ kind: 'impossible' });
    expect(realm.sessions.has(id)).toBe(true);
  });

  it('needs a realm', () => {
    expect(killSession(undefined, 1)).toMatchObject({ kind: 'unknown' });
  });
});
