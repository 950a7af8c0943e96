import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.js';
import { silentLogger } from '../../log.js';
import { silentObserver } from '../../observe/observer.js';
import { MESSAGE } from '../../wamp/messages.js';
import type { ConnectionInfo } from '../../wamp/peer.js';
import { createAuthentication } from './authentication.js';
import { createKeyDerivation, type DeriveKey } from './key-derivation.js';
import { createLoginDelays } from './login-delays.js';
import { OPEN_REALM, type RealmSecurity, type Source, type User } from './realm-security.js';
import { createSalts } from './salts.js';
import type { Admission, Challenged, Refused, Step } from './steps.js';

const KEY = '545efb0a2192db8d43f118e9bf9aee081466e1ef36c708b96ee6f62dddad9122';
const SALTED = Buffer.alloc(32, 1).toString('base64');

const user = (username: string, rest: Partial<User> = {}): [string, User] => [
  username,
  { username, enabled: true, groups: [], authorizedKeys: [], ...rest },
];
const REALM: RealmSecurity = {
  authmethods: ['anonymous', 'ticket', 'wampcra', 'wamp-scram', 'cryptosign'],
  securityEnabled: true,
  users: new Map([
    user('alice', { groups: ['admins', 'staff'], password: { kind: 'plain', text: 'secret' } }),
    user('bob', {
      groups: ['staff'],
      password: {
        kind: 'salted',
        salt: 'c2FsdHNhbHRzYWx0c2FsdA==',
        iterations: 1000,
        saltedPassword: SALTED,
      },
    }),
    user('device', { authorizedKeys: [KEY] }),
    user('gone', { enabled: false, password: { kind: 'plain', text: 'secret' } }),
  ]),
  groups: new Map([
    ['admins', ['owners']],
    ['owners', []],
    ['staff', []],
  ]),
};

function setUp(
  security: Partial<RealmSecurity> = {},
  options: {
    allowAnonymous?: boolean | 'local';
    salt?: string;
    derive?: DeriveKey;
    mostWaiting?: number;
  } = {},
) {
  const clock = createFakeClock();
  const authentication = createAuthentication({
    realm: 'r',
    security: { ...REALM, ...security },
    allowAnonymous: options.allowAnonymous ?? true,
    salts: createSalts(options.salt ?? 'salt'),
    deriveFor: createKeyDerivation(options),
    sharedSources: false,
    delays: createLoginDelays({ clock, longest: 8000, mostWaiting: 32 }),
    clock,
    log: silentLogger,
    observer: silentObserver,
    newAuthid: () => 'generated',
    call: () => Promise.reject(new Error('no procedure must be called')),
  });
  const begin = (details: object, remoteAddress?: string): Step => {
    const info: ConnectionInfo = {
      transport: 'websocket',
      trusted: false,
      handshakeTimeout: 0,
      handshakeElapsed: 0,
      ...(remoteAddress !== undefined && { remoteAddress }),
    };
    const step = authentication.begin(
      { type: MESSAGE.HELLO, realm: 'r', details: { roles: {}, ...details } },
      {
        info,
        session: 77,
        signal: new AbortController().signal,
      },
    );
    if (step instanceof Promise) throw new Error('nothing here takes time');
    return step;
  };
  const log = (authid: string, ...authmethods: string[]) => begin({ authid, authmethods });
  return { begin, log, clock };
}

const methodOf = (step: Step): string => {
  if (step.kind === 'challenge') return step.method;
  return step.kind === 'admitted' ? step.identity.authmethod : step.refusal.uri;
};

const answer = (step: Step, signature: string): Step | Promise<Step> =>
  (step as Challenged).answer({ type: MESSAGE.AUTHENTICATE, signature, extra: {} });

