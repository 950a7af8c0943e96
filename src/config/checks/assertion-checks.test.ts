import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import type { ConfigError } from '../../errors.js';
import { parseConfig } from '../load-config.js';

const pkcs8 = { format: 'pem', type: 'pkcs8' } as const;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const FILES: Readonly<Record<string, string>> = {
  'rsa.pem': generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pkcs8).toString(),
  'short.pem': generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(pkcs8).toString(),
  'ec.pem': ec('P-256').privateKey.export({ format: 'pem', type: 'sec1' }).toString(),
  'ec384.pem': ec('P-384').privateKey.export(pkcs8).toString(),
  'ed.pem': generateKeyPairSync('ed25519').privateKey.export(pkcs8).toString(),
  'x.pem': generateKeyPairSync('x25519').privateKey.export(pkcs8).toString(),
  'public.pem': ec('P-256').publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  'encrypted.pem': ec('P-256')
    .privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString(),
  'damaged.pem': '-----BEGIN PRIVATE KEY-----\nS3CR3T\n-----END PRIVATE KEY-----\n',
};
const readFile = (path: string): string => {
  const text = FILES[path.slice(path.lastIndexOf('/') + 1)];
  if (text === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
  return text;
};

function problemsOf(...lines: string[]): string[] {
  const text = billingConf(
    'https://billing.example.com/api',
    '+auth.fetch.url = https://idp.example.com/token',
    '+auth.fetch.token_path = access_token',
    '+auth.fetch.body_encoding = form',
    ...lines,
  );
  try {
    parseConfig(text, { env: {}, readFile });
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(
      ({ key, message }) => `${key.slice(key.indexOf('auth.'))}: ${message}`,
    );
  }
}
const key = (file: string) => `+auth.fetch.assertion.key_file = ${file}`;
const ISS = '+auth.fetch.assertion.iss = me';
const USE = '+auth.fetch.body.client_assertion = {{assertion}}';

describe('the keys of an assertion', () => {
  it.each([
    ['rsa.pem', 'RS256'],
    ['rsa.pem', 'ps256'],
    ['ec.pem', 'ES256'],
    ['ed.pem', 'EdDSA'],
  ])('fit each other: %s and %s', (file, alg) => {
    expect(problemsOf(key(file), ISS, USE)).toEqual([]);
    expect(problemsOf(key(file), ISS, USE, `+auth.fetch.assertion.alg = ${alg}`)).toEqual([]);
  });

  it.each([
    [[key('none.pem'), ISS, USE], 'auth.fetch.assertion.key_file: there is no such file'],
    [[key('encrypted.pem'), ISS, USE], 'key_file: the private key is encrypted'],
    [[key('public.pem'), ISS, USE], 'key_file: the file contains no private key'],
    [[key('damaged.pem'), ISS, USE], 'key_file: the private key in the file is unreadable'],
    [[key('short.pem'), ISS, USE], 'key_file: the RSA key is too short'],
    [[key('ec384.pem'), ISS, USE], 'key_file: an EC key on another curve than P-256 cannot be used here'],
    [[key('x.pem'), ISS, USE], 'key_file: a key of this kind cannot be used here'],
    [[key('ed.pem'), ISS, USE, '+auth.fetch.assertion.alg = RS256'], 'an Ed25519 key cannot sign with RS256'],
    [
      [key('rsa.pem'), ISS, USE, '+auth.fetch.assertion.alg = HS256'],
      'alg: must be RS256, PS256, ES256 or EdDSA',
    ],
    [[key('rsa.pem'), USE], 'auth.fetch.assertion.iss: is required'],
    [[ISS, USE], 'auth.fetch.assertion.key_file: is required'],
    [[key('rsa.pem'), ISS], 'key_file: has no effect'],
    [[USE], '{{assertion}} is allowed only in auth.fetch.body'],
    [
      [key('rsa.pem'), ISS, USE, '+auth.fetch.url = https://h/{{assertion}}'],
      'auth.fetch.url: {{assertion}} is allowed',
    ],
    [
      [key('rsa.pem'), '+auth.fetch.assertion.iss = {{assertion}}', USE],
      'iss: {{assertion}} is allowed only',
    ],
    [[key('rsa.pem'), ISS, USE, '+auth.vars.assertion = x'], 'auth.vars.assertion: another variable cannot'],
    [
      [key('rsa.pem'), ISS, USE, '+auth.fetch.assertion.claims.aud = x'],
      'set this claim with auth.fetch.assertion.aud',
    ],
    [
      [key('rsa.pem'), ISS, USE, '+auth.fetch.assertion.claims.jti = x'],
      'the gateway sets this claim itself',
    ],
    [
      [key('rsa.pem'), ISS, USE, '+auth.fetch.assertion.sub = {{x}}'],
      'sub: the variable in this value is not defined',
    ],
    [[key('rsa.pem'), ISS, USE, '+auth.fetch.assertion.ttl = 0'], 'ttl: must be longer than 0'],
  ])('are an error if they contradict each other: %j', (lines, message) => {
    const found = problemsOf(...lines);
    expect(found.join('\n')).toContain(message);
    expect(found.join()).not.toContain('S3CR3T');
  });

  it('may have variables of the caller', () => {
    expect(problemsOf(key('ed.pem'), ISS, USE, '+auth.fetch.assertion.sub = {{caller.authid}}')).toEqual([]);
  });
});
