import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import type { RunningGateway } from '../../support/gateway.js';
import {
  byCra,
  byKey,
  byScram,
  byTicket,
  type Login,
  logIn,
  OTHER_KEY,
  PRIVATE_KEY,
  publicKeyOf,
} from '../../support/logins.js';
import { ALL_ROLES, connectRaw, hello, type RawClient } from '../../support/raw-client.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';

const REALM = 'com.example';

const salted = (password: string, salt: string) => ({
  protocol: 'cra',
  params: { kdf: 'pbkdf2', iterations: 1000 },
  data: { salt, salted_password: pbkdf2Sync(password, salt, 1000, 32, 'sha256').toString('base64') },
});

const USERS = [
  { username: 'alice', password: 'wonderland', groups: ['admins', 'staff'] },
  { username: 'bob', password: salted('builder', 'c2FsdHNhbHRzYWx0c2FsdA=='), groups: ['staff'] },
  { username: 'device', authorized_keys: [publicKeyOf(PRIVATE_KEY)] },
];
const GROUPS = [{ name: 'admins' }, { name: 'staff', groups: ['people'] }, { name: 'people' }];

const closeLater = closeAfterEach();

async function start(realm: object = {}, lines: readonly string[] = []): Promise<RunningGateway> {
  const gateway = await startSecuredGateway([{ uri: REALM, users: USERS, groups: GROUPS, ...realm }], {
    lines,
  });
  closeLater(() => gateway.stop(0));
  return gateway;
}

async function connect({ url }: RunningGateway): Promise<RawClient> {
  return closeLater(await connectRaw(url));
}

const welcome = (details: object) => [
  MESSAGE.WELCOME,
  expect.any(Number),
  {
    realm: REALM,
    authprovider: 'static',
    authextra: {},
    agent: expect.any(String),
    roles: expect.any(Object),
    ...details,
  },
];

describe('a client with a valid credential', () => {
  const cases: readonly [string, () => Login, string, string][] = [
    ['by ticket', () => byTicket('alice', 'wonderland'), 'alice', 'admins'],
    ['by ticket with a password that is a salted hash', () => byTicket('bob', 'builder'), 'bob', 'staff'],
    ['by wampcra', () => byCra('alice', 'wonderland'), 'alice', 'admins'],
    ['by wampcra with salt', () => byCra('bob', 'builder'), 'bob', 'staff'],
    ['by cryptosign', () => byKey('device', PRIVATE_KEY), 'device', 'all'],
    ['by cryptosign without a name', () => byKey(undefined, PRIVATE_KEY), 'device', 'all'],
  ];
  it.each(cases)('logs in %s', async (_what, login, authid, authrole) => {
    const { details } = login();
    const [authmethod] = details['authmethods'] as string[];
    const client = await connect(await start());
    expect(await logIn(client, REALM, login())).toEqual(welcome({ authid, authrole, authmethod }));
  });

  it.each([
    ['alice', 'wonderland', 'admins'],
    ['bob', 'builder', 'staff'],
  ])(
    'logs in by wamp-scram and verifies that the router knows the password: %s',
    async (authid, password, authrole) => {
      const client = await connect(await start());
      const login = byScram(authid, password);
      const answer = await logIn(client, REALM, login);
      expect(answer).toEqual(
        welcome({ authid, authrole, authmethod: 'wamp-scram', authextra: { verifier: login.verifier } }),
      );
    },
  );

  it.each([
    ['staff', 'staff'],
    ['people', 'people'],
    ['owners', 'admins'],
  ])('gets the requested role if the user is in that group: %s', async (requested, authrole) => {
    const client = await connect(await start());
    const answer = await logIn(client, REALM, byTicket('alice', 'wonderland'), { authrole: requested });
    expect(answer[2]).toMatchObject({ authrole });
  });

  it('logs in on a connection that has carried another session before', async () => {
    const client = await connect(await start());
    expect((await hello(client, REALM))[2]).toMatchObject({ authrole: 'anonymous' });
    for (const login of [byCra('alice', 'wonderland'), byKey('device', PRIVATE_KEY)]) {
      client.send([MESSAGE.GOODBYE, {}, 'wamp.close.normal']);
      expect(await client.next()).toEqual([MESSAGE.GOODBYE, {}, 'wamp.close.goodbye_and_out']);
      expect((await logIn(client, REALM, login))[2]).toMatchObject({ authid: login.details['authid'] });
    }
  });

  it('may call the procedures of the gateway, which a realm without services does not have', async () => {
    const client = await connect(await start());
    await logIn(client, REALM, byTicket('alice', 'wonderland'));
    client.send([MESSAGE.CALL, 1, {}, 'com.example.nothing']);
    expect(await client.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.no_such_procedure',
      expect.any(Array),
    ]);
  });
});