describe('who joins without a login', () => {
  const anonymous = {
    kind: 'admitted',
    identity: { authid: 'generated', authrole: 'anonymous', authmethod: 'anonymous', authprovider: 'static' },
    roles: new Set(['anonymous', 'all']),
  };

  it.each([
    ['no authmethods', {}],
    ['no authmethods, but a name', { authid: 'alice', authrole: 'admins' }],
    ['an empty list of them', { authmethods: [] }],
    ['null for them', { authmethods: null }],
    ['the one', { authmethods: ['anonymous'] }],
    ['the one before others', { authmethods: ['anonymous', 'ticket'], authid: 'alice' }],
    ['one that needs a name and has none', { authmethods: ['ticket', 'anonymous'] }],
    ['an unknown one', { authmethods: ['magic', 'anonymous'] }],
  ])('is anonymous with a HELLO that has %s', (_what, details) => {
    expect(setUp().begin(details)).toEqual(anonymous);
  });

  it('is refused if the router, the realm or its sources do not allow anonymous sessions', () => {
    const required = 'wamp.error.authentication_required';
    const none = 'wamp.error.no_matching_auth_method';
    for (const { begin } of [
      setUp({}, { allowAnonymous: false }),
      setUp({ authmethods: ['ticket'] }),
      setUp({ sources: [{ usernames: 'all', authmethod: 'ticket' }] }),
      setUp({
        sources: [
          { usernames: ['alice'], authmethod: 'anonymous' },
          { usernames: 'all', authmethod: 'ticket' },
        ],
      }),
    ]) {
      expect(methodOf(begin({}))).toBe(required);
      expect(methodOf(begin({ authmethods: ['anonymous'] }))).toBe(none);
      expect(methodOf(begin({ authmethods: ['anonymous', 'ticket'], authid: 'alice' }))).toBe('ticket');
    }
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['0:0:0:0:0:0:0:1', true],
    [undefined, true],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['::2', false],
    ['fe80::1%lo', false],
    ['1270.0.0.1', false],
    ['', false],
  ])('must come from this machine if the router is configured so: %s', (address, mayJoin) => {
    const { begin } = setUp({}, { allowAnonymous: 'local' });
    expect(methodOf(begin({}, address)) === 'anonymous').toBe(mayJoin);
    expect(methodOf(begin({ authmethods: ['ticket'], authid: 'alice' }, address))).toBe('ticket');
  });

  it('may come from the addresses of a source for anonymous or for all', () => {
    const cidr = { address: '10.0.0.0', prefix: 8, family: 'ipv4' } as const;
    for (const usernames of ['all', ['anonymous']] as const) {
      const { begin } = setUp({ sources: [{ usernames, authmethod: 'anonymous', cidr }] });
      expect(methodOf(begin({}, '10.1.1.1'))).toBe('anonymous');
      expect(methodOf(begin({}, '11.1.1.1'))).toBe('wamp.error.authentication_required');
    }
  });

  it('may join a realm with disabled security from everywhere, unless the router refuses it', () => {
    const security = { securityEnabled: false, authmethods: ['ticket'], sources: [] } as const;
    expect(methodOf(setUp(security).begin({}))).toBe('anonymous');
    expect(methodOf(setUp(security, { allowAnonymous: false }).begin({}))).toBe(
      'wamp.error.authentication_required',
    );
  });

  it('is the only kind of client in a realm without settings', () => {
    const { begin, log } = setUp(OPEN_REALM);
    expect(methodOf(begin({}))).toBe('anonymous');
    expect(methodOf(log('alice', 'ticket', 'wampcra', 'cryptosign'))).toBe(
      'wamp.error.no_matching_auth_method',
    );
  });
});

