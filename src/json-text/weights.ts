/**
 * The weights of the parts of a message, equal in all formats. Each value and each name of an
 * object counts as one. Parts that take more time or memory to read and write count as more.
 */

/**
 * Additional weight of bytes, text that may represent bytes, and text in chunks. Each of them
 * becomes an object.
 */
export const MORE_FOR_BYTES = 4;
/** Additional weight of an integer beyond 2^53, which becomes a BigInt. */
export const MORE_FOR_LONG_INTEGER = 4;

/** An object with at least this many entries is a hash table, which takes longer to fill. */
export const MANY_ENTRIES = 1000;
/** Additional weight of each further name. */
export const MORE_FOR_MANY = 3;

/** Additional weight of a name with `length` bytes: one per 32. */
export function weighName(length: number): number {
  return length >> 5;
}

/** Weight of escapes: one per 16. */
export function weighEscapes(count: number): number {
  return count >> 4;
}
