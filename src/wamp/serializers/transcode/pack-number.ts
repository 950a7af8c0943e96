import { NOT_PACKED, type PackFormat, packHead, packLong } from './pack-format.js';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** So many digits a float holds exactly, whatever they are. */
const EXACT_DIGITS = 15;
/** Powers of ten, as many as there may be digits behind a point. Up to the 22nd a float holds them exactly. */
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);
/** Longest integer of 64 bit, with its sign. */
const LONGEST_INTEGER = 20;

/**
 * Writes a JSON number, bytes `start` to `end`: the number that `parseJson` and `Prepare` make of it. A whole one is an
 * integer, however it is written, and -0 is 0; beyond ±2^53 it is one only where it has neither point nor exponent.
 *
 * @returns where it begins; {@link NOT_PACKED} for an integer beyond 64 bit, and for what is no number
 */
export function packNumber(
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  out: number,
  format: PackFormat,
): number {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  let digits = 0;
  let at = first;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    digits = digits * 10 + digit;
  }
  if (at === end) {
    if (end - first > EXACT_DIGITS) return packLongest(bytes, view, start, end, out, format);
    return packInteger(view, out, format, isNegative ? -digits : digits);
  }
  if (bytes[at] === POINT && end - first - 1 <= EXACT_DIGITS) {
    const behindPoint = at + 1;
    for (at = behindPoint; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      digits = digits * 10 + digit;
    }
    if (at === end) {
      // Both are exact, and a division rounds to the nearest float (IEEE 754 section 4.3), as reading a decimal has to.
      const fraction = digits / (POWERS[end - behindPoint] as number);
      return packAny(view, out, format, isNegative ? -fraction : fraction);
    }
  }
  const number = Number(bytes.toString('latin1', start, end));
  return Number.isNaN(number) ? NOT_PACKED : packAny(view, out, format, number);
}

function packLongest(
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  out: number,
  format: PackFormat,
): number {
  if (end - start > LONGEST_INTEGER) return NOT_PACKED;
  // Digits alone, as they have been counted.
  const exact = BigInt(bytes.toString('latin1', start, end));
  const rounded = Number(exact);
  const isExact = Math.abs(rounded) <= 2 ** 53 && BigInt(rounded) === exact;
  return isExact ? packInteger(view, out, format, rounded) : format.packBigInteger(view, out, exact);
}

function packAny(view: DataView, out: number, format: PackFormat, number: number): number {
  if (Number.isInteger(number) && Math.abs(number) <= 2 ** 53) {
    return packInteger(view, out, format, number);
  }
  view.setFloat64(out - 8, number);
  view.setUint8(out - 9, format.float);
  return out - 9;
}

/** @param integer within ±2^53 */
function packInteger(view: DataView, out: number, format: PackFormat, integer: number): number {
  if (integer < 0) return format.packNegative(view, out, integer);
  if (integer < 2 ** 32) return packHead(view, out, format.unsigned, integer);
  return packLong(view, out, format.long, integer);
}
