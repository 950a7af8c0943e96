/** Kinds of values that MessagePack and CBOR have in common. Each format has further numbers. */
export const SCALAR = 1;
export const TEXT = 2;
export const LIST = 5;
export const MAP = 6;

/** Tables about the first byte of a value in a binary format. */
export interface Heads {
  readonly kinds: Uint8Array;
  /**
   * How many bytes of a scalar's value, or of a length, follow. 0 if the first byte contains it.
   */
  readonly sizes: Uint8Array;
  /** The length in the first byte, if `sizes` is 0. */
  readonly lengths: Uint8Array;
  /** Reads null, a boolean or a number. @param start the index after the first byte */
  readonly scalarAt: (bytes: Buffer, type: number, start: number) => unknown;
  /** The first byte of an empty list. For a list with n items, up to 15, add n. */
  readonly emptyList: number;
}
