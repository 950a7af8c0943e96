import { signed64At, unsigned64At } from '../big-endian.js';
import type { Heads } from '../type-heads.js';
import { KINDS, LENGTHS, SIZES } from './types.js';

/** Reads nil, a boolean or a number. @param start the index after its type byte */
export function scalarAt(bytes: Buffer, type: number, start: number): unknown {
  if (type < 0x80) return type;
  if (type >= 0xe0) return type - 0x100;
  switch (type) {
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xca:
      return bytes.readFloatBE(start);
    case 0xcb:
      return bytes.readDoubleBE(start);
    case 0xcc:
      return bytes[start];
    case 0xcd:
      return bytes.readUInt16BE(start);
    case 0xce:
      return bytes.readUInt32BE(start);
    case 0xcf:
      return unsigned64At(bytes, start);
    case 0xd0:
      return bytes.readInt8(start);
    case 0xd1:
      return bytes.readInt16BE(start);
    case 0xd2:
      return bytes.readInt32BE(start);
    case 0xd3:
      return signed64At(bytes, start);
    default:
      return null;
  }
}

/** The heads of MessagePack. */
export const MSGPACK_HEADS: Heads = {
  kinds: KINDS,
  sizes: SIZES,
  lengths: LENGTHS,
  scalarAt,
  emptyList: 0x90,
};
