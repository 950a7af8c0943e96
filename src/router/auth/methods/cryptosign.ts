import { createPublicKey, randomBytes, verify as verifySignature } from 'node:crypto';
import { sameBytes } from '../key-bytes.js';
import type { Challenge } from './challenge.js';
import { loginMethod } from './login-method.js';

/** A public key that no user has. It replaces the key of a client without a known key. */
const NOBODYS_KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

const SIGNATURE_BYTES = 64;
const CHALLENGE_BYTES = 32;
const SIGNATURE_AND_CHALLENGE = /^[0-9a-fA-F]{192}$/;

/** WAMP "Cryptosign-based Authentication". */
export const cryptosign = loginMethod({
  name: 'cryptosign',
  isComplete: ({ authid, pubkey }) => authid !== undefined || pubkey !== undefined,
  credential: ({ publicKeys }) => (publicKeys.length === 0 ? undefined : publicKeys),
  decoy: () => [],
  challenge: (publicKeys) => challengeCryptosign(publicKeys),
});

/**
 * WAMP "Cryptosign-based Authentication", without channel binding: the client signs 32 random bytes
 * with its Ed25519 key, and answers with the signature, followed by the signed bytes.
 *
 * @param keys public keys in hex. A signature by any of them is valid. Empty if no answer is valid.
 */
export function challengeCryptosign(
  keys: readonly string[],
  challenge: Buffer = randomBytes(CHALLENGE_BYTES),
): Challenge {
  return {
    extra: { challenge: challenge.toString('hex') },
    verify({ signature: answer }) {
      if (!SIGNATURE_AND_CHALLENGE.test(answer)) return false;
      const bytes = Buffer.from(answer, 'hex');
      const signature = bytes.subarray(0, SIGNATURE_BYTES);
      const signed = bytes.subarray(SIGNATURE_BYTES);
      // Verifies with every key, or with a substitute if there is no key, so that the duration
      // reveals nothing.
      const verified = (keys.length === 0 ? [NOBODYS_KEY] : keys).filter((key) =>
        hasSigned(key, challenge, signature),
      );
      return sameBytes(signed, challenge) && verified.length > 0 && keys.length > 0 ? {} : false;
    },
  };
}

function hasSigned(key: string, message: Buffer, signature: Buffer): boolean {
  try {
    const x = Buffer.from(key, 'hex').toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verifySignature(null, message, publicKey, signature);
  } catch {
    // The 32 bytes of the key are not a point on the curve.
    return false;
  }
}
