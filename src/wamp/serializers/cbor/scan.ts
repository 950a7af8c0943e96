import {
  MANY_ENTRIES,
  MORE_FOR_BYTES,
  MORE_FOR_LONG_INTEGER,
  MORE_FOR_MANY,
  weighEscapes,
  weighName,
} from '../../../json-text/weights.js';
import { ProtocolViolation } from '../../decode.js';
import { unsignedAt } from '../big-endian.js';
import { ITEM, KEY, type Scan, scanErrors, VALUE } from '../scan.js';
import { escapesBetween, isUtf8Between } from '../utf8.js';
import { isBignum, isBytesTag, isPlainTag, MAX_BIGNUM_BYTES } from './tags.js';
import { argumentSize, BREAK, BYTES, INDEFINITE, MAP, SIMPLE, TAG, TEXT } from './types.js';

const errors = scanErrors('CBOR');

/**
 * The value of `left` in a list or dictionary of indefinite length. Its number of values is
 * unknown, because a break ends it.
 */
const OPEN = -1;

/**
 * Creates a scanner of CBOR (RFC 8949), with indefinite lengths. `tags.ts` has the allowed tags.
 */
export function createCborScan(maxNesting: number, maxValues: number): Scan {
  // For the outer lists and dictionaries, by depth: how many values are still to come, and what
  // kind is next.
  const outerLeft = new Array<number>(maxNesting).fill(0);
  const outerNext = new Array<number>(maxNesting).fill(ITEM);
  const tally: Tally = { room: 0, max: maxValues };

  return (bytes) => {
    const end = bytes.length;
    let at = 0;
    let depth = 0;
    let left = 1;
    /** The remaining limit of values and names. */
    let room = maxValues;
    // Each value takes at least one byte, so a short frame cannot have too many.
    const isLarge = end >= maxValues;
    let escapes = 0;
    let next = ITEM;
    for (;;) {
      while (left === 0) {
        if (depth === 0) {
          if (at !== end) throw errors.trailing();
          if (room < 0) throw errors.values(maxValues);
          return;
        }
        left = outerLeft[--depth] as number;
        next = outerNext[depth] as number;
      }
      if (at >= end) throw errors.truncated();
      if (left === OPEN) {
        if (bytes[at] === BREAK) {
          // A key without a value.
          if (next === VALUE) throw errors.malformed();
          at++;
          left = 0;
          continue;
        }
      } else {
        left--;
      }
      if (--room < 0) throw errors.values(maxValues);
      if (next === KEY && (bytes[at] as number) >> 5 !== TEXT) throw errors.key();
      if (next !== ITEM) next = next === KEY ? VALUE : KEY;
      if ((bytes[at] as number) >> 5 === TAG) {
        tally.room = room;
        at = skipTags(bytes, at, tally);
        room = tally.room;
      }
      const head = bytes[at++] as number;
      const major = head >> 5;
      const info = head & 0x1f;
      const size = argumentSize(info);
      if (size > end - at) throw errors.truncated();
      if (major < BYTES || major === SIMPLE) {
        if (info > 27) throw errors.malformed();
        // 20 to 23 are false, true, null and undefined. 25 to 27 are floats. The other codes have
        // no meaning.
        if (major === SIMPLE && (info < 20 || info === 24)) throw errors.unknown();
        if (isLarge && size === 8 && major !== SIMPLE && isLong(bytes, at)) room -= MORE_FOR_LONG_INTEGER;
        at += size;
        continue;
      }
      if (info > 27 && info !== INDEFINITE) throw errors.malformed();
      if (major === BYTES || (major === TEXT && info === INDEFINITE)) room -= MORE_FOR_BYTES;
      const argument = size === 0 ? info : unsignedAt(bytes, at, size);
      at += size;
      switch (major) {
        case BYTES:
        case TEXT:
          if (info === INDEFINITE) {
            tally.room = room;
            at = skipChunks(bytes, at, major, tally);
            room = tally.room;
          } else {
            at = skipString(bytes, at, argument, major);
            if (isLarge && major === TEXT) {
              escapes += escapesBetween(bytes, at - argument, at);
              room -= weighEscapes(escapes);
              escapes &= 15;
              // It was a key.
              if (next === VALUE) room -= weighName(argument);
            }
          }
          // The number of keys is not known yet, so each key counts as in a large dictionary.
          if (next === VALUE && left === OPEN) room -= MORE_FOR_MANY;
          break;
        default: {
          const values = info === INDEFINITE ? OPEN : major === MAP ? argument * 2 : argument;
          // Each value takes at least one byte.
          if (values > end - at) throw errors.truncated();
          // The number is known in advance, so the scan can stop here.
          if (values > room) throw errors.values(maxValues);
          if (major === MAP && argument > MANY_ENTRIES) room -= (argument - MANY_ENTRIES) * MORE_FOR_MANY;
          if (depth === maxNesting) throw errors.nested(maxNesting);
          outerLeft[depth] = left;
          outerNext[depth++] = next;
          left = values;
          next = major === MAP ? KEY : ITEM;
        }
      }
    }
  };
}

