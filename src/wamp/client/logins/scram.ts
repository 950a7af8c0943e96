import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { saslprep } from '../../saslprep.js';
import { deriveKey } from './derive-key.js';
import { type Login, LoginError } from './login.js';

const KEY_BYTES = 32;

/**
 * WAMP "Salted Challenge Response Authentication" (RFC 5802, RFC 7677) with PBKDF2, without channel
 * binding. The router must also prove that it knows the password.
 *
 * @param nonce random text in base64, new for each login
 */
export function scramLogin(authid: string, password: string, nonce: string): Login {
  let routerSignature: Buffer | undefined;
  return {
    method: 'wamp-scram',
    authextra: { nonce, channel_binding: null },
    async respond({ nonce: whole, salt, iterations, kdf = 'pbkdf2' }) {
      if (kdf !== 'pbkdf2')
        throw new LoginError('The router uses a key derivation function other than PBKDF2.');
      if (
        typeof whole !== 'string' ||
        typeof salt !== 'string' ||
        !whole.startsWith(nonce) ||
        whole === nonce
      ) {
        throw new LoginError('The challenge of wamp-scram lacks a nonce or a salt.');
      }
      const salted = await deriveKey(saslprep(password), Buffer.from(salt, 'base64'), iterations, KEY_BYTES);
      const authMessage = [
        `n=${escapeName(authid)},r=${nonce}`,
        `r=${whole},s=${salt},i=${iterations}`,
        // "n,,": no channel binding.
        `c=${Buffer.from('n,,').toString('base64')},r=${whole}`,
      ].join(',');
      const clientKey = hmac(salted, 'Client Key');
      const clientSignature = hmac(createHash('sha256').update(clientKey).digest(), authMessage);
      routerSignature = hmac(hmac(salted, 'Server Key'), authMessage);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0)));
      return {
        signature: proof.toString('base64'),
        extra: { nonce: whole, channel_binding: null, cbind_data: null },
      };
    },
    provesRouter({ authextra }) {
      const verifier = (authextra as { verifier?: unknown } | undefined)?.verifier;
      if (routerSignature === undefined || typeof verifier !== 'string') return false;
      // RFC 5802 §7 puts `v=` before the signature. Some routers omit it.
      const given = Buffer.from(verifier.replace(/^v=/, ''), 'base64');
      return given.length === routerSignature.length && timingSafeEqual(given, routerSignature);
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
