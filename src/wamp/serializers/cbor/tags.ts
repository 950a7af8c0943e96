/** Tags of CBOR (RFC 8949 section 3.4, and IANA's registry) that a frame may hold, and what becomes of them. */

/** An integer of any size, from the bytes that follow. */
const BIGNUM = 2;
/** -1 less that integer. */
export const NEGATIVE_BIGNUM = 3;
/** Bytes: as JavaScript libraries write a Uint8Array (RFC 8746 section 2.1). */
const UINT8_ARRAY = 64;

/** Bytes of a bignum: as many as the digits make that `parseJson` takes of an integer, 4096. */
export const MAX_BIGNUM_BYTES = 1700;

export function isBignum(tag: number): boolean {
  return tag === BIGNUM || tag === NEGATIVE_BIGNUM;
}

/** True for tags that must be followed by bytes. */
export function isBytesTag(tag: number): boolean {
  return isBignum(tag) || tag === UINT8_ARRAY;
}

/**
 * Tags that only say what their value is about, and are dropped: 0 and 1 a date and time, as text and in seconds; 21 to
 * 24 bytes, and what to make of them; 32 to 37 text that is a URI, base64, a regular expression, MIME, and bytes that
 * are a UUID; 258 a list that is a set; 259 a dictionary that is a JavaScript Map; 55799 CBOR itself.
 */
const PLAIN = new Set([0, 1, 21, 22, 23, 24, 32, 33, 34, 35, 36, 37, 258, 259, 55799]);

/**
 * True for tags whose value stands for itself. Any other tag gives its value another meaning (a fraction, a place
 * elsewhere in the frame, a library's private record): passing on the bare value would be passing on a wrong one.
 */
export function isPlainTag(tag: number): boolean {
  return PLAIN.has(tag);
}
