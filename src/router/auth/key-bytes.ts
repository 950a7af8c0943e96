import { timingSafeEqual } from 'node:crypto';

/** The number of bytes of a SHA-256 hash, and of a PBKDF2 key in this folder. */
export const KEY_BYTES = 32;

/** Compares in constant time, so that the duration reveals nothing about the content. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
