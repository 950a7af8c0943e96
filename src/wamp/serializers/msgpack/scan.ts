import {
  MANY_ENTRIES,
  MORE_FOR_BYTES,
  MORE_FOR_LONG_INTEGER,
  MORE_FOR_MANY,
  weighEscapes,
  weighName,
} from '../../../json-text/weights.js';
import { unsignedAt } from '../big-endian.js';
import { ITEM, KEY, type Scan, scanErrors, VALUE } from '../scan.js';
import { LIST, MAP, SCALAR, TEXT } from '../type-heads.js';
import { escapesBetween, isUtf8Between } from '../utf8.js';
import {
  BINARY,
  EXTENSION,
  KINDS,
  LENGTHS,
  SIZES,
  TIMESTAMP_EXTENSION,
  UNDEFINED_EXTENSION,
} from './types.js';

const errors = scanErrors('MessagePack');

/**
 * Creates a scanner of MessagePack (specification at github.com/msgpack/msgpack). It accepts two
 * extension types: the timestamp, and 0, which JavaScript libraries use for undefined.
 */
export function createMsgpackScan(maxNesting: number, maxValues: number): Scan {
  // For the outer lists and dictionaries, by depth: how many values are missing, and what kind is
  // next.
  const outerLeft = new Array<number>(maxNesting).fill(0);
  const outerNext = new Array<number>(maxNesting).fill(ITEM);

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
      if (--room < 0) throw errors.values(maxValues);
      const type = bytes[at++] as number;
      const kind = KINDS[type] as number;
      const size = SIZES[type] as number;
      if (size > end - at) throw errors.truncated();
      if (next === KEY && kind !== TEXT) throw errors.key();
      if (next !== ITEM) next = next === KEY ? VALUE : KEY;
      left--;
      if (kind === SCALAR) {
        if (isLarge && size === 8 && isLong(bytes, at, type)) room -= MORE_FOR_LONG_INTEGER;
        at += size;
        continue;
      }
      const length = size === 0 ? (LENGTHS[type] as number) : unsignedAt(bytes, at, size);
      at += size;
      switch (kind) {
        case TEXT:
          if (length > end - at) throw errors.truncated();
          if (!isUtf8Between(bytes, at, at + length)) throw errors.notUtf8();
          if (isLarge) {
            escapes += escapesBetween(bytes, at, at + length);
            room -= weighEscapes(escapes);
            escapes &= 15;
            // It was a key.
            if (next === VALUE) room -= weighName(length);
          }
          at += length;
          break;
        case BINARY:
          room -= MORE_FOR_BYTES;
          if (length > end - at) throw errors.truncated();
          at += length;
          break;
        case EXTENSION:
          if (length >= end - at) throw errors.truncated();
          if (!isKnown(bytes[at] as number, length)) throw errors.unknown();
          at += 1 + length;
          break;
        case LIST:
        case MAP: {
          const values = kind === MAP ? length * 2 : length;
          // Each value takes at least one byte.
          if (values > end - at) throw errors.truncated();
          // The number is known in advance, so the scan can stop here.
          if (values > room) throw errors.values(maxValues);
          if (kind === MAP && length > MANY_ENTRIES) room -= (length - MANY_ENTRIES) * MORE_FOR_MANY;
          if (depth === maxNesting) throw errors.nested(maxNesting);
          outerLeft[depth] = left;
          outerNext[depth++] = next;
          left = values;
          next = kind === MAP ? KEY : ITEM;
          break;
        }
        default:
          throw errors.unknown();
      }
    }
  };
}

const INT_64 = 0xd3;
const UINT_64 = 0xcf;

/** Whether eight bytes are an integer of about ±2^53 or beyond. */
function isLong(bytes: Buffer, at: number, type: number): boolean {
  const [first, second] = [bytes[at] as number, bytes[at + 1] as number];
  if (type === UINT_64 || (type === INT_64 && first < 0x80)) return first > 0 || second >= 0x20;
  return type === INT_64 && (first < 0xff || second < 0xe0);
}

function isKnown(extension: number, length: number): boolean {
  if (extension === TIMESTAMP_EXTENSION) return length === 4 || length === 8 || length === 12;
  return extension === UNDEFINED_EXTENSION;
}
