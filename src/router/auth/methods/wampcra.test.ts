import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { deriveKey, signManual } from 'wampy/wampcra.js';
import { DERIVE } from '../../../../test/support/derive.js';
import { MESSAGE } from '../../../wamp/messages.js';
import { passwordKeys } from '../password-keys.js';
import { challengeCra } from './wampcra.js';

const autobahn: {
  auth_cra: {
    sign(key: string, challenge: string): string;
    derive_key(secret: string, salt: string, iterations: number, keylen: number): string;
  };
} = createRequire(import.meta.url)('autobahn');

const CLAIMS = {
  authid: 'peter',
  authrole: 'user',
  authprovider: 'static',
  session: 3251278072152162,
  nonce: 'LHRTC9zeOIrt_9U3',
  timestamp: '2014-06-22T16:36:25.448Z',
};
const SALTING = { salt: 'salt123', iterations: 1000 };

/** PBKDF2 of "secret2", computed by two independent clients. */
const DERIVED = autobahn.auth_cra.derive_key('secret2', SALTING.salt, SALTING.iterations, 32);

const plain = passwordKeys({ kind: 'plain', text: 'secret2' }, 'x').cra!;
const salted = passwordKeys({ kind: 'salted', ...SALTING, saltedPassword: DERIVED }, 'x').cra!;

const verify = (cra: typeof plain, sign: (challenge: string) => string) => {
  const challenge = challengeCra(cra, CLAIMS);
  return challenge.verify(
    { type: MESSAGE.AUTHENTICATE, signature: sign(String(challenge.extra['challenge'])), extra: {} },
    DERIVE,
  );
};

describe('wampcra', () => {
  it('challenges with a JSON text that has everything the specification requires', () => {
    const { extra } = challengeCra(plain, CLAIMS);
    expect(Object.keys(extra)).toEqual(['challenge']);
    expect(JSON.parse(String(extra['challenge']))).toEqual({ ...CLAIMS, authmethod: 'wampcra' });
  });

  it('tells the client how to derive a salted key', () => {
    expect(challengeCra(salted, CLAIMS).extra).toEqual({
      challenge: expect.any(String),
      salt: 'salt123',
      iterations: 1000,
      keylen: 32,
    });
  });

  it('accepts signatures of autobahn|js and wampy, by password and by the text of the derived key', async () => {
    expect(await deriveKey('secret2', SALTING.salt, SALTING.iterations, 32)).toBe(DERIVED);
    expect(verify(plain, (challenge) => autobahn.auth_cra.sign('secret2', challenge))).toEqual({});
    expect(verify(salted, (challenge) => autobahn.auth_cra.sign(DERIVED, challenge))).toEqual({});
    const challenge = challengeCra(salted, CLAIMS);
    const signature = await signManual(DERIVED, String(challenge.extra['challenge']));
    expect(challenge.verify({ type: MESSAGE.AUTHENTICATE, signature, extra: {} }, DERIVE)).toEqual({});
  });

  it.each([
    ['another password', (text: string) => autobahn.auth_cra.sign('secret3', text)],
    ['another text', (text: string) => autobahn.auth_cra.sign(DERIVED, `${text} `)],
    ['the password instead of the derived key', (text: string) => autobahn.auth_cra.sign('secret2', text)],
    ['nothing', () => ''],
    ['a value that is not base64', () => '%%%'],
  ])('refuses a signature by %s', (_what, sign) => {
    expect(verify(salted, sign)).toBe(false);
  });

  it('writes the challenge in ASCII, whatever the name', () => {
    const { extra } = challengeCra(plain, { ...CLAIMS, authid: 'zoë 😀\u0007\u007f' });
    const challenge = String(extra['challenge']);
    expect(challenge).toMatch(/^[ -~]*$/);
    expect(JSON.parse(challenge)['authid']).toBe('zoë 😀\u0007\u007f');
  });
});
