import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Wampy } from 'wampy';
import { sign as signCryptosign } from 'wampy/cryptosign.js';
import { sign as signCra } from 'wampy/wampcra.js';
import { WebSocket } from 'ws';
import { hashPassword } from '../../../src/cli/hash-password.js';
import { autobahn, autobahnSerializer } from '../../support/autobahn.js';
import { FORMATS } from '../../support/clients.js';
import type { RunningGateway } from '../../support/gateway.js';
import { OTHER_KEY, PRIVATE_KEY, publicKeyOf } from '../../support/logins.js';
import { startSecuredGateway } from '../../support/secured-gateway.js';
import { wampySerializer } from '../../support/wampy.js';

const require = createRequire(import.meta.url);
const REALM = 'com.example';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startSecuredGateway([
    {
      uri: REALM,
      authmethods: ['ticket', 'wampcra', 'cryptosign'],
      users: [
        { username: 'alice', password: 'wonderland', groups: ['staff'] },
        { username: 'bob', password: await hashPassword('builder', 1000), groups: ['staff'] },
        { username: 'device', authorized_keys: [publicKeyOf(PRIVATE_KEY)], groups: ['staff'] },
      ],
      groups: [{ name: 'staff' }],
    },
  ]);
});
afterAll(() => gateway.stop(0));

const welcome = (authid: string, authmethod: string) =>
  expect.objectContaining({ realm: REALM, authid, authmethod, authrole: 'staff', authprovider: 'static' });

describe.each(FORMATS)('wampy over %s', (format) => {
  type Options = NonNullable<ConstructorParameters<typeof Wampy>[1]>;
  async function join(options: Options): Promise<unknown> {
    const serializer = wampySerializer(format);
    const client = new Wampy(gateway.url, {
      realm: REALM,
      autoReconnect: false,
      ws: WebSocket as never,
      ...(serializer !== undefined && { serializer: serializer as never }),
      ...options,
    });
    const details = await client.connect();
    await client.disconnect();
    return details;
  }
  const byTicket = (ticket: string): Options => ({ authmethods: ['ticket'], onChallenge: () => ticket });
  const byCra = (secret: string): Options => ({
    authmethods: ['wampcra'],
    onChallenge: signCra(secret) as never,
  });
  const byKey = (key: string): Options => ({
    authmethods: ['cryptosign'],
    onChallenge: signCryptosign(key) as never,
  });

  it.each([
    ['alice', 'ticket', byTicket('wonderland')],
    ['alice', 'wampcra', byCra('wonderland')],
    ['bob', 'wampcra', byCra('builder')],
    ['device', 'cryptosign', byKey(PRIVATE_KEY)],
    ['device', 'cryptosign', { ...byKey(PRIVATE_KEY), authextra: { pubkey: publicKeyOf(PRIVATE_KEY) } }],
  ])('logs in as %s by %s', async (authid, method, options) => {
    expect(await join({ authid, ...options })).toEqual(welcome(authid, method));
  });

  it('chooses one of several authmethods', async () => {
    const details = await join({
      authid: 'bob',
      authmethods: ['cryptosign', 'wampcra'],
      authMode: 'auto',
      authPlugins: { wampcra: signCra('builder') as never, cryptosign: signCryptosign(OTHER_KEY) as never },
    });
    expect(details).toEqual(welcome('bob', 'wampcra'));
  });

  it.each([
    ['alice', byTicket('x')],
    ['bob', byCra('x')],
    ['device', byKey(OTHER_KEY)],
    ['mallory', byCra('x')],
    ['mallory', byKey(PRIVATE_KEY)],
  ])('cannot log in as %s with wrong credentials', async (authid, options) => {
    await expect(join({ authid, ...options })).rejects.toThrow();
  });
});

describe.each(FORMATS)('autobahn|js over %s', (format) => {
  interface Cra {
    sign(key: string, challenge: string): string;
    derive_key(secret: string, salt: string, iterations: number, keylen: number): string;
  }
  type Challenge = (session: unknown, method: string, extra: Record<string, never>) => unknown;
  interface Connection {
    onopen: (session: unknown, details: unknown) => void;
    onclose: (reason: string, details: { reason: string }) => boolean;
    open(): void;
    close(): void;
  }
  const { auth_cra: cra }: { auth_cra: Cra } = require('autobahn');
  const cryptosign: {
    create_connection(config: object): Connection;
  } = require('autobahn/lib/auth/cryptosign.js');
  const nacl: { sign: { keyPair: { fromSeed(seed: Uint8Array): object } } } = require('tweetnacl');

  function settle(connection: Connection): Promise<unknown> {
    require('autobahn/lib/log.js').warn = () => {};
    return new Promise((resolve, reject) => {
      connection.onopen = (_session, details) => {
        resolve(details);
        connection.close();
      };
      connection.onclose = (reason, details) => {
        reject(new Error(details.reason ?? reason));
        return true;
      };
      connection.open();
    });
  }

  const join = (authid: string, method: string, onchallenge: Challenge) =>
    settle(
      new autobahn.Connection({
        url: gateway.url,
        serializers: [autobahnSerializer(format)],
        realm: REALM,
        authid,
        authmethods: [method],
        onchallenge,
        max_retries: 0,
        on_user_error() {},
      } as never) as unknown as Connection,
    );

  const byKey = (key: string, authid?: string) =>
    settle(
      cryptosign.create_connection({
        url: gateway.url,
        realm: REALM,
        authid,
        pkey: nacl.sign.keyPair.fromSeed(Buffer.from(key, 'hex')),
        serializers: [autobahnSerializer(format)],
      }),
    );

  it('logs in by ticket', async () => {
    expect(await join('alice', 'ticket', () => 'wonderland')).toEqual(welcome('alice', 'ticket'));
  });

  it('logs in by wampcra', async () => {
    const details = await join('alice', 'wampcra', (_session, _method, extra) =>
      cra.sign('wonderland', extra['challenge']!),
    );
    expect(details).toEqual(welcome('alice', 'wampcra'));
  });

  it('logs in by wampcra with salt', async () => {
    const details = await join(
      'bob',
      'wampcra',
      (_session, _method, { challenge, salt, iterations, keylen }) =>
        cra.sign(cra.derive_key('builder', salt!, iterations!, keylen!), challenge!),
    );
    expect(details).toEqual(welcome('bob', 'wampcra'));
  });

  it('logs in by cryptosign with and without a name', async () => {
    expect(await byKey(PRIVATE_KEY, 'device')).toEqual(welcome('device', 'cryptosign'));
    expect(await byKey(PRIVATE_KEY)).toEqual(welcome('device', 'cryptosign'));
  });

  it('cannot log in with wrong credentials', async () => {
    const denied = 'wamp.error.authentication_denied';
    await expect(join('alice', 'ticket', () => 'x')).rejects.toThrow(denied);
    await expect(join('mallory', 'ticket', () => 'x')).rejects.toThrow(denied);
    await expect(
      join('alice', 'wampcra', (_s, _m, extra) => cra.sign('x', extra['challenge']!)),
    ).rejects.toThrow(denied);
    await expect(byKey(OTHER_KEY)).rejects.toThrow(denied);
    await expect(byKey(OTHER_KEY, 'device')).rejects.toThrow(denied);
  });
});
