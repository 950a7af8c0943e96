/**
 * The encoding of JSON values in a binary format. Output is written backwards, so that the length
 * of a container is known when its head is written. `out` is the index at which the following
 * output starts. Each function returns the index at which its own output starts.
 */
export interface PackFormat {
  readonly text: HeadForm;
  readonly list: HeadForm;
  readonly dict: HeadForm;
  /** An integer from 0 to 2^32 - 1. */
  readonly unsigned: HeadForm;
  /** An integer from -2^53 to -1. */
  readonly packNegative: (view: DataView, out: number, integer: number) => number;
  /** The byte before the 8 bytes of an integer from 2^32 to 2^53. */
  readonly long: number;
  /** An integer beyond ±2^53. Returns {@link NOT_PACKED} if it exceeds 64 bits. */
  readonly packBigInteger: (view: DataView, out: number, integer: bigint) => number;
  /** The byte before the 8 bytes of a float. */
  readonly float: number;
  readonly true: number;
  readonly false: number;
  readonly null: number;
}

/** The forms of a head with a length or an integer, which takes 0, 1, 2 or 4 additional bytes. */
export interface HeadForm {
  /** A length below this limit is added to `first`, without additional bytes. */
  readonly limit: number;
  readonly first: number;
  /** The byte before a length of one byte. 0 if the format does not have this form. */
  readonly one: number;
  readonly two: number;
  readonly four: number;
}

/** Returned instead of an index if the JSON must be parsed before it can be written. */
export const NOT_PACKED = -1;

/** The type, and a length of four bytes. */
export const LONGEST_HEAD = 5;

/** Writes a head, in its shortest form. @param length below 2^32 */
export function packHead(view: DataView, out: number, form: HeadForm, length: number): number {
  if (length < form.limit) {
    view.setUint8(out - 1, form.first + length);
    return out - 1;
  }
  if (length < 0x100 && form.one !== 0) {
    view.setUint8(out - 1, length);
    view.setUint8(out - 2, form.one);
    return out - 2;
  }
  if (length < 0x10000) {
    view.setUint16(out - 2, length);
    view.setUint8(out - 3, form.two);
    return out - 3;
  }
  view.setUint32(out - 4, length);
  view.setUint8(out - 5, form.four);
  return out - 5;
}

/**
 * Writes a type byte and an integer as 64 bits in two's complement.
 *
 * @param integer within ±2^53
 */
export function packLong(view: DataView, out: number, type: number, integer: number): number {
  view.setInt32(out - 8, Math.floor(integer / 2 ** 32));
  view.setInt32(out - 4, integer | 0);
  view.setUint8(out - 9, type);
  return out - 9;
}
