import { endOfValue, escaped, nothingSeen, type Seen, skipSpace } from './scan-json.js';

/** Bytes of JSON's grammar (RFC 8259 §2). */
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The kind of the next token. At FIRST_VALUE or FIRST_NAME, the list or object may also end. */
const FIRST_VALUE = 0;
const FIRST_NAME = 1;
const VALUE = 2;
const NAME = 3;
const AFTER_NAME = 4;
const AFTER_VALUE = 5;

const INVALID = -1;

/** Bytes per step. A step takes less than a millisecond for any content. */
const STEP_BYTES = 32 * 1024;

/** The result of a check. */
export type JsonVerdict = 'valid' | 'invalid' | 'too_deep';

/**
 * Like `checkJson`, but in steps. The event loop can run between the steps. It does not recurse,
 * because a step may end at any depth. `checkJson` is faster for short texts.
 *
 * @param bytes as for `checkJson`
 * @param maxNesting maximum nesting of lists and objects
 */
export function* checkJsonInSteps(bytes: Uint8Array, maxNesting: number): Generator<void, JsonVerdict> {
  const seen = nothingSeen();
  /** By depth: 1 for an open object, 0 for an open list. */
  const isObject = new Uint8Array(maxNesting + 1);
  let depth = 0;
  let next = VALUE;
  let at = skipSpace(bytes, 0);
  let stepEnd = STEP_BYTES;
  while (at < bytes.length) {
    if (at >= stepEnd) {
      yield;
      stepEnd = at + STEP_BYTES;
    }
    const byte = bytes[at];
    switch (next) {
      case AFTER_VALUE:
        if (depth === 0) return 'invalid';
        if (byte === COMMA) {
          next = isObject[depth] === 1 ? NAME : VALUE;
          at++;
          break;
        }
        if (byte !== (isObject[depth] === 1 ? CLOSE_OBJECT : CLOSE_LIST)) return 'invalid';
        depth--;
        at++;
        break;
      case AFTER_NAME:
        if (byte !== COLON) return 'invalid';
        next = VALUE;
        at++;
        break;
      default: {
        const isName = next === NAME || next === FIRST_NAME;
        if (byte === QUOTE) {
          at++;
          for (;;) {
            at = skipText(bytes, at, at + STEP_BYTES, seen);
            if (at < 0 || at >= bytes.length) return 'invalid';
            if (bytes[at] === QUOTE) break;
            yield;
          }
          at++;
          next = isName ? AFTER_NAME : AFTER_VALUE;
        } else if (
          (next === FIRST_VALUE && byte === CLOSE_LIST) ||
          (next === FIRST_NAME && byte === CLOSE_OBJECT)
        ) {
          depth--;
          next = AFTER_VALUE;
          at++;
        } else if (isName) {
          return 'invalid';
        } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
          if (depth === maxNesting) return 'too_deep';
          isObject[++depth] = byte === OPEN_OBJECT ? 1 : 0;
          next = byte === OPEN_OBJECT ? FIRST_NAME : FIRST_VALUE;
          at++;
        } else {
          at = endOfValue(bytes, at, 0, seen);
          next = AFTER_VALUE;
        }
      }
    }
    if (at < 0) return 'invalid';
    at = skipSpace(bytes, at);
  }
  return depth === 0 && next === AFTER_VALUE ? 'valid' : 'invalid';
}

/**
 * Returns the index of the quote that ends a string. If the string does not end before `max`,
 * returns an index of at least `max` at which the string continues.
 */
function skipText(bytes: Uint8Array, start: number, max: number, seen: Seen): number {
  let at = start;
  const end = Math.min(max, bytes.length);
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte > BACKSLASH) {
      at++;
      continue;
    }
    if (byte === QUOTE) return at;
    if (byte < SPACE) return INVALID;
    at = byte === BACKSLASH ? escaped(bytes, at + 1, seen) : at + 1;
    if (at < 0) return INVALID;
  }
  return at;
}
