/** Major types of CBOR (RFC 8949 section 3.1): the upper three bits of an item's first byte. */
export const UNSIGNED = 0;
export const NEGATIVE = 1;
export const BYTES = 2;
export const TEXT = 3;
export const LIST = 4;
export const MAP = 5;
export const TAG = 6;
export const SIMPLE = 7;

/**
 * The lower five bits of an item's first byte if its length is indefinite. Such an item ends with a
 * BREAK.
 */
export const INDEFINITE = 31;
export const BREAK = 0xff;

/** Bytes of the argument after the first byte. 0 if the lower five bits are the argument. */
export function argumentSize(info: number): number {
  return info >= 24 && info <= 27 ? 1 << (info - 24) : 0;
}
