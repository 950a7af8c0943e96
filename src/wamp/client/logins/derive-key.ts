import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { LoginError } from './login.js';

const derive = promisify(pbkdf2);

/** A higher number would keep the client busy for many seconds. */
const MAX_ITERATIONS = 10_000_000;
const MAX_KEY_BYTES = 1024;

/**
 * PBKDF2-HMAC-SHA256 with the parameters of a challenge.
 *
 * @throws LoginError if a number is missing or out of bounds
 */
export function deriveKey(
  secret: string,
  salt: string | Uint8Array,
  iterations: unknown,
  keyBytes: unknown,
): Promise<Buffer> {
  if (!isCount(iterations, MAX_ITERATIONS) || !isCount(keyBytes, MAX_KEY_BYTES)) {
    throw new LoginError('The number of iterations or the key length in the challenge is not usable.');
  }
  return derive(secret, salt, iterations, keyBytes, 'sha256');
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= max;
}
