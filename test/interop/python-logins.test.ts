import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/cli/hash-password.js';
import { FORMATS } from '../support/clients.js';
import type { RunningGateway } from '../support/gateway.js';
import { OTHER_KEY, PRIVATE_KEY, publicKeyOf } from '../support/logins.js';
import { startSecuredGateway } from '../support/secured-gateway.js';
import { type PythonLibrary, startPythonLibrary } from './clients/python-library.js';
import { findPythonWithAutobahn, findPythonWithXconn } from './python.js';

const pythonWithAutobahn = await findPythonWithAutobahn();
const pythonWithXconn = await findPythonWithXconn();

const REALM = 'com.example';
const DENIED = 'wamp.error.authentication_denied';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startSecuredGateway([
    {
      uri: REALM,
      authmethods: ['ticket', 'wampcra', 'cryptosign'],
      users: [
        { username: 'alice', password: 'wonderland', groups: ['staff'] },
        { username: 'bob', password: await hashPassword('builder', 10_000), groups: ['staff'] },
        { username: 'device', authorized_keys: [publicKeyOf(PRIVATE_KEY)] },
      ],
      groups: [{ name: 'staff' }],
    },
    { uri: 'com.open', authmethods: ['anonymous'] },
  ]);
});
afterAll(() => gateway.stop(0));

interface Case {
  readonly method: string;
  readonly authid: string;
  readonly secret: string;
  /** authid and authrole; or the reason of ABORT. */
  readonly said: string;
}
const LOGINS: readonly Case[] = [
  { method: 'ticket', authid: 'alice', secret: 'wonderland', said: 'alice staff' },
  { method: 'ticket', authid: 'bob', secret: 'builder', said: 'bob staff' },
  { method: 'wampcra', authid: 'alice', secret: 'wonderland', said: 'alice staff' },
  { method: 'wampcra', authid: 'bob', secret: 'builder', said: 'bob staff' },
  { method: 'cryptosign', authid: 'device', secret: PRIVATE_KEY, said: 'device all' },
  { method: 'cryptosign', authid: '', secret: PRIVATE_KEY, said: 'device all' },
];
const REFUSED: readonly Case[] = [
  { method: 'ticket', authid: 'alice', secret: 'builder', said: DENIED },
  { method: 'wampcra', authid: 'bob', secret: 'wonderland', said: DENIED },
  { method: 'wampcra', authid: 'mallory', secret: 'wonderland', said: DENIED },
  { method: 'cryptosign', authid: 'device', secret: OTHER_KEY, said: DENIED },
];
const overEach = (cases: readonly Case[]) =>
  FORMATS.flatMap((format) => cases.map((one) => ({ format, ...one })));

describe.skipIf(pythonWithAutobahn === undefined)('autobahn|python', () => {
  let library: PythonLibrary;
  beforeAll(() => {
    library = startPythonLibrary(pythonWithAutobahn!, 'autobahn_python.py');
  });
  // It fails where the library took offence at anything.
  afterAll(() => library.close());

  it.each(overEach(LOGINS))(
    'logs in by $method as $authid over $format',
    async ({ format, said, ...login }) => {
      const who = await library.logIn(gateway.url, REALM, format, login);
      expect(who).toBe(`${said} ${login.method} static`);
    },
  );
  // Its SCRAM is a dialect of its own, which no other router speaks.
  const scram = {
    method: 'scram',
    authid: 'alice',
    secret: 'wonderland',
    said: 'wamp.error.no_matching_auth_method',
  };
  it.each(overEach([...REFUSED, scram]))(
    'is refused by $method as $authid over $format',
    async ({ format, said, ...login }) => {
      expect(await library.logIn(gateway.url, REALM, format, login)).toBe(said);
    },
  );
});

describe.skipIf(pythonWithXconn === undefined)('xconn', () => {
  let library: PythonLibrary;
  beforeAll(() => {
    library = startPythonLibrary(pythonWithXconn!, 'xconn_python.py');
  });
  afterAll(() => library.close());

  it.each(overEach(LOGINS))(
    'logs in by $method as $authid over $format',
    async ({ format, said, ...login }) => {
      expect(await library.logIn(gateway.url, REALM, format, login)).toBe(said);
    },
  );
  it.each(overEach(REFUSED))(
    'is refused by $method as $authid over $format',
    async ({ format, said, ...login }) => {
      expect(await library.logIn(gateway.url, REALM, format, login)).toBe(said);
    },
  );
  it.each(FORMATS)('is nobody over %s, where nobody may join', async (format) => {
    const login = { method: 'anonymous', authid: '', secret: '' };
    expect(await library.logIn(gateway.url, 'com.open', format, login)).toMatch(/^\S+ anonymous$/);
    expect(await library.logIn(gateway.url, REALM, format, login)).toBe('wamp.error.no_matching_auth_method');
  });
});
