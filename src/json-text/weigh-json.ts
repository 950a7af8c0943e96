import { MANY_ENTRIES, MORE_FOR_BYTES, MORE_FOR_MANY, weighEscapes, weighName } from './weights.js';

/** Bytes of JSON's grammar (RFC 8259 §2). */
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
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

/**
 * An integer with at least this many digits may exceed 2^53. It is converted exactly, which takes
 * longer.
 */
const LONG_DIGITS = 16;
/** Up to this nesting, entries are counted per object. All deeper objects count as one object. */
const NESTING = 2048;

/**
 * Whether JSON has more than `max` values and names, counted by `weights.ts`. Stops as soon as the
 * result is known.
 *
 * This is not part of the scan for errors. The scan runs for each text, this function only for the
 * longest texts.
 *
 * @param bytes may be invalid JSON. Then everything that looks like a value counts.
 */
export function weighsMore(bytes: Buffer, max: number): boolean {
  const entries = new Uint32Array(NESTING);
  let depth = 0;
  let left = max;
  let escapes = 0;
  /** Bytes of the last string. If a colon follows, the string was a name. */
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    // The most frequent bytes come first.
    if (byte <= SPACE || byte === COMMA) continue;
    switch (byte) {
      case QUOTE: {
        const start = at + 1;
        for (at = skipPlain(bytes, start); bytes[at] === BACKSLASH; at = skipPlain(bytes, at + 1)) {
          escapes++;
          at++;
          if (bytes[at] === LOWER_U && isNul(bytes, at + 1)) left -= MORE_FOR_BYTES;
        }
        length = at - start;
        left -= 1 + weighEscapes(escapes);
        escapes &= 15;
        break;
      }
      case COLON: {
        const count = (entries[depth] as number) + 1;
        entries[depth] = count;
        left -= weighName(length) + (count > MANY_ENTRIES ? MORE_FOR_MANY : 0);
        break;
      }
      case OPEN_LIST:
      case OPEN_OBJECT:
        left--;
        if (depth < NESTING - 1) depth++;
        entries[depth] = 0;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        if (depth > 0) depth--;
        break;
      case LOWER_F:
        left--;
        at += 'alse'.length;
        break;
      case LOWER_T:
      case LOWER_N:
        left--;
        at += 'rue'.length;
        break;
      default:
        if (!isOfNumber(byte)) continue;
        left -= 1 + weighNumber(bytes, at);
        while (isOfNumber(bytes[at + 1] as number)) at++;
    }
    if (left < 0) return true;
  }
  return false;
}

/** Up to this many bytes, a loop is faster than calls into the runtime. */
const SHORT = 64;

/** The index of the next quote or backslash, or the end. */
function skipPlain(bytes: Buffer, start: number): number {
  let at = Math.min(start + SHORT, bytes.length);
  for (let next = start; next < at; next++) {
    if (bytes[next] === QUOTE || bytes[next] === BACKSLASH) return next;
  }
  // The parts grow by a factor of 4, so that the total time of both searches stays linear.
  for (let size = 4 * SHORT; at < bytes.length; size *= 4) {
    const part = bytes.subarray(at, at + size);
    const quote = part.indexOf(QUOTE);
    const backslash = (quote < 0 ? part : part.subarray(0, quote)).indexOf(BACKSLASH);
    if (backslash >= 0) return at + backslash;
    if (quote >= 0) return at + quote;
    at += part.length;
  }
  return at;
}

function isNul(bytes: Buffer, at: number): boolean {
  for (let digit = at; digit < at + 4; digit++) if (bytes[digit] !== ZERO) return false;
  return true;
}

/** The additional weight of the number at `at`. Only long integers have one. */
function weighNumber(bytes: Buffer, at: number): number {
  let end = at + 1;
  while (isDigit(bytes[end] as number)) end++;
  const isLong =
    end - at >= LONG_DIGITS && bytes[end] !== POINT && ((bytes[end] as number) | 0x20) !== LOWER_E;
  return isLong ? (end - at) >> 2 : 0;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isOfNumber(byte: number): boolean {
  return isDigit(byte) || byte === MINUS || byte === POINT || byte === PLUS || (byte | 0x20) === LOWER_E;
}
