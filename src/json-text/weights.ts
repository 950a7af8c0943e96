/**
 * What the parts of a message count as, in all formats alike: one for each value and each name of an object, and more for what
 * takes longer, or more memory, to read and to write.
 */

/** More for bytes, for text that may stand for them, and for text in chunks: each is an object of its own. */
export const MORE_FOR_BYTES = 4;
/** More for an integer beyond 2^53, which is made a BigInt. */
export const MORE_FOR_LONG_INTEGER = 4;

/** From so many entries on an object is a hash table, which takes longer to fill. */
export const MANY_ENTRIES = 1000;
/** More for each name beyond them. */
export const MORE_FOR_MANY = 3;

/** How much more a name of so many bytes counts as: one for each 32. */
export function weighName(length: number): number {
  return length >> 5;
}

/** How much so many escapes count as: one for each 16. */
export function weighEscapes(count: number): number {
  return count >> 4;
}
