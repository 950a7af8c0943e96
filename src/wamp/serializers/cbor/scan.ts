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

const faults = scanErrors('CBOR');

/** In place of the values that a list or dictionary lacks: it has as many as come before a break. */
const OPEN = -1;

/** A scanner of CBOR (RFC 8949), indefinite lengths included. `cbor-tags.ts` has the tags that pass. */
export function createCborScan(maxNesting: number, maxValues: number): Scan {
  // What was open when an inner list or dictionary began: the values it still lacks, and what stands next in it.
  const outerLeft = new Array<number>(maxNesting).fill(0);
  const outerNext = new Array<number>(maxNesting).fill(ITEM);
  const tally: Tally = { room: 0, most: maxValues };

  return (bytes) => {
    const end = bytes.length;
    let at = 0;
    let depth = 0;
    let left = 1;
    /** Values and names that may still come. */
    let room = maxValues;
    // Each that is counted takes a byte at least, so that a short frame cannot hold too many.
    const isLarge = end >= maxValues;
    let escapes = 0;
    let next = ITEM;
    for (;;) {
      while (left === 0) {
        if (depth === 0) {
          if (at !== end) throw faults.trailing();
          if (room < 0) throw faults.values(maxValues);
          return;
        }
        left = outerLeft[--depth] as number;
        next = outerNext[depth] as number;
      }
      if (at >= end) throw faults.truncated();
      if (left === OPEN) {
        if (bytes[at] === BREAK) {
          // A key without a value.
          if (next === VALUE) throw faults.malformed();
          at++;
          left = 0;
          continue;
        }
      } else {
        left--;
      }
      if (--room < 0) throw faults.values(maxValues);
      if (next === KEY && (bytes[at] as number) >> 5 !== TEXT) throw faults.key();
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
      if (size > end - at) throw faults.truncated();
      if (major < BYTES || major === SIMPLE) {
        if (info > 27) throw faults.malformed();
        // Of the simple values false, true, null and undefined have a meaning; 25 to 27 are floats.
        if (major === SIMPLE && (info < 20 || info === 24)) throw faults.unknown();
        if (isLarge && size === 8 && major !== SIMPLE && isLong(bytes, at)) room -= MORE_FOR_LONG_INTEGER;
        at += size;
        continue;
      }
      if (info > 27 && info !== INDEFINITE) throw faults.malformed();
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
          // How many keys there are is not known in advance, and each may be one of many.
          if (next === VALUE && left === OPEN) room -= MORE_FOR_MANY;
          break;
        default: {
          const values = info === INDEFINITE ? OPEN : major === MAP ? argument * 2 : argument;
          // Each takes a byte at least.
          if (values > end - at) throw faults.truncated();
          // Known in advance, so that nothing more is looked at.
          if (values > room) throw faults.values(maxValues);
          if (major === MAP && argument > MANY_ENTRIES) room -= (argument - MANY_ENTRIES) * MORE_FOR_MANY;
          if (depth === maxNesting) throw faults.nested(maxNesting);
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
  if (length > bytes.length - at) throw faults.truncated();
  if (major === TEXT && !isUtf8Between(bytes, at, at + length)) throw faults.notUtf8();
  return at + length;
}

/** Values and names that may still come, where something of open number is looked through. */
interface Tally {
  room: number;
  readonly most: number;
}

function count(tally: Tally, more: number): void {
  tally.room -= more;
  if (tally.room < 0) throw faults.values(tally.most);
}

/** Chunks are strings of the same kind and of known length, and text must not be cut within a character. */
function skipChunks(bytes: Buffer, at: number, major: number, tally: Tally): number {
  while (at < bytes.length) {
    const head = bytes[at] as number;
    if (head === BREAK) return at + 1;
    if (head >> 5 !== major) throw faults.malformed();
    const length = argumentOf(bytes, at);
    // As if all of it had to be escaped: strings in chunks are rare, and long ones more so.
    count(tally, 1 + weighEscapes(length));
    at = skipString(bytes, at + 1 + argumentSize(head & 0x1f), length, major);
  }
  throw faults.truncated();
}

/** Skips the tags before a value, of which there may be many. */
function skipTags(bytes: Buffer, at: number, tally: Tally): number {
  for (;;) {
    if (at >= bytes.length) throw faults.truncated();
    const head = bytes[at] as number;
    if (head >> 5 !== TAG) return at;
    count(tally, 1);
    const tag = argumentOf(bytes, at);
    at += 1 + argumentSize(head & 0x1f);
    if (isBytesTag(tag)) {
      checkTaggedBytes(bytes, at, tag, tally);
      return at;
    }
    if (!isPlainTag(tag)) throw faults.unknown();
  }
}

function checkTaggedBytes(bytes: Buffer, at: number, tag: number, tally: Tally): void {
  if (at >= bytes.length) throw faults.truncated();
  const head = bytes[at] as number;
  if (head >> 5 !== BYTES) throw faults.malformed();
  if (!isBignum(tag)) return;
  const indefinite = (head & 0x1f) === INDEFINITE;
  const length = indefinite ? skipChunks(bytes, at + 1, BYTES, tally) - at : argumentOf(bytes, at);
  if (length > MAX_BIGNUM_BYTES) throw new ProtocolViolation('an integer of more than 4096 digits');
  // To write its digits takes the square of their number.
  count(tally, length >> 1);
}

/** Whether eight bytes are an integer beyond 2^53, or nearly so. */
function isLong(bytes: Buffer, at: number): boolean {
  return (bytes[at] as number) > 0 || (bytes[at + 1] as number) >= 0x20;
}

/** The argument of the item whose head is at `at`, which must not be of indefinite length. */
function argumentOf(bytes: Buffer, at: number): number {
  const info = (bytes[at] as number) & 0x1f;
  if (info > 27) throw faults.malformed();
  const size = argumentSize(info);
  if (size >= bytes.length - at) throw faults.truncated();
  return size === 0 ? info : unsignedAt(bytes, at + 1, size);
}
