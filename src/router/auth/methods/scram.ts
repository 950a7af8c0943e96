import { createHash, createHmac, randomBytes } from 'node:crypto';
import { KEY_BYTES, sameBytes } from '../key-bytes.js';
import type { PasswordKeys } from '../password-keys.js';
import type { Challenge } from './challenge.js';
import { loginMethod } from './login-method.js';

const NONCE_BYTES = 16;

/** WAMP "Salted Challenge Response Authentication". */
export const scram = loginMethod({
  name: 'wamp-scram',
  isComplete: ({ authid, nonce }) => authid !== undefined && nonce !== undefined,
  credential: ({ scram: keys }) => keys,
  decoy: ({ scram: keys }) => keys,
  challenge: (keys, { authid, clientNonce }) => challengeScram(keys, authid, clientNonce),
});

/**
 * WAMP "Salted Challenge Response Authentication" (RFC 5802, RFC 7677) with PBKDF2, without channel
 * binding. Client and router prove to each other that they know keys derived from the password.
 *
 * @param clientNonce HELLO.authextra.nonce
 */
export function challengeScram(
  keys: PasswordKeys['scram'],
  authid: string,
  clientNonce: string,
  routerNonce: string = randomBytes(NONCE_BYTES).toString('base64'),
): Challenge {
  const { salt, iterations } = keys;
  const nonce = `${clientNonce}${routerNonce}`;
  const authMessage = [
    `n=${escapeName(authid)},r=${clientNonce}`,
    `r=${nonce},s=${salt},i=${iterations}`,
    // "n,,": no channel binding.
    `c=${Buffer.from('n,,').toString('base64')},r=${nonce}`,
  ].join(',');
  return {
    extra: { nonce, salt, kdf: 'pbkdf2', iterations },
    async verify({ signature, extra }, derive) {
      const { storedKey, serverKey } = await keys.keys(derive);
      const proof = Buffer.from(signature, 'base64');
      const clientKey = xor(hmac(storedKey, authMessage), proof);
      const isProven = sameBytes(createHash('sha256').update(clientKey).digest(), storedKey);
      const bindsChannel = (extra['channel_binding'] ?? null) !== null;
      if (!isProven || proof.length !== KEY_BYTES || extra['nonce'] !== nonce || bindsChannel) return false;
      return { authextra: { verifier: `v=${hmac(serverKey, authMessage).toString('base64')}` } };
    },
  };
}

/** RFC 5802 section 5.1. */
function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
