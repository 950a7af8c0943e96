import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../test/support/limits.js';
import { byTicket, logIn } from '../../test/support/logins.js';
import { ALL_ROLES, attachRaw, hello, type RawClient } from '../../test/support/raw-client.js';
import { joinRealm } from '../wamp/client/session.js';
import { MESSAGE } from '../wamp/messages.js';
import { IN_PROCESS, localPeers } from '../wamp/peer.js';
import type { RouterSecurity } from './access/realm-access.js';
import { OPEN_REALM, type RealmSecurity } from './auth/realm-security.js';
import { createRouter, type Router, type RouterSettings } from './router.js';

const user = (username: string, ...groups: readonly string[]) => ({
  username,
  enabled: true,
  groups,
  authorizedKeys: [],
  password: { kind: 'plain', text: username } as const,
});

/** Staff may call `com.a`. */
const realmOf = (...users: readonly ReturnType<typeof user>[]): RealmSecurity => ({
  authmethods: ['anonymous', 'ticket'],
  securityEnabled: true,
  users: new Map(users.map((one) => [one.username, one])),
  groups: new Map([
    ['staff', []],
    ['guests', []],
  ]),
  grants: [
    { roles: ['staff'], permissions: ['call'], resources: [{ uri: 'com.a', match: 'exact' }] },
    { roles: 'all', permissions: ['subscribe'], resources: [{ uri: '', match: 'prefix' }] },
  ],
});

const securityOf = (realm: RealmSecurity): RouterSecurity => ({
  realms: new Map([['realm1', realm]]),
  maxFailedLoginDelay: 0,
  maxFailedLogins: 0,
});

const FIRST: RouterSettings = {
  realms: ['realm1'],
  limits: LIMITS,
  allowAnonymous: true,
  security: securityOf(realmOf(user('ann', 'staff'), user('bob', 'staff'))),
};

const start = (settings: RouterSettings = FIRST): Router => createRouter({ ...settings, agent: 'test' });
const usersNow = (...users: readonly ReturnType<typeof user>[]): RouterSettings => ({
  ...FIRST,
  security: securityOf(realmOf(...users)),
});

async function join(router: Router, name: string): Promise<RawClient> {
  const client = attachRaw(router.attach);
  expect((await logIn(client, 'realm1', byTicket(name, name)))[0]).toBe(MESSAGE.WELCOME);
  return client;
}

async function registerInside(router: Router, realm: string, uri: string) {
  const [ours, theirs] = localPeers();
  router.attach(theirs, IN_PROCESS);
  const session = await joinRealm(ours, { realm });
  const callers: unknown[] = [];
  await session.register(uri, { disclose_caller: true }, async ({ details }) => {
    callers.push(details['caller_authrole']);
    return { kind: 'result', payload: {} };
  });
  return { session, callers };
}

const call = async (client: RawClient, request: number) => {
  client.send([MESSAGE.CALL, request, {}, 'com.a']);
  return client.next();
};
const goodbye = (reason: string) => [MESSAGE.GOODBYE, { message: expect.any(String) }, reason];
const RESULT = [MESSAGE.RESULT, expect.any(Number), {}];
const NOT_AUTHORIZED = [
  MESSAGE.ERROR,
  MESSAGE.CALL,
  expect.any(Number),
  expect.any(Object),
  'wamp.error.not_authorized',
];

describe('users and grants that change', () => {
  it('say GOODBYE to the sessions of a removed user, and to no other session', async () => {
    const router = start();
    await registerInside(router, 'realm1', 'com.a');
    const [ann, bob] = [await join(router, 'ann'), await join(router, 'bob')];
    router.update(usersNow(user('ann', 'staff')));
    expect(await bob.next()).toEqual(goodbye('wamp.close.killed'));
    expect((await call(ann, 1)).slice(0, 3)).toEqual(RESULT);
  });

  it('count for the next request of those who are there, and callees see the new role', async () => {
    const router = start(usersNow(user('ann', 'guests')));
    const { callers } = await registerInside(router, 'realm1', 'com.a');
    const ann = await join(router, 'ann');
    expect((await call(ann, 1)).slice(0, 5)).toEqual(NOT_AUTHORIZED);
    router.update(usersNow(user('ann', 'staff')));
    expect((await call(ann, 2)).slice(0, 3)).toEqual(RESULT);
    expect(callers).toEqual(['staff']);
    router.update(usersNow(user('ann', 'guests')));
    expect((await call(ann, 3)).slice(0, 5)).toEqual(NOT_AUTHORIZED);
  });

  it('count for a login that is not complete', async () => {
    const router = start();
    const bob = attachRaw(router.attach);
    bob.send([MESSAGE.HELLO, 'realm1', { roles: ALL_ROLES, authid: 'bob', authmethods: ['ticket'] }]);
    expect((await bob.next())[0]).toBe(MESSAGE.CHALLENGE);
    router.update(usersNow(user('ann', 'staff')));
    bob.send([MESSAGE.AUTHENTICATE, 'bob', {}]);
    expect((await bob.next()).slice(0, 1)).toEqual([MESSAGE.ABORT]);
    expect(router.counts().sessions).toBe(0);
  });

  it('let new users log in', async () => {
    const router = start();
    router.update(usersNow(user('eve', 'staff')));
    await join(router, 'eve');
  });

  it('say GOODBYE to anonymous sessions that may no longer join', async () => {
    const router = start();
    const client = attachRaw(router.attach);
    await hello(client);
    router.update({ ...FIRST, allowAnonymous: false });
    expect(await client.next()).toEqual(goodbye('wamp.close.killed'));
    expect((await hello(attachRaw(router.attach)))[0]).toBe(MESSAGE.ABORT);
  });

  it('do nothing to sessions of this process', async () => {
    const router = start();
    const { session } = await registerInside(router, 'realm1', 'com.a');
    router.update({ ...usersNow(), allowAnonymous: false });
    await session.register('com.b', {}, async () => ({ kind: 'result', payload: {} }));
  });
});

