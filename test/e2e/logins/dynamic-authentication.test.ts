import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MESSAGE } from '../../../src/wamp/messages.js';
import { answerCalls, type CallAnswer } from '../../support/answer-calls.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import type { RunningGateway } from '../../support/gateway.js';
import { keepLog } from '../../support/log-lines.js';
import {
  byCra,
  byKey,
  byScram,
  byTicket,
  type Login,
  logIn,
  PRIVATE_KEY,
  publicKeyOf,
} from '../../support/logins.js';
import { ALL_ROLES, connectRaw, type RawClient } from '../../support/raw-client.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';

const REALM = 'com.example';
const PROCEDURE = 'com.example.authenticate';

const closeLater = closeAfterEach();

async function connect({ url }: RunningGateway): Promise<RawClient> {
  return closeLater(await connectRaw(url));
}

/**
 * A gateway whose realm has an authenticator procedure, and a user of the file that provides it.
 */
async function start(answer: CallAnswer | undefined, lines: readonly string[] = [], realm: object = {}) {
  const log = keepLog();
  const gateway = await startSecuredGateway(
    [
      {
        uri: REALM,
        users: [{ username: 'backend', password: 'secret', groups: ['backends'] }],
        groups: [{ name: 'backends' }, { name: 'guests', groups: ['people'] }, { name: 'people' }],
        ...realm,
      },
    ],
    { lines: [`security.realms.${REALM}.authenticator = ${PROCEDURE}`, ...lines], log: log.log },
  );
  closeLater(() => gateway.stop(0));
  const asked: (readonly unknown[])[] = [];
  if (answer !== undefined) {
    const backend = await connect(gateway);
    await logIn(backend, REALM, byTicket('backend', 'secret'));
    backend.send([MESSAGE.REGISTER, 1, {}, PROCEDURE]);
    expect((await backend.next())[0]).toBe(MESSAGE.REGISTERED);
    answerCalls(backend, (args) => {
      asked.push(args);
      return answer(args);
    });
  }
  const attempt = async (login: Login, details: object = {}) =>
    logIn(await connect(gateway), REALM, login, details);
  return { gateway, attempt, asked, log };
}

const result = (value: unknown) => () => ({ result: value });
const denied = { error: 'com.example.error.no_such_user' };
const DENIED = [MESSAGE.ABORT, { message: 'the login failed' }, 'wamp.error.authentication_denied'];
const UNCHECKABLE = [
  MESSAGE.ABORT,
  { message: 'the login could not be checked' },
  'wamp.error.authentication_failed',
];

const key = pbkdf2Sync('pencil', 'salt', 1000, 32, 'sha256');
const hmac = (text: string) => createHmac('sha256', key).update(text).digest();
const SCRAM = {
  role: 'guests',
  salt: Buffer.from('salt').toString('base64'),
  iterations: 1000,
  stored_key: createHash('sha256').update(hmac('Client Key')).digest('base64'),
  server_key: hmac('Server Key').toString('base64'),
};

