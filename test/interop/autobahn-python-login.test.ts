import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/cli/hash-password.js';
import type { RunningGateway } from '../support/gateway.js';
import { publicKeyOf } from '../support/logins.js';
import { startSecuredGateway } from '../support/secured-gateway.js';
import { findPythonWithAutobahn, runPython } from './python.js';

const python = await findPythonWithAutobahn();
const WHY = 'no Python with autobahn: apt-get install python3-autobahn python3-cbor2';
if (python === undefined && process.env['CI']) throw new Error(WHY);
if (python === undefined) console.warn(`skipped: ${WHY}`);

const REALM = 'com.example';
const PRIVATE_KEY = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510';
const OTHER_KEY = 'd511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd';
const DENIED = 'wamp.error.authentication_denied';

/** Over CBOR, which it asks for first. Its SCRAM is a dialect of its own, which no other router speaks. */
describe.skipIf(python === undefined)('autobahn|python', () => {
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
    ]);
  });
  afterAll(() => gateway.stop(0));

  it.each([
    ['ticket', 'alice', 'wonderland', 'alice staff ticket static'],
    ['ticket', 'bob', 'builder', 'bob staff ticket static'],
    ['wampcra', 'alice', 'wonderland', 'alice staff wampcra static'],
    ['wampcra', 'bob', 'builder', 'bob staff wampcra static'],
    ['cryptosign', 'device', PRIVATE_KEY, 'device all cryptosign static'],
    ['cryptosign', '', PRIVATE_KEY, 'device all cryptosign static'],
    ['ticket', 'alice', 'builder', DENIED],
    ['wampcra', 'bob', 'wonderland', DENIED],
    ['wampcra', 'mallory', 'wonderland', DENIED],
    ['cryptosign', 'device', OTHER_KEY, DENIED],
    ['scram', 'alice', 'wonderland', 'wamp.error.no_matching_auth_method'],
  ])('by %s as %s', async (method, authid, secret, printed) => {
    const output = await runPython(python!, 'autobahn_login.py', gateway.url, REALM, method, authid, secret);
    expect(output).toBe(`${printed}\n`);
  });
});
