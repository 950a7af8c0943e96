import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type Login, LoginError } from './login.js';

/** PKCS #8 of an Ed25519 key (RFC 8410 section 7), without the 32 bytes of the key. */
const PKCS8_PREFIX = '302e020100300506032b657004220420';
const KEY = /^[0-9a-fA-F]{64}$/;
const CHALLENGE = /^(?:[0-9a-fA-F]{2}){1,1024}$/;

/** Whether text is an Ed25519 private key in the notation of WAMP clients: 32 bytes in hex. */
export function isPrivateKey(text: string): boolean {
  return KEY.test(text);
}

/**
 * WAMP "Cryptosign-based Authentication", without channel binding: the client signs the router's
 * random bytes with its Ed25519 key.
 *
 * @param privateKey 32 bytes in hex, see {@link isPrivateKey}
 */
export function cryptosignLogin(privateKey: string): Login {
  const der = Buffer.from(PKCS8_PREFIX + privateKey, 'hex');
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return {
    method: 'cryptosign',
    authextra: { pubkey: publicKeyOf(key), channel_binding: null },
    respond({ challenge }) {
      if (typeof challenge !== 'string' || !CHALLENGE.test(challenge)) {
        throw new LoginError('The challenge of cryptosign contains no bytes to sign.');
      }
      return { signature: `${sign(null, Buffer.from(challenge, 'hex'), key).toString('hex')}${challenge}` };
    },
  };
}

function publicKeyOf(key: KeyObject): string {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('hex');
}
