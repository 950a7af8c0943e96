import { NOT_PACKED } from './pack-format.js';
import type { PackMemory } from './pack-memory.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;

/** By the byte after a backslash: the escaped character (RFC 8259 section 7). */
const ESCAPED = new Uint8Array(256);
for (const [letter, character] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  ESCAPED[(letter as string).charCodeAt(0)] = (character as string).charCodeAt(0);
}

/** By byte: the value of a hexadecimal digit; -1 for other bytes. */
const HEX = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * The result for a paused text. It continues at `memory.next`, and its output so far starts at
 * `memory.to`.
 */
export const PAUSED = -3;

/**
 * Writes the UTF-8 of a JSON string backwards, without a head.
 *
 * @param last the index before the closing quote, or the index at which a paused text continues.
 * `memory.next` becomes the index before the opening quote.
 * @param written the index at which the output of this text starts so far. At first it equals
 * `out`.
 * @param stop pauses after an escape below this index, because escapes take longer than other text
 * @returns the index at which the output starts; {@link NOT_PACKED} if the text contains U+0000 or
 * a lone surrogate; {@link PAUSED}
 */
export function packText(
  memory: PackMemory,
  last: number,
  written: number,
  out: number,
  stop: number,
): number {
  const { bytes, view } = memory;
  let at = last;
  let to = written;
  for (;;) {
    // Copies four bytes at once if none is special. (x - 1) & ~x has the upper bit set if a byte is
    // 0.
    while (at > 3) {
      const four = view.getInt32(at - 3, true);
      const quotes = four ^ QUOTES;
      const backslashes = four ^ BACKSLASHES;
      const special = ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
      if ((special & 0x80808080) !== 0) break;
      at -= 4;
      to -= 4;
      view.setInt32(to, four, true);
    }
    const byte = bytes[at] as number;
    if (byte === BACKSLASH) {
      to = unescapeAt(memory, at, to);
      if (to === NOT_PACKED) return NOT_PACKED;
      at = memory.next;
      if (at >= stop) continue;
      memory.to = to;
      return PAUSED;
    }
    // A quote within the text has a backslash before it.
    if (byte === QUOTE && bytes[at - 1] !== BACKSLASH) break;
    if (at < 0) return NOT_PACKED;
    bytes[--to] = byte;
    at--;
  }
  memory.next = at - 1;
  return to <= out ? to : NOT_PACKED;
}

/**
 * Handles a run of backslashes. The text is written backwards, so the characters after the run are
 * already in the output. If the last backslash starts an escape, replaces these characters.
 *
 * @param end the index of the last backslash in a run. `memory.next` becomes the index before the
 * run.
 * @param out the index of the first character after the run in the output
 */
function unescapeAt(memory: PackMemory, end: number, out: number): number {
  const { bytes } = memory;
  let at = beforeBackslashes(bytes, end);
  let count = end - at;
  let to = out;
  // Two backslashes are one escaped backslash. If their number is odd, the last one starts an
  // escape.
  if (count % 2 === 1) {
    const letter = bytes[to] as number;
    if (letter === LOWER_U) {
      const unit = hexAt(bytes, to + 1);
      to += 5;
      if (unit < 0xd800 || unit > 0xdfff) {
        // U+0000 may begin text that represents bytes.
        if (unit <= 0) return NOT_PACKED;
        to = packCharacter(bytes, to, unit);
      } else {
        // The second half of a pair: `\uD83D\uDE00`.
        if (unit < 0xdc00 || count > 1 || bytes[at - 4] !== LOWER_U) return NOT_PACKED;
        const first = hexAt(bytes, at - 3);
        if (first < 0xd800 || first > 0xdbff) return NOT_PACKED;
        to = packCharacter(bytes, to, 0x10000 + ((first - 0xd800) << 10) + (unit - 0xdc00));
        const secondEnd = at - 5;
        at = beforeBackslashes(bytes, secondEnd);
        count = secondEnd - at;
        if (count % 2 === 0) return NOT_PACKED;
      }
    } else {
      bytes[to] = ESCAPED[letter] as number;
    }
  }
  for (let left = count >> 1; left > 0; left--) bytes[--to] = BACKSLASH;
  memory.next = at;
  return to;
}

function beforeBackslashes(bytes: Buffer, end: number): number {
  let at = end;
  while (at >= 0 && bytes[at] === BACKSLASH) at--;
  return at;
}

/** The value of four hexadecimal digits. Negative if they are not digits. */
function hexAt(bytes: Buffer, at: number): number {
  let value = 0;
  for (let end = at + 4, digit = at; digit < end; digit++) {
    value = (value << 4) | (HEX[bytes[digit] as number] as number);
  }
  return value;
}

function packCharacter(bytes: Buffer, out: number, code: number): number {
  let to = out;
  if (code < 0x80) {
    bytes[--to] = code;
    return to;
  }
  bytes[--to] = 0x80 | (code & 0x3f);
  if (code < 0x800) {
    bytes[--to] = 0xc0 | (code >> 6);
    return to;
  }
  bytes[--to] = 0x80 | ((code >> 6) & 0x3f);
  if (code < 0x10000) {
    bytes[--to] = 0xe0 | (code >> 12);
    return to;
  }
  bytes[--to] = 0x80 | ((code >> 12) & 0x3f);
  bytes[--to] = 0xf0 | (code >> 18);
  return to;
}
