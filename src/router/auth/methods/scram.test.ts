import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DERIVE } from '../../../../test/support/derive.js';
import { MESSAGE } from '../../../wamp/messages.js';
import { passwordKeys } from '../password-keys.js';
import { challengeScram } from './scram.js';

/** RFC 7677 section 3. The WAMP specification has the same proof and signature. */
const RFC = {
  user: 'user',
  password: 'pencil',
  salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
  iterations: 4096,
  clientNonce: 'rOprNGfwEbeRWgbNEkqO',
  routerNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  verifier: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};
const nonce = `${RFC.clientNonce}${RFC.routerNonce}`;

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const salted = (password: string, salt: Buffer, iterations: number) =>
  pbkdf2Sync(password, salt, iterations, 32, 'sha256');

function stored(password = RFC.password) {
  const key = salted(password, Buffer.from(RFC.salt, 'base64'), RFC.iterations);
  return passwordKeys(
    {
      kind: 'scram',
      salt: RFC.salt,
      iterations: RFC.iterations,
      storedKey: createHash('sha256').update(hmac(key, 'Client Key')).digest('base64'),
      serverKey: hmac(key, 'Server Key').toString('base64'),
    },
    '',
  );
}

const challenge = (keys = stored(), user = RFC.user) =>
  challengeScram(keys.scram, user, RFC.clientNonce, RFC.routerNonce);

const answer = (signature: string, extra: object = { nonce }) => ({
  type: MESSAGE.AUTHENTICATE,
  signature,
  extra: extra as Record<string, unknown>,
});

/** The computation of a client, independent of the router's code. */
function proofOf(key: Buffer, user: string, extra: Readonly<Record<string, unknown>>): string {
  const clientKey = hmac(key, 'Client Key');
  const message = `n=${user},r=${RFC.clientNonce},r=${extra['nonce']},s=${extra['salt']},i=${extra['iterations']},c=biws,r=${extra['nonce']}`;
  const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
  return Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!)).toString('base64');
}

describe('wamp-scram', () => {
  it('challenges as the specification says', () => {
    expect(challenge().extra).toEqual({ nonce, salt: RFC.salt, kdf: 'pbkdf2', iterations: 4096 });
  });

  it("accepts the RFC's proof, and proves that the router knows the password too", async () => {
    const verdict = await challenge().verify(
      answer(RFC.proof, { nonce, channel_binding: null, cbind_data: null }),
      DERIVE,
    );
    expect(verdict).toEqual({ authextra: { verifier: RFC.verifier } });
  });

  it.each([
    ['another proof', `A${RFC.proof.slice(1)}`, { nonce }],
    [
      'a proof that is too long',
      Buffer.concat([Buffer.from(RFC.proof, 'base64'), Buffer.alloc(1)]).toString('base64'),
      { nonce },
    ],
    ['half a proof', RFC.proof.slice(0, 20), { nonce }],
    ['no proof', '', { nonce }],
    ['another nonce', RFC.proof, { nonce: RFC.clientNonce }],
    ['no nonce', RFC.proof, {}],
    ['a channel binding that HELLO did not ask for', RFC.proof, { nonce, channel_binding: 'tls-unique' }],
  ])('refuses %s', async (_what, signature, extra) => {
    expect(await challenge().verify(answer(signature, extra), DERIVE)).toBe(false);
  });

  it('refuses the proof of another password, and for another user', async () => {
    expect(await challenge(stored('pencils')).verify(answer(RFC.proof), DERIVE)).toBe(false);
    expect(await challenge(stored(), 'other').verify(answer(RFC.proof), DERIVE)).toBe(false);
  });

  it('escapes commas and equals signs in a name by RFC 5802', async () => {
    const { extra, verify } = challenge(stored(), 'a=b,c');
    const key = salted(RFC.password, Buffer.from(RFC.salt, 'base64'), RFC.iterations);
    expect(await verify(answer(proofOf(key, 'a=3Db=2Cc', extra)), DERIVE)).toBeTruthy();
  });

  it('works with plain-text passwords, normalised, and with those that are salted for WAMP-CRA', async () => {
    // U+00AA becomes "a"; the soft hyphen is removed.
    const text = challenge(passwordKeys({ kind: 'plain', text: 'pen\u00adcil\u00aa' }, 'c2FsdA=='));
    const ofText = salted('pencila', Buffer.from('c2FsdA=='), Number(text.extra['iterations']));
    expect(await text.verify(answer(proofOf(ofText, RFC.user, text.extra)), DERIVE)).toBeTruthy();

    const key = salted('pencil', Buffer.from('some salt'), 1000);
    const saltedPassword = key.toString('base64');
    const kept = challenge(
      passwordKeys({ kind: 'salted', salt: 'some salt', iterations: 1000, saltedPassword }, ''),
    );
    expect(kept.extra).toMatchObject({ salt: Buffer.from('some salt').toString('base64'), iterations: 1000 });
    expect(await kept.verify(answer(proofOf(key, RFC.user, kept.extra)), DERIVE)).toBeTruthy();
  });

  it('uses a new random part of the nonce for each client', () => {
    const { scram } = stored();
    const nonces = [1, 2].map(() => String(challengeScram(scram, 'user', 'abcd').extra['nonce']));
    expect(nonces[0]).toMatch(/^abcd[A-Za-z0-9+/]{22}==$/);
    expect(nonces[1]).not.toBe(nonces[0]);
  });
});
