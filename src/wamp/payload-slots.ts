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
 * Bytes of the smallest frame whose args and kwargs become JSON text. Parsing a smaller one is
 * faster.
 */
export const TEXT_FROM = 512;

/**
 * Maximum numbers in `EntryBounds` of kwargs, four per entry. With more entries the bounds would
 * take more memory than the text; they are then computed again where they are needed.
 */
export const MAX_BOUNDS = 1024;
