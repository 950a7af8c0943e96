/** The CBOR tags that a frame may contain (RFC 8949 section 3.4, and IANA's registry). */

/** A non-negative integer of any size, as bytes. */
const BIGNUM = 2;
/** A negative integer of any size: -1 minus the integer in the bytes. */
export const NEGATIVE_BIGNUM = 3;
/** Bytes. JavaScript libraries write a Uint8Array with this tag (RFC 8746 section 2.1). */
const UINT8_ARRAY = 64;

/** Maximum bytes of a bignum. They are about 4096 digits, which is the limit of `parseJson`. */
export const MAX_BIGNUM_BYTES = 1700;

export function isBignum(tag: number): boolean {
  return tag === BIGNUM || tag === NEGATIVE_BIGNUM;
}

/** Whether a byte string must follow the tag. */
export function isBytesTag(tag: number): boolean {
  return isBignum(tag) || tag === UINT8_ARRAY;
}

/**
 * Tags that only describe their value. The reader drops them. 0 and 1: date and time, as text and
 * in seconds. 21 to 24: bytes and their use. 32 to 37: URI, base64, regular expression, MIME, UUID.
 * 258: a list as a set. 259: a dictionary as a JavaScript Map. 55799: CBOR itself.
 */
const PLAIN = new Set([0, 1, 21, 22, 23, 24, 32, 33, 34, 35, 36, 37, 258, 259, 55799]);

/**
 * Whether a tag can be dropped. Other tags change the meaning of their value (a fraction, a
 * reference into the frame, a library's private record). Without the tag, such a value would be
 * wrong.
 */
export function isPlainTag(tag: number): boolean {
  return PLAIN.has(tag);
}
