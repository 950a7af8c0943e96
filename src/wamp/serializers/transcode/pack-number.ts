import { NOT_PACKED, type PackFormat, packHead, packLong } from './pack-format.js';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** A float represents any integer with at most this many digits exactly. */
const EXACT_DIGITS = 15;
/**
 * Powers of ten for the digits after the point. Floats represent them exactly up to the 22nd power.
 */
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);
/** Maximum characters of a 64-bit integer, with its sign. */
const LONGEST_INTEGER = 20;

/**
 * Writes the JSON number in bytes `start` to `end`, with the same result as `parseJson` and
 * `Prepare`. A whole number within ±2^53 becomes an integer, even if the JSON has a point or an
 * exponent. A larger one becomes an integer only if the JSON has neither. -0 becomes 0.
 *
 * @returns the index at which the output starts; {@link NOT_PACKED} for an integer beyond 64 bits,
 * and for invalid JSON
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
      // Both operands are exact, and a division rounds to the nearest float (IEEE 754 section 4.3),
      // which is the correct result for a decimal.
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
  // The bytes are digits only, with a sign at most.
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
