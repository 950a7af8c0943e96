import { type HeadForm, NOT_PACKED, type PackFormat, packHead, packLong } from '../transcode/pack-format.js';
import { LIST, MAP, NEGATIVE, SIMPLE, TEXT, UNSIGNED } from './types.js';

/** The lower five bits of a first byte: the size of the argument (RFC 8949 section 3). */
const ONE_BYTE = 24;
const FOUR_BYTES = 26;
const EIGHT_BYTES = 27;

const form = (major: number): HeadForm => ({
  limit: ONE_BYTE,
  first: major << 5,
  one: (major << 5) | ONE_BYTE,
  two: (major << 5) | 25,
  four: (major << 5) | FOUR_BYTES,
});

const negative = form(NEGATIVE);
const UNSIGNED_64 = (UNSIGNED << 5) | EIGHT_BYTES;
const NEGATIVE_64 = (NEGATIVE << 5) | EIGHT_BYTES;

/** CBOR (RFC 8949 section 3). The argument of a negative integer n is -1 - n. */
export const CBOR: PackFormat = {
  text: form(TEXT),
  list: form(LIST),
  dict: form(MAP),
  unsigned: form(UNSIGNED),
  packNegative(view, out, integer) {
    const argument = -1 - integer;
    // Like cbor-x, uses eight bytes for an integer that does not fit into a signed integer of 32
    // bits. So JSON text gives the same frame as its values.
    return argument < 2 ** 31
      ? packHead(view, out, negative, argument)
      : packLong(view, out, NEGATIVE_64, argument);
  },
  long: UNSIGNED_64,
  packBigInteger(view, out, integer) {
    const argument = integer < 0n ? -1n - integer : integer;
    // Bignums are rare, so only cbor-x writes them.
    if (BigInt.asUintN(64, argument) !== argument) return NOT_PACKED;
    view.setBigUint64(out - 8, argument);
    view.setUint8(out - 9, integer < 0n ? NEGATIVE_64 : UNSIGNED_64);
    return out - 9;
  },
  float: (SIMPLE << 5) | EIGHT_BYTES,
  true: (SIMPLE << 5) | 21,
  false: (SIMPLE << 5) | 20,
  null: (SIMPLE << 5) | 22,
};
