import { NOT_PACKED, type PackFormat, packLong } from '../transcode/pack-format.js';

const INT_8 = 0xd0;
const INT_16 = 0xd1;
const INT_32 = 0xd2;
const INT_64 = 0xd3;
const UINT_64 = 0xcf;

/** MessagePack: the table "Formats" of its specification. */
export const MSGPACK: PackFormat = {
  text: { limit: 32, first: 0xa0, one: 0xd9, two: 0xda, four: 0xdb },
  list: { limit: 16, first: 0x90, one: 0, two: 0xdc, four: 0xdd },
  dict: { limit: 16, first: 0x80, one: 0, two: 0xde, four: 0xdf },
  unsigned: { limit: 128, first: 0, one: 0xcc, two: 0xcd, four: 0xce },
  packNegative(view, out, integer) {
    if (integer >= -0x80) {
      view.setInt8(out - 1, integer);
      if (integer >= -0x20) return out - 1;
      view.setUint8(out - 2, INT_8);
      return out - 2;
    }
    if (integer >= -0x8000) {
      view.setInt16(out - 2, integer);
      view.setUint8(out - 3, INT_16);
      return out - 3;
    }
    if (integer < -0x80000000) return packLong(view, out, INT_64, integer);
    view.setInt32(out - 4, integer);
    view.setUint8(out - 5, INT_32);
    return out - 5;
  },
  long: INT_64,
  packBigInteger(view, out, integer) {
    const isSigned = BigInt.asIntN(64, integer) === integer;
    if (!isSigned && BigInt.asUintN(64, integer) !== integer) return NOT_PACKED;
    view.setBigInt64(out - 8, integer);
    view.setUint8(out - 9, isSigned ? INT_64 : UINT_64);
    return out - 9;
  },
  float: 0xcb,
  true: 0xc3,
  false: 0xc2,
  null: 0xc0,
};