describe('the authmethod', () => {
  it.each([
    [['ticket', 'wampcra'], 'ticket'],
    [['wampcra', 'ticket'], 'wampcra'],
    [['magic', 'wampcra'], 'wampcra'],
    [['wampcra', 'anonymous'], 'wampcra'],
    // A user can use only the methods for which it has a credential.
    [['cryptosign', 'wampcra'], 'wampcra'],
  ])('is the first of %j that the user can use', (offered, method) => {
    expect(methodOf(setUp().log('alice', ...offered))).toBe(method);
  });

  it('is one of the realm', () => {
    expect(methodOf(setUp({ authmethods: ['wampcra'] }).log('alice', 'ticket', 'wampcra'))).toBe('wampcra');
    expect(methodOf(setUp({ authmethods: ['wampcra'] }).log('alice', 'ticket'))).toBe(
      'wamp.error.no_matching_auth_method',
    );
  });

  it('is one that a source allows for this user and address', () => {
    const sources: Source[] = [
      { usernames: ['bob'], authmethod: 'ticket' },
      { usernames: 'all', authmethod: 'wampcra', cidr: { address: '10.0.0.0', prefix: 8, family: 'ipv4' } },
    ];
    const { begin } = setUp({ sources });
    const from = (authid: string, address: string) =>
      methodOf(begin({ authid, authmethods: ['ticket', 'wampcra'] }, address));
    expect(from('bob', '192.0.2.1')).toBe('ticket');
    expect(from('alice', '10.1.1.1')).toBe('wampcra');
    // The client does not learn whose source it is; alice's login fails.
    expect(from('alice', '192.0.2.1')).toBe('ticket');
  });

  it('needs a HELLO that is complete for it', () => {
    const { begin } = setUp();
    const none = 'wamp.error.no_matching_auth_method';
    const scram = (authextra: object) =>
      methodOf(begin({ authid: 'alice', authmethods: ['wamp-scram'], authextra }));
    expect(methodOf(begin({ authmethods: ['ticket'] }))).toBe(none);
    expect(methodOf(begin({ authid: '', authmethods: ['ticket'] }))).toBe(none);
    expect(methodOf(begin({ authid: 'a'.repeat(1025), authmethods: ['ticket'] }))).toBe(none);
    expect(methodOf(begin({ authmethods: ['cryptosign'] }))).toBe(none);
    expect(methodOf(begin({ authmethods: ['cryptosign'], authextra: { pubkey: 5 } }))).toBe(none);
    expect(methodOf(begin({ authmethods: ['cryptosign'], authextra: { pubkey: KEY } }))).toBe('cryptosign');
    expect(scram({})).toBe(none);
    expect(scram({ nonce: 'a,b' })).toBe(none);
    expect(scram({ nonce: 'abcd', channel_binding: 'tls-unique' })).toBe(none);
    expect(scram({ nonce: 'abcd', channel_binding: null })).toBe('wamp-scram');
  });
});

describe('a user that has logged in', () => {
  const join = (authrole?: string) => {
    const step = setUp().begin({ authid: 'alice', authmethods: ['ticket'], ...(authrole && { authrole }) });
    return answer(step, 'secret') as Promise<Admission>;
  };

  it.each([
    [undefined, 'admins'],
    ['staff', 'staff'],
    ['owners', 'owners'],
    ['nobody', 'admins'],
    ['alice', 'admins'],
    ['all', 'admins'],
  ])('that asks for the role %s has the role %s', async (requested, role) => {
    expect((await join(requested)).identity).toEqual({
      authid: 'alice',
      authrole: role,
      authmethod: 'ticket',
      authprovider: 'static',
    });
  });

  it('has the grants of its name and of all its groups, whatever role it asked for', async () => {
    const roles = ['alice', 'admins', 'staff', 'owners', 'all'];
    expect((await join('staff')).roles).toEqual(new Set(roles));
  });

  it('has the role of everybody if it is in no group', async () => {
    const users = new Map([user('dave', { password: { kind: 'plain', text: 'secret' } })]);
    const step = setUp({ users }).log('dave', 'ticket');
    expect(await answer(step, 'secret')).toMatchObject({
      identity: { authrole: 'all' },
      roles: new Set(['dave', 'all']),
    });
  });

  it('must be enabled', async () => {
    expect(await answer(setUp().log('gone', 'ticket'), 'secret')).toMatchObject({ kind: 'refused' });
  });

  it('is the owner of the key if HELLO names no user', () => {
    const { begin } = setUp();
    const step = begin({
      authmethods: ['cryptosign'],
      authextra: { pubkey: KEY.toUpperCase(), trustroot: null },
    });
    expect(methodOf(step)).toBe('cryptosign');
  });
});

