import { MESSAGE } from './messages.js';

// The positions of args and kwargs in a message.

/** The number of elements before args, by message code. */
export const HEAD_LENGTHS: ReadonlyMap<unknown, number> = new Map([
  [MESSAGE.ERROR, 5],
  [MESSAGE.PUBLISH, 4],
  [MESSAGE.EVENT, 4],
  [MESSAGE.CALL, 4],
  [MESSAGE.RESULT, 3],
  [MESSAGE.INVOCATION, 4],
  [MESSAGE.YIELD, 3],
]);

/**
 * Bytes of the smallest frame whose args and kwargs become JSON text. For smaller frames, parsing
 * is faster.
 */
export const TEXT_FROM = 512;

/**
 * Maximum length of the `EntryBounds` of kwargs, with four numbers per entry. With more entries,
 * the bounds would take more memory than the text. Then they are not kept, and are computed again
 * when they are needed.
 */
export const MAX_BOUNDS = 1024;
