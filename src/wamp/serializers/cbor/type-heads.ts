import { unsigned64At, unsignedAt } from '../big-endian.js';
import { type Heads, LIST, MAP, SCALAR, TEXT } from '../type-heads.js';
import {
  argumentSize,
  LIST as LISTS,
  MAP as MAPS,
  NEGATIVE,
  SIMPLE,
  TEXT as TEXTS,
  UNSIGNED,
} from './types.js';

/**
 * Reads an integer (not a bignum), a simple value or a float.
 *
 * @param start the index after the head
 */
export function scalarAt(bytes: Buffer, head: number, start: number): unknown {
  switch (head >> 5) {
    case UNSIGNED:
      return integerAt(bytes, head & 0x1f, start);
    case NEGATIVE:
      return negative(integerAt(bytes, head & 0x1f, start));
    default:
      return simpleAt(bytes, head & 0x1f, start);
  }
}

function integerAt(bytes: Buffer, info: number, start: number): number | bigint {
  if (info < 24) return info;
  return info === 27 ? unsigned64At(bytes, start) : unsignedAt(bytes, start, argumentSize(info));
}

/** -1 minus an unsigned integer; a BigInt below -2^53. */
function negative(unsigned: number | bigint): number | bigint {
  return typeof unsigned === 'number' && unsigned < 2 ** 53 ? -1 - unsigned : -1n - BigInt(unsigned);
}

function simpleAt(bytes: Buffer, info: number, start: number): unknown {
  switch (info) {
    case 20:
      return false;
    case 21:
      return true;
    case 22:
      return null;
    case 25:
      return halfFloat(bytes.readUInt16BE(start));
    case 26:
      return bytes.readFloatBE(start);
    case 27:
      return bytes.readDoubleBE(start);
    default:
      return undefined;
  }
}

/** IEEE 754 binary16 (RFC 8949 appendix D). */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const KINDS = new Uint8Array(256);
const SIZES = new Uint8Array(256);
const LENGTHS = new Uint8Array(256);

for (const [major, kind] of [
  [UNSIGNED, SCALAR],
  [NEGATIVE, SCALAR],
  [TEXTS, TEXT],
  [LISTS, LIST],
  [MAPS, MAP],
] as const) {
  // The tables do not contain indefinite lengths.
  for (let info = 0; info < 28; info++) {
    const head = (major << 5) | info;
    KINDS[head] = kind;
    SIZES[head] = argumentSize(info);
    LENGTHS[head] = info < 24 ? info : 0;
  }
}
// They do not contain undefined.
for (const info of [20, 21, 22, 25, 26, 27]) {
  KINDS[(SIMPLE << 5) | info] = SCALAR;
  SIZES[(SIMPLE << 5) | info] = argumentSize(info);
}

/** The heads of CBOR, without bytes, tags and indefinite lengths. */
export const CBOR_HEADS: Heads = {
  kinds: KINDS,
  sizes: SIZES,
  lengths: LENGTHS,
  scalarAt,
  emptyList: 0x80,
};