function skipString(bytes: Buffer, at: number, length: number, major: number): number {
  if (length > bytes.length - at) throw errors.truncated();
  if (major === TEXT && !isUtf8Between(bytes, at, at + length)) throw errors.notUtf8();
  return at + length;
}

/** The remaining limit, for the functions that skip tags and chunks. */
interface Tally {
  room: number;
  readonly max: number;
}

function count(tally: Tally, more: number): void {
  tally.room -= more;
  if (tally.room < 0) throw errors.values(tally.max);
}

/**
 * Skips chunks: strings of the same kind and definite length. Each text chunk must be valid UTF-8.
 */
function skipChunks(bytes: Buffer, at: number, major: number, tally: Tally): number {
  while (at < bytes.length) {
    const head = bytes[at] as number;
    if (head === BREAK) return at + 1;
    if (head >> 5 !== major) throw errors.malformed();
    const length = argumentOf(bytes, at);
    // Counts all characters as escapes. This is imprecise, but strings in chunks are rare.
    count(tally, 1 + weighEscapes(length));
    at = skipString(bytes, at + 1 + argumentSize(head & 0x1f), length, major);
  }
  throw errors.truncated();
}

/** Skips the tags before a value; there may be many. */
function skipTags(bytes: Buffer, at: number, tally: Tally): number {
  for (;;) {
    if (at >= bytes.length) throw errors.truncated();
    const head = bytes[at] as number;
    if (head >> 5 !== TAG) return at;
    count(tally, 1);
    const tag = argumentOf(bytes, at);
    at += 1 + argumentSize(head & 0x1f);
    if (isBytesTag(tag)) {
      checkTaggedBytes(bytes, at, tag, tally);
      return at;
    }
    if (!isPlainTag(tag)) throw errors.unknown();
  }
}

function checkTaggedBytes(bytes: Buffer, at: number, tag: number, tally: Tally): void {
  if (at >= bytes.length) throw errors.truncated();
  const head = bytes[at] as number;
  if (head >> 5 !== BYTES) throw errors.malformed();
  if (!isBignum(tag)) return;
  const indefinite = (head & 0x1f) === INDEFINITE;
  const length = indefinite ? skipChunks(bytes, at + 1, BYTES, tally) - at : argumentOf(bytes, at);
  if (length > MAX_BIGNUM_BYTES) throw new ProtocolViolation('an integer of more than 4096 digits');
  // Converting a bignum to digits takes quadratic time, so it counts more.
  count(tally, length >> 1);
}

/** Whether eight bytes are an integer of about 2^53 or more. */
function isLong(bytes: Buffer, at: number): boolean {
  return (bytes[at] as number) > 0 || (bytes[at + 1] as number) >= 0x20;
}

/** The argument of the item at `at`, which must have a definite length. */
function argumentOf(bytes: Buffer, at: number): number {
  const info = (bytes[at] as number) & 0x1f;
  if (info > 27) throw errors.malformed();
  const size = argumentSize(info);
  if (size >= bytes.length - at) throw errors.truncated();
  return size === 0 ? info : unsignedAt(bytes, at + 1, size);
}