describe('a realm with an authenticator', () => {
  it.each([
    ['a ticket', byTicket('joe', 'pencil'), 'guests'],
    ['a secret', byCra('joe', 'pencil'), { role: 'guests', secret: 'pencil' }],
    [
      'a salted secret',
      byCra('joe', 'pencil'),
      { role: 'guests', secret: key.toString('base64'), salt: 'salt', iterations: 1000, keylen: 32 },
    ],
    ['keys for SCRAM', byScram('joe', 'pencil'), SCRAM],
    ['a public key', byKey('joe', PRIVATE_KEY), { role: 'guests', pubkey: publicKeyOf(PRIVATE_KEY) }],
    ['the public key that the client named', byKey('joe', PRIVATE_KEY), 'guests'],
  ])('admits a client that the authenticator knows by %s', async (_what, login, value) => {
    const { attempt, asked } = await start(result(value));
    const [type, session, details] = await attempt(login, { authrole: 'staff' });
    expect([type, details]).toEqual([
      MESSAGE.WELCOME,
      expect.objectContaining({
        authid: 'joe',
        authrole: 'guests',
        authmethod: (login.details['authmethods'] as string[])[0],
        authprovider: 'dynamic',
      }),
    ]);
    const [realm, authid, told] = asked[0] as [string, string, Record<string, unknown>];
    expect([realm, authid]).toEqual([REALM, 'joe']);
    expect(told).toMatchObject({
      session,
      authrole: 'staff',
      authmethod: (login.details['authmethods'] as string[])[0],
      authextra: login.details['authextra'] ?? {},
      transport: { type: 'websocket', peer: '127.0.0.1' },
    });
    expect(told['ticket']).toBe(login.details['authmethods']?.toString() === 'ticket' ? 'pencil' : undefined);
  });

  it('gives the session the name, role and extra that the authenticator returns', async () => {
    const { attempt } = await start(result({ role: 'guests', authid: 'joe-7', extra: { plan: 'free' } }));
    expect((await attempt(byTicket('joe', 'x')))[2]).toMatchObject({
      authid: 'joe-7',
      authrole: 'guests',
      authextra: { plan: 'free' },
    });
  });

  it('passes the key of a client without a name to the authenticator', async () => {
    const { attempt, asked } = await start(result('guests'));
    expect((await attempt(byKey(undefined, PRIVATE_KEY)))[2]).toMatchObject({
      authid: publicKeyOf(PRIVATE_KEY),
    });
    expect(asked[0]?.[1]).toBeNull();
  });

  it.each([
    ['guests', 65],
    ['backend', 8],
  ])('applies the grants of groups but not those of a user in the file: %s', async (role, answer) => {
    const register = { permissions: ['wamp.register'], uri: 'com.', match: 'prefix' };
    const grants = [
      { ...register, roles: ['backend'] },
      { ...register, roles: ['people'] },
    ];
    const { gateway } = await start(result({ role, authid: 'backend' }), [], { grants });
    const client = await connect(gateway);
    expect((await logIn(client, REALM, byTicket('joe', 'pencil')))[2]).toMatchObject({ authrole: role });
    client.send([MESSAGE.REGISTER, 1, {}, 'com.example.work']);
    expect((await client.next())[0]).toBe(answer);
  });

  it('does not call the authenticator for a user in the file', async () => {
    const { attempt, asked } = await start(() => denied);
    expect((await attempt(byCra('backend', 'secret')))[2]).toMatchObject({
      authid: 'backend',
      authprovider: 'static',
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['ticket', byTicket('joe', 'pencil')],
    ['wampcra', byCra('joe', 'pencil')],
    ['wamp-scram', byScram('joe', 'pencil')],
    ['cryptosign', byKey('joe', PRIVATE_KEY)],
  ])(
    'sends the same messages to a client that it denies as to one with a wrong signature: %s',
    async (_method, login) => {
      const { attempt } = await start(() => denied);
      expect(await attempt(login)).toEqual(DENIED);
      const known = await start(result({ ...SCRAM, secret: 'pen', pubkey: '11'.repeat(32) }));
      if (login.details['authmethods']?.toString() !== 'ticket') {
        const wrong = {
          ...login,
          answer: (extra: never) => {
            const [right, extras] = login.answer(extra);
            // Changes the signature, in base64 and in hex.
            return [right.replace(/^./, (first) => (first === '0' ? '1' : '0')), extras];
          },
        } as Login;
        expect(await known.attempt(wrong)).toEqual(DENIED);
      }
    },
  );

  it.each([
    ['does not exist', undefined, 'wamp.error.no_such_procedure'],
    ['breaks', () => ({ error: 'wamp.error.runtime_error' }), 'wamp.error.runtime_error'],
    ['returns an invalid result', result(5), undefined],
    ['returns a reserved role', result('all'), undefined],
    ['does not respond in time', () => undefined, 'wamp.error.timeout'],
  ])('admits nobody and logs the reason while the authenticator %s', async (_what, answer, reason) => {
    const { attempt, log } = await start(answer as CallAnswer, ['wamp.handshake_timeout = 300ms']);
    expect(await attempt(byTicket('joe', 'S3CR3T'))).toEqual(UNCHECKABLE);
    const warnings = log.records().filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ realm: REALM, procedure: PROCEDURE, ...(reason && { reason }) }]);
    expect(log.text()).not.toContain('S3CR3T');
  });

  it('forgets a client that leaves while the authenticator is called', async () => {
    let reply = (): void => {};
    const asked = new Promise<void>((resolve) => {
      reply = resolve;
    });
    const { gateway } = await start(() => {
      reply();
      return undefined;
    });
    const client = await connect(gateway);
    client.send([MESSAGE.HELLO, REALM, { roles: ALL_ROLES, ...byCra('joe', 'x').details }]);
    await asked;
    client.close();
    await client.closed;
    // Closing the gateway ends what is still running; it would wait for a client that was not
    // released.
    await gateway.stop(0);
  });

  it('calls the authenticator for many clients at a time', async () => {
    let started = (): void => {};
    const slow = new Promise<void>((resolve) => {
      started = resolve;
    });
    const answer: CallAnswer = ([, authid]) => {
      if (authid === 'joe') return { result: { role: 'guests', secret: 'pencil' } };
      started();
      return undefined;
    };
    const { attempt } = await start(answer, ['wamp.max_pending_calls = 1', 'wamp.handshake_timeout = 5s']);
    const waits = attempt(byCra('slow', 'x'));
    await slow;
    expect((await attempt(byCra('joe', 'pencil')))[0]).toBe(MESSAGE.WELCOME);
    waits.catch(() => {});
  });

  it('lets no client call the authenticator, as that could reveal secrets or test tickets without delay', async () => {
    const { gateway, asked } = await start(result({ role: 'guests', secret: 'pencil' }));
    const client = await connect(gateway);
    await logIn(client, REALM, byTicket('backend', 'secret'));
    client.send([MESSAGE.CALL, 1, {}, PROCEDURE, [REALM, 'joe', { authmethod: 'wampcra' }]]);
    expect(await client.next()).toEqual([
      MESSAGE.ERROR,
      MESSAGE.CALL,
      1,
      {},
      'wamp.error.not_authorized',
      ['only the router may call this procedure'],
    ]);
    expect(asked).toEqual([]);
  });

  it.each([
    ['plain', { secret: 'pencil' }],
    ['salted', { secret: key.toString('base64'), salt: '0f'.repeat(12), iterations: 2000 }],
    ['salted in words', { secret: key.toString('base64'), salt: 'Salt-4', iterations: 1 }],
    ['for SCRAM', { ...SCRAM, iterations: 5000 }],
  ])('gives unknown names the same kind of challenge as known ones: %s', async (_what, keys) => {
    const { gateway } = await start(([, authid]) =>
      authid === 'joe' ? { result: { role: 'guests', authid: 'joe-7', ...keys } } : denied,
    );
    const seen = async (authid: string): Promise<Record<string, unknown>> => {
      const client = await connect(gateway);
      const { details } = 'secret' in keys ? byCra(authid, 'x') : byScram(authid, 'x');
      client.send([MESSAGE.HELLO, REALM, { roles: ALL_ROLES, ...details }]);
      return (await client.next())[2] as Record<string, unknown>;
    };
    /**
     * Without the parts that are unique to one challenge, and with each salt replaced by its
     * alphabet.
     */
    const shape = ({ challenge, nonce, salt, ...rest }: Record<string, unknown>, authid: string) => {
      const told = challenge === undefined ? {} : JSON.parse(String(challenge));
      const { session, timestamp, nonce: drawn, ...claims } = told;
      expect(claims['authid'] ?? authid).toBe(authid);
      const text = String(salt).replace(/[0-9]/g, '0').replace(/[a-f]/g, 'a');
      const isHex = /^[0a]+$/.test(text);
      const alphabet = isHex ? 'hex' : text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A');
      const isBase64 = String(salt).length % 4 === 0 && !isHex;
      return {
        ...rest,
        ...claims,
        authid: '',
        length: String(salt).length,
        alphabet: isBase64 ? 'base64' : alphabet,
      };
    };
    const ofJoe = await seen('joe');
    const ofNobody = await seen('nobody');
    expect(shape(ofNobody, 'nobody')).toEqual(shape(ofJoe, 'joe'));
    expect((await seen('nobody'))['salt']).toBe(ofNobody['salt']);
    if (ofJoe['salt'] !== undefined) expect((await seen('nobody2'))['salt']).not.toBe(ofNobody['salt']);
  });
});
