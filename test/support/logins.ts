import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  pbkdf2Sync,
  sign,
} from 'node:crypto';
import { MESSAGE } from '../../src/wamp/messages.js';
import { ALL_ROLES, type RawClient } from './raw-client.js';

/**
 * Ed25519 private keys of test clients, from the cryptosign test vectors of the WAMP specification.
 */
export const PRIVATE_KEY = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510';
export const OTHER_KEY = 'd511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd';

/** A login, implemented from the specification only. */
export interface Login {
  /** For HELLO.Details. */
  readonly details: Readonly<Record<string, unknown>>;
  /** AUTHENTICATE without its code: the signature and extra. */
  answer(extra: Readonly<Record<string, unknown>>): readonly [string, object];
}

export const byTicket = (authid: string, ticket: string): Login => ({
  details: { authid, authmethods: ['ticket'] },
  answer: () => [ticket, {}],
});

export const byCra = (authid: string, secret: string): Login => ({
  details: { authid, authmethods: ['wampcra'] },
  answer({ challenge, salt, iterations, keylen }) {
    const key =
      salt === undefined
        ? secret
        : pbkdf2Sync(secret, String(salt), Number(iterations), Number(keylen), 'sha256').toString('base64');
    return [createHmac('sha256', key).update(String(challenge)).digest('base64'), {}];
  },
});

/** RFC 5802 with SHA-256. `verifier` is what WELCOME must have after the challenge. */
export function byScram(authid: string, password: string): Login & { readonly verifier: string } {
  const clientNonce = Buffer.from('a client nonce').toString('base64');
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  let verifier = '';
  return {
    details: {
      authid,
      authmethods: ['wamp-scram'],
      authextra: { nonce: clientNonce, channel_binding: null },
    },
    answer({ nonce, salt, iterations }) {
      const salted = pbkdf2Sync(
        password,
        Buffer.from(String(salt), 'base64'),
        Number(iterations),
        32,
        'sha256',
      );
      const message = `n=${authid},r=${clientNonce},r=${nonce},s=${salt},i=${iterations},c=biws,r=${nonce}`;
      const clientKey = hmac(salted, 'Client Key');
      const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
      verifier = `v=${hmac(hmac(salted, 'Server Key'), message).toString('base64')}`;
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!));
      return [proof.toString('base64'), { nonce, channel_binding: null, cbind_data: null }];
    },
    get verifier() {
      return verifier;
    },
  };
}

/** PKCS #8 of an Ed25519 key (RFC 8410 section 7), without the 32 bytes of the key itself. */
const PKCS8 = '302e020100300506032b657004220420';

/** Public keys that belong to private keys in hex. */
export function publicKeyOf(privateKey: string): string {
  const { x } = createPublicKey(keyObject(privateKey)).export({ format: 'jwk' });
  return Buffer.from(x!, 'base64url').toString('hex');
}

/** The PEM file (PKCS #8) of a private key in hex, as openssl genpkey makes it. */
export const pemOf = (privateKey: string): string =>
  keyObject(privateKey).export({ format: 'pem', type: 'pkcs8' }).toString();

/** @param authid undefined if the key identifies the user */
export const byKey = (authid: string | undefined, privateKey: string): Login => ({
  details: {
    ...(authid !== undefined && { authid }),
    authmethods: ['cryptosign'],
    authextra: { pubkey: publicKeyOf(privateKey) },
  },
  answer({ challenge }) {
    const signature = sign(null, Buffer.from(String(challenge), 'hex'), keyObject(privateKey));
    return [`${signature.toString('hex')}${challenge}`, {}];
  },
});

/** A private key in hex as a key of Node. */
export function keyObject(privateKey: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(PKCS8 + privateKey, 'hex'), format: 'der', type: 'pkcs8' });
}

/** Sends HELLO and answers the CHALLENGE; returns WELCOME or ABORT. */
export async function logIn(
  client: RawClient,
  realm: string,
  login: Login,
  details: object = {},
): Promise<readonly unknown[]> {
  client.send([MESSAGE.HELLO, realm, { roles: ALL_ROLES, ...login.details, ...details }]);
  const challenge = await client.next();
  if (challenge[0] !== MESSAGE.CHALLENGE) return challenge;
  const [signature, extra] = login.answer(challenge[2] as Record<string, unknown>);
  client.send([MESSAGE.AUTHENTICATE, signature, extra]);
  return client.next();
}
