import { unsignedAt } from './big-endian.js';
import { isBignum, isBytesTag, isPlainTag, MAX_BIGNUM_BYTES } from './cbor-tags.js';
import { argumentSize, BREAK, BYTES, INDEFINITE, MAP, SIMPLE, TAG, TEXT } from './cbor-types.js';
import { ProtocolViolation } from './decode.js';
import { ITEM, KEY, MAX_OBJECTS, type Scan, scanFaults, VALUE } from './scan.js';
import { isUtf8Between } from './utf8.js';

const faults = scanFaults('CBOR');

/** In place of the values that a list or dictionary lacks: it has as many as come before a break. */
const OPEN = -1;

/** A scanner of CBOR (RFC 8949), indefinite lengths included. `cbor-tags.ts` has the tags that pass. */
export function createCborScan(maxNesting: number): Scan {
  // What was open when an inner list or dictionary began: the values it still lacks, and what stands next in it.
  const outerLeft = new Array<number>(maxNesting).fill(0);
  const outerNext = new Array<number>(maxNesting).fill(ITEM);

  return (bytes) => {
    const end = bytes.length;
    let at = 0;
    let depth = 0;
    let left = 1;
    let objects = 0;
    let next = ITEM;
    for (;;) {
      while (left === 0) {
        if (depth === 0) {
          if (at !== end) throw faults.trailing();
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
      if (next === KEY && (bytes[at] as number) >> 5 !== TEXT) throw faults.key();
      if (next !== ITEM) next = next === KEY ? VALUE : KEY;
      if ((bytes[at] as number) >> 5 === TAG) at = skipTags(bytes, at);

      const head = bytes[at++] as number;
      const major = head >> 5;
      const info = head & 0x1f;
      const size = argumentSize(info);
      if (size > end - at) throw faults.truncated();
      if (major < BYTES || major === SIMPLE) {
        if (info > 27) throw faults.malformed();
        // Of the simple values false, true, null and undefined have a meaning; 25 to 27 are floats.
        if (major === SIMPLE && (info < 20 || info === 24)) throw faults.unknown();
        at += size;
        continue;
      }
      if (info > 27 && info !== INDEFINITE) throw faults.malformed();
      if (major !== TEXT && ++objects > MAX_OBJECTS) throw faults.objects();
      const argument = size === 0 ? info : unsignedAt(bytes, at, size);
      at += size;
      switch (major) {
        case BYTES:
        case TEXT:
          at = info === INDEFINITE ? skipChunks(bytes, at, major) : skipString(bytes, at, argument, major);
          break;
        default: {
          const values = info === INDEFINITE ? OPEN : major === MAP ? argument * 2 : argument;
          // Each takes a byte at least.
          if (values > end - at) throw faults.truncated();
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

/** Chunks are strings of the same kind and of known length, and text must not be cut within a character. */
function skipChunks(bytes: Buffer, at: number, major: number): number {
  while (at < bytes.length) {
    const head = bytes[at] as number;
    if (head === BREAK) return at + 1;
    if (head >> 5 !== major) throw faults.malformed();
    const length = argumentOf(bytes, at);
    at = skipString(bytes, at + 1 + argumentSize(head & 0x1f), length, major);
  }
  throw faults.truncated();
}

/** Skips the tags before a value, of which there may be many. */
function skipTags(bytes: Buffer, at: number): number {
  for (;;) {
    if (at >= bytes.length) throw faults.truncated();
    const head = bytes[at] as number;
    if (head >> 5 !== TAG) return at;
    const tag = argumentOf(bytes, at);
    at += 1 + argumentSize(head & 0x1f);
    if (isBytesTag(tag)) {
      checkTaggedBytes(bytes, at, tag);
      return at;
    }
    if (!isPlainTag(tag)) throw faults.unknown();
  }
}

function checkTaggedBytes(bytes: Buffer, at: number, tag: number): void {
  if (at >= bytes.length) throw faults.truncated();
  const head = bytes[at] as number;
  if (head >> 5 !== BYTES) throw faults.malformed();
  if (!isBignum(tag)) return;
  const indefinite = (head & 0x1f) === INDEFINITE;
  const length = indefinite ? skipChunks(bytes, at + 1, BYTES) - at : argumentOf(bytes, at);
  if (length > MAX_BIGNUM_BYTES) throw new ProtocolViolation('an integer of more than 4096 digits');
}

/** The argument of the item whose head is at `at`, which must not be of indefinite length. */
function argumentOf(bytes: Buffer, at: number): number {
  const info = (bytes[at] as number) & 0x1f;
  if (info > 27) throw faults.malformed();
  const size = argumentSize(info);
  if (size >= bytes.length - at) throw faults.truncated();
  return size === 0 ? info : unsignedAt(bytes, at + 1, size);
}
