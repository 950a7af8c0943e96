import { LIST, MAP, SCALAR, TEXT } from '../type-heads.js';

/** Kinds of values that only MessagePack has. */
export const UNKNOWN = 0;
export const BINARY = 3;
export const EXTENSION = 4;

/**
 * The table "Formats" of the specification: first and last type byte, kind, size and length
 * (below).
 */
const FORMATS: readonly (readonly [number, number, number, number, ((type: number) => number)?])[] = [
  [0x00, 0x7f, SCALAR, 0],
  [0x80, 0x8f, MAP, 0, (type) => type & 0x0f],
  [0x90, 0x9f, LIST, 0, (type) => type & 0x0f],
  [0xa0, 0xbf, TEXT, 0, (type) => type & 0x1f],
  [0xc0, 0xc0, SCALAR, 0],
  [0xc1, 0xc1, UNKNOWN, 0],
  [0xc2, 0xc3, SCALAR, 0],
  [0xc4, 0xc4, BINARY, 1],
  [0xc5, 0xc5, BINARY, 2],
  [0xc6, 0xc6, BINARY, 4],
  [0xc7, 0xc7, EXTENSION, 1],
  [0xc8, 0xc8, EXTENSION, 2],
  [0xc9, 0xc9, EXTENSION, 4],
  [0xca, 0xca, SCALAR, 4],
  [0xcb, 0xcb, SCALAR, 8],
  [0xcc, 0xcc, SCALAR, 1],
  [0xcd, 0xcd, SCALAR, 2],
  [0xce, 0xce, SCALAR, 4],
  [0xcf, 0xcf, SCALAR, 8],
  [0xd0, 0xd0, SCALAR, 1],
  [0xd1, 0xd1, SCALAR, 2],
  [0xd2, 0xd2, SCALAR, 4],
  [0xd3, 0xd3, SCALAR, 8],
  [0xd4, 0xd8, EXTENSION, 0, (type) => 1 << (type - 0xd4)],
  [0xd9, 0xd9, TEXT, 1],
  [0xda, 0xda, TEXT, 2],
  [0xdb, 0xdb, TEXT, 4],
  [0xdc, 0xdc, LIST, 2],
  [0xdd, 0xdd, LIST, 4],
  [0xde, 0xde, MAP, 2],
  [0xdf, 0xdf, MAP, 4],
  [0xe0, 0xff, SCALAR, 0],
];

/** By type byte: the kind of the value. */
export const KINDS = new Uint8Array(256);
/** By type byte: bytes of a scalar's value or of the length. 0 if the type byte contains it. */
export const SIZES = new Uint8Array(256);
/** By type byte: the length in the type byte, if SIZES is 0. */
export const LENGTHS = new Uint8Array(256);

for (const [first, last, kind, size, length] of FORMATS) {
  for (let type = first; type <= last; type++) {
    KINDS[type] = kind;
    SIZES[type] = size;
    LENGTHS[type] = length?.(type) ?? 0;
  }
}

/** The extension that JavaScript libraries use for undefined. Its one byte has no meaning. */
export const UNDEFINED_EXTENSION = 0;
/** Extension -1, which the specification defines: a timestamp. */
export const TIMESTAMP_EXTENSION = 0xff;
