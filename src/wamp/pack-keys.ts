/** As the fraction of the golden ratio, 2^32 times: an odd number whose bits are well mixed. */
const MIX = 0x9e3779b1;
/** Up to so many keys it is quicker to compare each with each. */
const FEW = 16;

/** A hash of a key's bytes, all of them. */
export function hashOfKey(view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = mix(hash ^ view.getInt32(at, true));
  let rest = 0;
  for (; at < end; at++) rest = (rest << 8) | view.getUint8(at);
  return mix(hash ^ rest);
}

function mix(value: number): number {
  const product = Math.imul(value, MIX);
  return product ^ (product >>> 15);
}

/** Whether a number is there twice. Changes their order. */
export function hasTwice(numbers: Int32Array, start: number, end: number): boolean {
  if (end - start > FEW) {
    const sorted = numbers.subarray(start, end).sort();
    for (let index = 1; index < sorted.length; index++) {
      if (sorted[index] === sorted[index - 1]) return true;
    }
    return false;
  }
  for (let index = start + 1; index < end; index++) {
    const number = numbers[index];
    for (let other = start; other < index; other++) if (numbers[other] === number) return true;
  }
  return false;
}
