import { timingSafeEqual } from 'node:crypto';

/** Output of SHA-256, and of PBKDF2 as it is used here. */
export const KEY_BYTES = 32;

/** Compares in a time that tells nothing of what is equal in them. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
