import { hashOfName, hasTwice, MAX_NAMES } from './name-hashes.js';

/** Bytes of JSON's grammar (RFC 8259 §2). */
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The functions below return one of these numbers if a value is invalid or nested too deeply. */
export const INVALID = -1;
export const TOO_DEEP = -2;

/** Facts about the scanned text. */
export interface Seen {
  /** True if a string contains U+0000. */
  nul: boolean;
  /**
   * True if a number may exceed a double, or has so many digits that an exact conversion takes
   * long.
   */
  large: boolean;
  /**
   * True if an object may have a name twice, or has too many names to check. Set only if `names` is
   * set.
   */
  twice: boolean;
  /** The number of escapes in strings. */
  escapes: number;
  /**
   * The first `nameCount` elements are hashes of the names in the open objects. For speed, the
   * array is never truncated.
   */
  names: number[] | undefined;
  nameCount: number;
}

/** The initial facts. */
export const nothingSeen = (): Seen => ({
  nul: false,
  large: false,
  twice: false,
  escapes: 0,
  names: undefined,
  nameCount: 0,
});

/**
 * If a number has at most this many digits, and at most this many digits in its exponent, it is
 * below 10^308, the limit of doubles.
 */
const PLAIN_DIGITS = 200;
const PLAIN_EXPONENT = 2;

// In the following functions, `at` is the index at which a part starts, and the result is the index
// at which it ends. A byte beyond the end is undefined, which equals no expected byte.

/** Skips white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let next = at;
  for (; next < bytes.length; next++) {
    const byte = bytes[next] as number;
    // The most frequent case comes first.
    if (byte > SPACE) break;
    if (byte !== SPACE && byte !== LINE_FEED && byte !== CARRIAGE_RETURN && byte !== TAB) break;
  }
  return next;
}

/**
 * Returns the index at which the value at `at` ends, or {@link INVALID} or {@link TOO_DEEP}. Both
 * are negative.
 *
 * @param nesting maximum nesting of lists and objects
 * @param seen gets the facts about the value
 */
export function endOfValue(bytes: Uint8Array, at: number, nesting: number, seen: Seen): number {
  switch (bytes[at]) {
    case QUOTE:
      return text(bytes, at, seen);
    case OPEN_OBJECT:
      return nesting === 0 ? TOO_DEEP : object(bytes, at, nesting - 1, seen);
    case OPEN_LIST:
      return nesting === 0 ? TOO_DEEP : list(bytes, at, nesting - 1, seen);
    case LOWER_T:
      return word(bytes, at, 'true');
    case LOWER_F:
      return word(bytes, at, 'false');
    case LOWER_N:
      return word(bytes, at, 'null');
    default:
      return number(bytes, at, seen);
  }
}

/**
 * Like {@link endOfValue}, for an object.
 *
 * @param bounds gets the positions of the entries, see `EntryBounds`
 * @param max maximum length of `bounds`. If the object has more entries, `bounds` gets one entry more
 * than fits, so that the caller notices this.
 */
export function endOfObject(
  bytes: Uint8Array,
  at: number,
  nesting: number,
  seen: Seen,
  bounds: number[],
  max = Number.POSITIVE_INFINITY,
): number {
  return nesting === 0 ? TOO_DEEP : object(bytes, at, nesting - 1, seen, bounds, max);
}

function object(
  bytes: Uint8Array,
  at: number,
  nesting: number,
  seen: Seen,
  bounds?: number[],
  max = 0,
): number {
  const { names } = seen;
  const firstName = seen.nameCount;
  let next = skipSpace(bytes, at + 1);
  if (bytes[next] === CLOSE_OBJECT) return next + 1;
  for (;;) {
    if (bytes[next] !== QUOTE) return INVALID;
    const name = next;
    const { escapes } = seen;
    next = text(bytes, name, seen);
    if (next < 0) return next;
    const nameEnd = next;
    if (names !== undefined && !seen.twice) {
      // An escaped name may equal a name that is written in another way.
      if (seen.escapes > escapes || seen.nameCount === MAX_NAMES) seen.twice = true;
      else names[seen.nameCount++] = hashOfName(bytes, name + 1, nameEnd - 1);
    }
    next = skipSpace(bytes, nameEnd);
    if (bytes[next] !== COLON) return INVALID;
    const start = skipSpace(bytes, next + 1);
    next = endOfValue(bytes, start, nesting, seen);
    if (next < 0) return next;
    if (bounds !== undefined && bounds.length <= max) {
      bounds.push(name - at, nameEnd - at, start - at, next - at);
    }
    next = skipSpace(bytes, next);
    if (bytes[next] === CLOSE_OBJECT) {
      if (names !== undefined) {
        if (!seen.twice && hasTwice(names, firstName, seen.nameCount)) seen.twice = true;
        seen.nameCount = firstName;
      }
      return next + 1;
    }
    if (bytes[next] !== COMMA) return INVALID;
    next = skipSpace(bytes, next + 1);
  }
}

