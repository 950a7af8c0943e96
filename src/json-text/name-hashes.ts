/** 2^32 times the fraction of the golden ratio: an odd number with well-mixed bits. */
const MIX = 0x9e3779b1;
/** Maximum number of hashes. More hashes would take more memory than the text. */
export const MAX_NAMES = 4096;

/** For up to this many numbers, comparing all pairs is faster than sorting. */
const FEW = 16;

/**
 * A hash of all bytes of a name. Names with equal hashes count as equal. An object with such names
 * is parsed.
 */
export function hashOfName(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = mix(hash ^ fourAt(bytes, at));
  let rest = 0;
  for (; at < end; at++) rest = (rest << 8) | (bytes[at] as number);
  return mix(hash ^ rest);
}

function fourAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}

function mix(value: number): number {
  const product = Math.imul(value, MIX);
  return product ^ (product >>> 15);
}

/** Whether a number from `start` to `end` occurs twice. May change their order. */
export function hasTwice(numbers: Int32Array | readonly number[], start: number, end: number): boolean {
  if (end - start > FEW) {
    const sorted = sortedPart(numbers, start, end);
    for (let index = 1; index < sorted.length; index++) if (sorted[index] === sorted[index - 1]) return true;
    return false;
  }
  for (let index = start + 1; index < end; index++) {
    const number = numbers[index];
    for (let other = start; other < index; other++) if (numbers[other] === number) return true;
  }
  return false;
}

function sortedPart(numbers: Int32Array | readonly number[], start: number, end: number): Int32Array {
  const part =
    numbers instanceof Int32Array ? numbers.subarray(start, end) : new Int32Array(numbers.slice(start, end));
  return part.sort();
}