describe('realms that change', () => {
  const OPEN: RouterSettings = { realms: ['realm1'], limits: LIMITS, allowAnonymous: true };
  const ABORTED = [MESSAGE.ABORT, expect.any(Object), 'wamp.error.no_such_realm'];

  it('say GOODBYE to the sessions of a removed realm, also to those of this process', async () => {
    const router = start({ ...OPEN, realms: ['realm1', 'realm2'] });
    const [one, two] = [attachRaw(router.attach), attachRaw(router.attach)];
    await hello(one, 'realm1');
    await hello(two, 'realm2');
    const { session } = await registerInside(router, 'realm2', 'com.a');
    router.update(OPEN);
    expect(await two.next()).toEqual(goodbye('wamp.close.system_shutdown'));
    expect(await session.closed).toMatchObject({ by: 'router', reason: 'wamp.close.system_shutdown' });
    expect(one.unread).toBe(0);
    expect(router.realms).toEqual(['realm1']);
    expect(await hello(attachRaw(router.attach), 'realm2')).toEqual(ABORTED);
    expect(router.counts()).toMatchObject({ sessions: 1 });
  });

  it('admit clients to a new realm after the update, and this process before it', async () => {
    const router = start(OPEN);
    router.prepareRealms(['realm2']);
    await registerInside(router, 'realm2', 'com.a');
    expect(await hello(attachRaw(router.attach), 'realm2')).toEqual(ABORTED);
    expect(router.realms).toEqual(['realm1']);
    router.update({ ...OPEN, realms: ['realm1', 'realm2'] });
    const client = attachRaw(router.attach);
    expect((await hello(client, 'realm2'))[0]).toBe(MESSAGE.WELCOME);
    expect((await call(client, 1)).slice(0, 3)).toEqual(RESULT);
  });

  it('disappear if they were only prepared', async () => {
    const router = start(OPEN);
    router.prepareRealms(['realm2']);
    const { session } = await registerInside(router, 'realm2', 'com.a');
    router.discardRealms();
    await session.closed;
    router.update(OPEN);
    expect(router.realms).toEqual(['realm1']);
    expect(router.counts()).toMatchObject({ sessions: 0, connections: 0 });
  });

  it('are new and empty if they come back', async () => {
    const router = start({ ...OPEN, realms: ['realm1', 'realm2'] });
    await registerInside(router, 'realm2', 'com.a');
    router.update(OPEN);
    router.update({ ...OPEN, realms: ['realm1', 'realm2'] });
    const { session } = await registerInside(router, 'realm2', 'com.a');
    await session.leave();
  });
});

describe('limits that change', () => {
  const OPEN: RouterSettings = {
    realms: ['realm1'],
    limits: LIMITS,
    allowAnonymous: true,
    security: securityOf(OPEN_REALM),
  };
  const SUBSCRIBED = MESSAGE.SUBSCRIBED;

  it('count for the next request', async () => {
    const router = start(OPEN);
    const client = attachRaw(router.attach);
    await hello(client);
    const subscribe = async (request: number) => {
      client.send([MESSAGE.SUBSCRIBE, request, {}, `com.topic${request}`]);
      return (await client.next())[0];
    };
    expect([await subscribe(1), await subscribe(2)]).toEqual([SUBSCRIBED, SUBSCRIBED]);
    router.update({ ...OPEN, limits: { ...LIMITS, maxSubscriptions: 2 } });
    expect(await subscribe(3)).toBe(MESSAGE.ERROR);
    router.update(OPEN);
    expect(await subscribe(4)).toBe(SUBSCRIBED);
  });

  it('count for the next session', async () => {
    const router = start(OPEN);
    await hello(attachRaw(router.attach));
    router.update({ ...OPEN, limits: { ...LIMITS, maxSessions: 1 } });
    expect((await hello(attachRaw(router.attach)))[0]).toBe(MESSAGE.ABORT);
  });

  it('do not change the options that the router was created with', () => {
    const limits = { ...LIMITS };
    start({ ...OPEN, limits }).update({ ...OPEN, limits: { ...LIMITS, maxSessions: 7 } });
    expect(limits).toEqual(LIMITS);
  });
});

describe('rules that change', () => {
  it('count for the next request', async () => {
    const router = start({ ...FIRST, allowAnonymous: true, security: undefined });
    await registerInside(router, 'realm1', 'com.a');
    const client = attachRaw(router.attach);
    await hello(client);
    const disclosing = async (request: number) => {
      client.send([MESSAGE.CALL, request, { disclose_me: true }, 'com.a']);
      return (await client.next())[0];
    };
    expect(await disclosing(1)).toBe(MESSAGE.RESULT);
    router.update({ ...FIRST, security: undefined, rules: () => ({ disclosure: 'refuse' }) });
    expect(await disclosing(2)).toBe(MESSAGE.ERROR);
  });
});