describe('unknown names', () => {
  /** What a client sees before it answers, without the parts that are random each time. */
  function seen(step: Step): unknown {
    const { method, extra } = step as Challenged;
    const { challenge, nonce, ...rest } = extra;
    const claims = method === 'wampcra' ? Object.keys(JSON.parse(String(challenge))) : [];
    return { method, ...rest, claims, salt: typeof rest['salt'], length: String(rest['salt'] ?? '').length };
  }

  it.each(['ticket', 'wampcra', 'cryptosign', 'wamp-scram'])(
    'get the challenge that users get: %s',
    (method) => {
      const details = { authmethods: [method], authextra: { nonce: 'abcd', pubkey: KEY } };
      const { begin } = setUp();
      const ofUsers = ['alice', 'bob', 'device', 'gone'].map((authid) =>
        JSON.stringify(seen(begin({ ...details, authid }))),
      );
      const ofNobody = Array.from({ length: 40 }, (_, index) =>
        JSON.stringify(seen(begin({ ...details, authid: `nobody${index}` }))),
      );
      // Every challenge that they get, some user gets too, and the other way round.
      expect(new Set(ofNobody)).toEqual(new Set(ofUsers));
    },
  );

  it('get the same salt and role each time, even after a restart with the same secret', () => {
    const challengeOf = (salt: string, authid: string) => {
      const { extra } = setUp({ users: new Map([user('bob', REALM.users.get('bob')!)]) }, { salt }).log(
        authid,
        'wampcra',
      ) as Challenged;
      const { authrole } = JSON.parse(String(extra['challenge']));
      return [extra['salt'], extra['iterations'], authrole];
    };
    expect(challengeOf('one', 'nobody')).toEqual([expect.stringMatching(/^.{22}==$/), 1000, 'staff']);
    expect(challengeOf('one', 'nobody')).toEqual(challengeOf('one', 'nobody'));
    expect(challengeOf('one', 'nobody')).not.toEqual(challengeOf('one', 'nobody2'));
    expect(challengeOf('one', 'nobody')).not.toEqual(challengeOf('two', 'nobody'));
  });

  it('get a salt that looks like the salts of users', () => {
    const password = {
      kind: 'salted',
      salt: '00ff'.repeat(5),
      iterations: 9,
      saltedPassword: SALTED,
    } as const;
    const { log } = setUp({ users: new Map([user('bob', { password })]) });
    expect((log('nobody', 'wampcra') as Challenged).extra['salt']).toMatch(/^[0-9a-f]{20}$/);
  });

  it('are refused like a wrong answer, and as late', async () => {
    for (const method of ['ticket', 'wampcra', 'cryptosign', 'wamp-scram']) {
      const refusals: unknown[] = [];
      for (const authid of ['alice', 'bob', 'nobody', 'gone', 'constructor', '__proto__']) {
        const step = setUp().begin({ authid, authmethods: [method], authextra: { nonce: 'abcd' } });
        refusals.push(await answer(step, 'wrong'));
      }
      const refusal = { uri: 'wamp.error.authentication_denied', message: 'the login failed' };
      expect(refusals).toEqual(refusals.map((): Refused => ({ kind: 'refused', refusal, notBefore: 250 })));
    }
  });

  it('get a challenge even in a realm without users, if its authmethods have one', async () => {
    const step = setUp({ users: new Map() }).log('nobody', 'wampcra');
    expect(methodOf(step)).toBe('wampcra');
    expect(await answer(step, 'x')).toMatchObject({ kind: 'refused' });
  });
});

describe('failed logins', () => {
  it('are refused later and later, and then block their source for a while', async () => {
    const { begin, clock } = setUp();
    const attempt = (address: string) => begin({ authid: 'alice', authmethods: ['ticket'] }, address);
    const delays: number[] = [];
    for (let i = 0; i < 32; i += 1) {
      const step = (await answer(attempt('192.0.2.1'), 'wrong')) as Refused;
      delays.push((step.notBefore ?? 0) - clock.monotonic());
    }
    expect(delays.slice(0, 7)).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000]);
    expect(methodOf(attempt('192.0.2.1'))).toBe('bondy.error.too_many_requests');
    expect(methodOf(attempt('192.0.2.2'))).toBe('ticket');
    expect(methodOf(begin({}, '192.0.2.1'))).toBe('anonymous');
    clock.advance(8000);
    expect(await answer(attempt('192.0.2.1'), 'secret')).toMatchObject({ kind: 'admitted' });
  });

  it('are delayed even if the client collected many challenges before', async () => {
    const { begin } = setUp();
    const steps = Array.from({ length: 40 }, () =>
      begin({ authid: 'alice', authmethods: ['ticket'] }, '192.0.2.1'),
    );
    const outcomes: string[] = [];
    for (const step of steps) outcomes.push(methodOf(await answer(step, 'wrong')));
    expect(outcomes.slice(31)).toEqual([
      'wamp.error.authentication_denied',
      ...Array(8).fill('bondy.error.too_many_requests'),
    ]);
  });
});

