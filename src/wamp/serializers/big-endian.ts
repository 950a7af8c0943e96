/** The unsigned integer of `size` bytes at `at`: exact up to 6 bytes, the nearest double for 8. */
export function unsignedAt(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let end = at + size; at < end; at++) value = value * 256 + (bytes[at] as number);
  return value;
}

/** The unsigned integer of 8 bytes at `at`: a number up to 2^53, a BigInt beyond it. */
export function unsigned64At(bytes: Buffer, at: number): number | bigint {
  const high = bytes.readUInt32BE(at);
  const low = bytes.readUInt32BE(at + 4);
  return isExact(high, low) ? high * 2 ** 32 + low : bytes.readBigUInt64BE(at);
}

/** The signed integer of 8 bytes at `at`: a number from -2^53 to 2^53, a BigInt beyond them. */
export function signed64At(bytes: Buffer, at: number): number | bigint {
  const high = bytes.readInt32BE(at);
  const low = bytes.readUInt32BE(at + 4);
  return isExact(high, low) ? high * 2 ** 32 + low : bytes.readBigInt64BE(at);
}

/** The upper 32 bits of the 64-bit number 2^53. */
const LIMIT = 2 ** 21;

const isExact = (high: number, low: number): boolean =>
  high >= -LIMIT && (high < LIMIT || (high === LIMIT && low === 0));
