import { MESSAGE } from './messages.js';

// Args and kwargs, as places in a message.

/** How many elements stand before args, by message code. */
export const HEAD_LENGTHS: ReadonlyMap<unknown, number> = new Map([
  [MESSAGE.ERROR, 5],
  [MESSAGE.PUBLISH, 4],
  [MESSAGE.EVENT, 4],
  [MESSAGE.CALL, 4],
  [MESSAGE.RESULT, 3],
  [MESSAGE.INVOCATION, 4],
  [MESSAGE.YIELD, 3],
]);

/** Bytes of the smallest frame whose args and kwargs are made JSON text: smaller ones are read faster than they are looked through. */
export const TEXT_FROM = 512;

/**
 * Numbers that tell where the entries of kwargs are, four for each. Whoever needs the entries of more finds them again:
 * they would take more memory than the text.
 */
export const MAX_BOUNDS = 1024;
