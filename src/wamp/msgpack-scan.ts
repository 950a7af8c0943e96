import { unsignedAt } from './big-endian.js';
import { LIST, MAP, SCALAR, TEXT } from './heads.js';
import {
  BINARY,
  EXTENSION,
  KINDS,
  LENGTHS,
  SIZES,
  TIMESTAMP_EXTENSION,
  UNDEFINED_EXTENSION,
} from './msgpack-types.js';
import { ITEM, KEY, MAX_OBJECTS, type Scan, scanFaults, VALUE } from './scan.js';
import { isUtf8Between } from './utf8.js';

const faults = scanFaults('MessagePack');

/**
 * A scanner of MessagePack (specification at github.com/msgpack/msgpack). Of the extension types two pass: 0, by which
 * JavaScript libraries write undefined, and the timestamp.
 */
export function createMsgpackScan(maxNesting: number): Scan {
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
      const type = bytes[at++] as number;
      const kind = KINDS[type] as number;
      const size = SIZES[type] as number;
      if (size > end - at) throw faults.truncated();
      if (next === KEY && kind !== TEXT) throw faults.key();
      if (next !== ITEM) next = next === KEY ? VALUE : KEY;
      left--;
      if (kind === SCALAR) {
        at += size;
        continue;
      }
      const length = size === 0 ? (LENGTHS[type] as number) : unsignedAt(bytes, at, size);
      at += size;
      switch (kind) {
        case TEXT:
          if (length > end - at) throw faults.truncated();
          if (!isUtf8Between(bytes, at, at + length)) throw faults.notUtf8();
          at += length;
          break;
        case BINARY:
          if (++objects > MAX_OBJECTS) throw faults.objects();
          if (length > end - at) throw faults.truncated();
          at += length;
          break;
        case EXTENSION:
          if (length >= end - at) throw faults.truncated();
          if (!isKnown(bytes[at] as number, length)) throw faults.unknown();
          at += 1 + length;
          break;
        case LIST:
        case MAP: {
          const values = kind === MAP ? length * 2 : length;
          // Each takes a byte at least.
          if (values > end - at) throw faults.truncated();
          if (++objects > MAX_OBJECTS) throw faults.objects();
          if (depth === maxNesting) throw faults.nested(maxNesting);
          outerLeft[depth] = left;
          outerNext[depth++] = next;
          left = values;
          next = kind === MAP ? KEY : ITEM;
          break;
        }
        default:
          throw faults.unknown();
      }
    }
  };
}

function isKnown(extension: number, length: number): boolean {
  if (extension === TIMESTAMP_EXTENSION) return length === 4 || length === 8 || length === 12;
  return extension === UNDEFINED_EXTENSION;
}