function list(bytes: Uint8Array, at: number, nesting: number, seen: Seen): number {
  let next = skipSpace(bytes, at + 1);
  if (bytes[next] === CLOSE_LIST) return next + 1;
  for (;;) {
    next = endOfValue(bytes, next, nesting, seen);
    if (next < 0) return next;
    next = skipSpace(bytes, next);
    if (bytes[next] === CLOSE_LIST) return next + 1;
    if (bytes[next] !== COMMA) return INVALID;
    next = skipSpace(bytes, next + 1);
  }
}

function text(bytes: Uint8Array, at: number, seen: Seen): number {
  for (let next = at + 1; next < bytes.length; next++) {
    const byte = bytes[next] as number;
    if (byte > BACKSLASH) continue;
    if (byte === QUOTE) return next + 1;
    if (byte < SPACE) return INVALID;
    if (byte === BACKSLASH) {
      next = escaped(bytes, next + 1, seen) - 1;
      if (next < 0) return INVALID;
    }
  }
  return INVALID;
}

/** The index at which an escape ends. @param at the index after the backslash */
export function escaped(bytes: Uint8Array, at: number, seen: Seen): number {
  seen.escapes++;
  if (bytes[at] !== LOWER_U) return SIMPLE_ESCAPES.includes(bytes[at] as number) ? at + 1 : INVALID;
  let isZero = true;
  for (let digit = at + 1; digit < at + 5; digit++) {
    if (!isHexDigit(bytes[digit])) return INVALID;
    if (bytes[digit] !== ZERO) isZero = false;
  }
  if (isZero) seen.nul = true;
  return at + 5;
}

/** `"`, `\`, `/`, b, f, n, r, t */
const SIMPLE_ESCAPES: readonly number[] = [QUOTE, BACKSLASH, 0x2f, 0x62, LOWER_F, LOWER_N, 0x72, LOWER_T];

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  // The sixth bit distinguishes lower case from upper case.
  const letter = byte | 0x20;
  return (byte >= ZERO && byte <= NINE) || (letter >= 0x61 && letter <= LOWER_F);
}

function number(bytes: Uint8Array, at: number, seen: Seen): number {
  let next = bytes[at] === MINUS ? at + 1 : at;
  next = bytes[next] === ZERO ? next + 1 : digits(bytes, next);
  if (next >= 0 && bytes[next] === POINT) next = digits(bytes, next + 1);
  if (next - at > PLAIN_DIGITS) seen.large = true;
  if (next < 0 || (bytes[next] !== LOWER_E && bytes[next] !== UPPER_E)) return next;
  const isSigned = bytes[next + 1] === PLUS || bytes[next + 1] === MINUS;
  const exponent = next + (isSigned ? 2 : 1);
  next = digits(bytes, exponent);
  if (next - exponent > PLAIN_EXPONENT) seen.large = true;
  return next;
}

/** Skips one or more digits. */
function digits(bytes: Uint8Array, at: number): number {
  let next = at;
  for (let byte = bytes[next]; byte !== undefined && byte >= ZERO && byte <= NINE; byte = bytes[++next]);
  return next > at ? next : INVALID;
}

function word(bytes: Uint8Array, at: number, letters: string): number {
  for (let index = 1; index < letters.length; index++) {
    if (bytes[at + index] !== letters.charCodeAt(index)) return INVALID;
  }
  return at + letters.length;
}
