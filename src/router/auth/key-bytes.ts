import { timingSafeEqual } from 'node:crypto';

/** Bytes of a SHA-256 hash, and of the PBKDF2 keys here. */
export const KEY_BYTES = 32;

/** Compares in constant time, so that the time reveals nothing about the content. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
