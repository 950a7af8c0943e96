import { createHmac } from 'node:crypto';
import { deriveKey } from './derive-key.js';
import { type Login, LoginError } from './login.js';

/**
 * WAMP "Challenge Response Authentication": the client signs the challenge with its secret. If the
 * challenge has a salt, the client derives a key from the secret, and signs with the base64 text of
 * this key. All clients and routers use this text, not the bytes.
 */
export function craLogin(secret: string): Login {
  return {
    method: 'wampcra',
    async respond({ challenge, salt, iterations = 1000, keylen = 32 }) {
      if (typeof challenge !== 'string')
        throw new LoginError('The challenge of wampcra contains no text to sign.');
      const key =
        typeof salt === 'string' && salt !== ''
          ? (await deriveKey(secret, salt, iterations, keylen)).toString('base64')
          : secret;
      return { signature: createHmac('sha256', key).update(challenge).digest('base64') };
    },
  };
}