describe('a client without a valid credential', () => {
  const DENIED = [MESSAGE.ABORT, { message: 'the login failed' }, 'wamp.error.authentication_denied'];

  const cases: readonly [string, Login][] = [
    ['a wrong ticket', byTicket('alice', 'wonderland!')],
    ['an empty ticket', byTicket('alice', '')],
    ['a wrong ticket for a salted hash', byTicket('bob', 'wonderland')],
    ['a wrong secret', byCra('alice', 'builder')],
    ['a wrong secret, salted', byCra('bob', 'wonderland')],
    ['a wrong password', byScram('alice', 'builder')],
    ["another's key", byKey('device', OTHER_KEY)],
    ["a user's key under another name", byKey('alice', PRIVATE_KEY)],
    ['an unknown key', byKey(undefined, OTHER_KEY)],
    ['an unknown name, by ticket', byTicket('mallory', 'wonderland')],
    ['an unknown name, by wampcra', byCra('mallory', 'wonderland')],
    ['an unknown name, by wamp-scram', byScram('mallory', 'wonderland')],
    ['an unknown name, by cryptosign', byKey('mallory', PRIVATE_KEY)],
    ['the name of a property', byTicket('__proto__', 'wonderland')],
  ];
  it.each(cases)('gets ABORT after one attempt with %s', async (_what, login) => {
    const client = await connect(await start());
    expect(await logIn(client, REALM, login)).toEqual(DENIED);
    expect(await client.closed).toBe(1000);
  });

  it('cannot log in as any user if the realm does not have the authmethod', async () => {
    const gateway = await start({ authmethods: ['wampcra'] });
    expect((await hello(await connect(gateway), REALM))[2]).toBe('wamp.error.authentication_required');
    const abort = await logIn(await connect(gateway), REALM, byTicket('alice', 'wonderland'));
    expect(abort[2]).toBe('wamp.error.no_matching_auth_method');
    expect((await logIn(await connect(gateway), REALM, byCra('alice', 'wonderland')))[0]).toBe(
      MESSAGE.WELCOME,
    );
  });

  it('is refused from an address that no source allows for its user and authmethod', async () => {
    const gateway = await start({
      sources: [
        { usernames: ['alice'], authmethod: 'ticket', cidr: '127.0.0.0/8' },
        { usernames: 'all', authmethod: 'wampcra', cidr: '192.0.2.0/24' },
        { usernames: 'all', authmethod: 'cryptosign', cidr: '0.0.0.0/0' },
      ],
    });
    const outcome = async (login: Login) => (await logIn(await connect(gateway), REALM, login)).at(-1);
    expect(await outcome(byTicket('alice', 'wonderland'))).toMatchObject({ authid: 'alice' });
    expect(await outcome(byTicket('bob', 'builder'))).toBe('wamp.error.authentication_denied');
    expect(await outcome(byCra('alice', 'wonderland'))).toBe('wamp.error.no_matching_auth_method');
    expect(await outcome(byKey('device', PRIVATE_KEY))).toMatchObject({ authid: 'device' });
    const anonymous = await hello(await connect(gateway), REALM);
    expect(anonymous[2]).toBe('wamp.error.authentication_required');
  });

  it.each([
    ['CALL', [[MESSAGE.CALL, 1, {}, 'com.example.p']]],
    ['a second HELLO', [[MESSAGE.HELLO, REALM, { roles: ALL_ROLES }]]],
    ['GOODBYE', [[MESSAGE.GOODBYE, {}, 'wamp.close.normal']]],
    [
      'AUTHENTICATE twice',
      [
        [MESSAGE.AUTHENTICATE, 'x', {}],
        [MESSAGE.AUTHENTICATE, 'wonderland', {}],
      ],
    ],
  ])('is refused if it replies to CHALLENGE with %s', async (_what, messages) => {
    const gateway = await start({}, ['security.max_failed_login_delay = 8s']);
    const client = await connect(gateway);
    client.send([MESSAGE.HELLO, REALM, { roles: ALL_ROLES, authid: 'alice', authmethods: ['ticket'] }]);
    expect(await client.next()).toEqual([MESSAGE.CHALLENGE, 'ticket', {}]);
    for (const message of messages) client.send(message);
    expect(await client.next()).toEqual([
      MESSAGE.ABORT,
      { message: expect.any(String) },
      'wamp.error.protocol_violation',
    ]);
    expect(await client.closed).toBe(1002);
  });

  it('is refused if it sends AUTHENTICATE before CHALLENGE', async () => {
    const client = await connect(await start());
    client.send([MESSAGE.AUTHENTICATE, 'wonderland', {}]);
    expect((await client.next())[2]).toBe('wamp.error.protocol_violation');
  });

  it('is refused if it does not reply to CHALLENGE in time', async () => {
    const gateway = await start({}, ['wamp.handshake_timeout = 100ms']);
    const client = await connect(gateway);
    client.send([MESSAGE.HELLO, REALM, { roles: ALL_ROLES, authid: 'alice', authmethods: ['ticket'] }]);
    expect(await client.next()).toEqual([MESSAGE.CHALLENGE, 'ticket', {}]);
    expect((await client.next())[2]).toBe('wamp.error.authentication_failed');
    await client.closed;
  });

  it('is removed if it aborts its login', async () => {
    const client = await connect(await start());
    client.send([MESSAGE.HELLO, REALM, { roles: ALL_ROLES, authid: 'alice', authmethods: ['ticket'] }]);
    expect(await client.next()).toEqual([MESSAGE.CHALLENGE, 'ticket', {}]);
    client.send([MESSAGE.ABORT, {}, 'wamp.error.cannot_authenticate']);
    expect(await client.closed).toBe(1000);
  });
});