/** A key derivation that ends when the test says so. */
function createManualDerivation() {
  const underWay: { password: string; finish: () => void }[] = [];
  const derive: DeriveKey = (password) =>
    new Promise((resolve) => underWay.push({ password, finish: () => resolve(Buffer.alloc(32)) }));
  return {
    derive,
    underWay,
    async finishNext(): Promise<string | undefined> {
      const next = underWay.shift();
      next?.finish();
      await turn();
      return next?.password;
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const DENIED = 'wamp.error.authentication_denied';
const TOO_MANY = 'bondy.error.too_many_requests';

describe('logins that take work', () => {
  it('are checked two at a time, alternating between sources, however many come from one', async () => {
    const { derive, underWay, finishNext } = createManualDerivation();
    const { begin } = setUp({}, { derive });
    const attempt = (address: string, ticket: string) =>
      answer(begin({ authid: 'bob', authmethods: ['ticket'] }, address), ticket);
    for (let i = 0; i < 20; i += 1) void attempt('192.0.2.1', `flood${i}`);
    expect(underWay.map(({ password }) => password)).toEqual(['flood0']);
    for (const address of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) void attempt(address, address);
    await turn();
    expect(underWay.map(({ password }) => password)).toEqual(['flood0', '192.0.2.2']);
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 7; i += 1) {
      order.push(await finishNext());
      expect(underWay.length).toBeLessThanOrEqual(2);
    }
    expect(order).toEqual(['flood0', '192.0.2.2', 'flood1', '192.0.2.3', '192.0.2.4', 'flood2', 'flood3']);
  });

  it('are refused if too many wait, which does not count as a failure', async () => {
    const { derive, finishNext } = createManualDerivation();
    const { begin } = setUp({}, { derive, mostWaiting: 2 });
    const attempt = (address: string) =>
      Promise.resolve(answer(begin({ authid: 'bob', authmethods: ['ticket'] }, address), 'wrong'));
    const flood = [1, 2, 3, 4].map(() => attempt('192.0.2.1'));
    expect(methodOf(await flood[3]!)).toBe(TOO_MANY);
    await finishNext();
    expect(await flood[0]).toMatchObject({ kind: 'refused', notBefore: 250 });
    await finishNext();
    await finishNext();
    expect((await Promise.all(flood)).map(methodOf)).toEqual([DENIED, DENIED, DENIED, TOO_MANY]);
    const next = attempt('192.0.2.1');
    await finishNext();
    expect(await next).toMatchObject({ notBefore: 2000 });
  });

  it('count as failed until they have succeeded, with every method', async () => {
    for (const method of ['ticket', 'wamp-scram']) {
      const { derive, underWay, finishNext } = createManualDerivation();
      const { begin } = setUp({}, { derive });
      const authid = method === 'ticket' ? 'bob' : 'alice';
      const details = { authid, authmethods: [method], authextra: { nonce: 'abcd' } };
      const steps = Array.from({ length: 300 }, () => begin(details, '192.0.2.1'));
      const outcomes = steps.map((step, index) => Promise.resolve(answer(step, `guess${index}`)));
      let looked = 0;
      while (underWay.length > 0) {
        await finishNext();
        looked += 1;
      }
      expect(looked).toBe(32);
      const uris = (await Promise.all(outcomes)).map(methodOf);
      expect(uris).toEqual([...Array(32).fill(DENIED), ...Array(268).fill(TOO_MANY)]);
    }
  });

  it('no longer count once they have succeeded', async () => {
    const derive: DeriveKey = async () => Buffer.from(SALTED, 'base64');
    const { log } = setUp({}, { derive });
    for (let i = 0; i < 40; i += 1)
      expect(methodOf(await answer(log('bob', 'ticket'), 'right'))).toBe('ticket');
  });

  it('are not started for an answer that is too long', async () => {
    const { derive, underWay } = createManualDerivation();
    const { log } = setUp({}, { derive });
    void answer(log('bob', 'ticket'), 'x'.repeat(65_536));
    expect(underWay.length).toBe(1);
    expect(methodOf(await answer(log('bob', 'ticket'), 'x'.repeat(65_537)))).toBe(DENIED);
    expect(underWay.length).toBe(1);
  });

  it('take as much work for a user as for an unknown name, each time', async () => {
    const users = new Map([user('alice', REALM.users.get('alice'))]);
    const { derive, finishNext } = createManualDerivation();
    const { begin } = setUp({ users }, { derive });
    for (const authid of ['alice', 'nobody', 'alice', 'nobody']) {
      const details = { authid, authmethods: ['wamp-scram'], authextra: { nonce: 'abcd' } };
      const outcome = Promise.resolve(answer(begin(details), 'wrong'));
      expect(typeof (await finishNext())).toBe('string');
      expect(methodOf(await outcome)).toBe(DENIED);
    }
  });
});
