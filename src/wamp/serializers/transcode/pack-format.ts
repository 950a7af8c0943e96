/**
 * What a binary format makes of JSON. It is written from its end towards its begin, so that the length of what is inside
 * is known when its head is: `out` is where what follows begins, and what a function returns is where its own part does.
 */
export interface PackFormat {
  readonly text: HeadForm;
  readonly list: HeadForm;
  readonly dict: HeadForm;
  /** An integer from 0 to 2^32 - 1. */
  readonly unsigned: HeadForm;
  /** An integer from -2^53 to -1. */
  readonly packNegative: (view: DataView, out: number, integer: number) => number;
  /** The byte before an integer from 2^32 to 2^53, which takes 8. */
  readonly long: number;
  /** An integer beyond ±2^53. {@link NOT_PACKED} where 64 bit do not hold it. */
  readonly packBigInteger: (view: DataView, out: number, integer: bigint) => number;
  /** The byte before a float of 8. */
  readonly float: number;
  readonly true: number;
  readonly false: number;
  readonly null: number;
}

/** How something begins of which a length, or a number alone, has to be told: with one byte that may tell it, or with more. */
export interface HeadForm {
  /** A length below this one is added to `first`, and takes no byte of its own. */
  readonly limit: number;
  readonly first: number;
  /** The byte before a length of one byte; 0 where the format has no such. */
  readonly one: number;
  readonly two: number;
  readonly four: number;
}

/** In place of where something begins: this JSON has to be read before it can be written. */
export const NOT_PACKED = -1;

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

/** Writes a type byte and an integer's 64 bit, in two's complement. @param integer within ±2^53 */
export function packLong(view: DataView, out: number, type: number, integer: number): number {
  view.setInt32(out - 8, Math.floor(integer / 2 ** 32));
  view.setInt32(out - 4, integer | 0);
  view.setUint8(out - 9, type);
  return out - 9;
}
