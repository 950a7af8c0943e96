/** What the first byte of a value begins, for what MessagePack and CBOR have in common. Anything else is another number. */
export const SCALAR = 1;
export const TEXT = 2;
export const LIST = 5;
export const MAP = 6;

/** How values of a binary format begin, by their first byte. */
export interface Heads {
  readonly kinds: Uint8Array;
  /** Bytes of a scalar, else of the length, that follow; 0 where the first byte says it all. */
  readonly sizes: Uint8Array;
  /** The length that the first byte itself holds, where `sizes` is 0. */
  readonly lengths: Uint8Array;
  /** Null, a boolean or a number. @param start of what follows the first byte */
  readonly scalarAt: (bytes: Buffer, type: number, start: number) => unknown;
  /** The first byte of an empty list; a list of up to 15 begins with so much more. */
  readonly emptyList: number;
}
