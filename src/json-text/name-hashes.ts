/** Up to so many numbers it is quicker to compare each with each. */
const FEW = 16;

/** A hash of a name's bytes (FNV-1a, 32 bit). Names of equal hash count as equal: such an object is read with more care. */
export function hashOfName(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}

/** Whether one of the numbers from `start` on is there twice. */
export function hasTwice(numbers: readonly number[], start: number): boolean {
  const end = numbers.length;
  if (end - start > FEW) {
    const sorted = Int32Array.from(numbers.slice(start)).sort();
    for (let index = 1; index < sorted.length; index++) if (sorted[index] === sorted[index - 1]) return true;
    return false;
  }
  for (let index = start + 1; index < end; index++) {
    const number = numbers[index];
    for (let other = start; other < index; other++) if (numbers[other] === number) return true;
  }
  return false;
}
