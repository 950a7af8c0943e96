import { isJsonText } from '../json-text/json-text.js';
import type { Dict } from '../wamp/payload.js';

/**
 * What values take, roughly, in bytes, by measuring 20,000 of each that MessagePack or JSON was decoded to: a number 8 to 24,
 * and what stands around the content of the others. A dictionary takes 64, and 110 more where it has names that no other has.
 */
const SLOT = 16;
const TEXT = 16;
const LIST = 32;
const DICT = 112;
const BYTES = 200;

/** The bytes of a text: one for each character, or two, where one of them is beyond Latin-1. */
export function weighText(text: string): number {
  return BEYOND_LATIN1.test(text) ? 2 * text.length : text.length;
}
const BEYOND_LATIN1 = /[^\0-\xff]/;

/**
 * Roughly the bytes of memory that a decoded value takes, for limits on what is kept for clients. Never recurses, and
 * stops counting beyond `most`, within a list or dictionary too, so that nothing a client sends makes it expensive.
 */
export function weigh(value: unknown, most: number): number {
  const rest: unknown[] = [value];
  let weight = 0;
  while (rest.length > 0 && weight <= most) {
    const next = rest.pop();
    weight += SLOT;
    if (typeof next === 'string') {
      weight += TEXT + weighText(next);
    } else if (typeof next === 'bigint') {
      // In hex, as digits take more than linear time.
      weight += next.toString(16).length / 2;
    } else if (next instanceof Uint8Array) {
      // A view keeps all of its memory alive.
      weight += BYTES + next.buffer.byteLength;
    } else if (Array.isArray(next)) {
      weight += LIST;
      // Each of them weighs so much at least.
      if (weight + next.length * SLOT > most) return weight + next.length * SLOT;
      for (const item of next) rest.push(item);
    } else if (isJsonText(next)) {
      weight += BYTES + next.before.length + next.bytes.buffer.byteLength + next.after.length;
      weight += SLOT * (next.bounds?.length ?? 0);
    } else if (typeof next === 'object' && next !== null) {
      weight += DICT;
      // Not a list of its entries, which would be made of all of them first.
      for (const key in next) {
        weight += SLOT + weighText(key);
        if (weight > most) return weight;
        rest.push((next as Dict)[key]);
      }
    }
  }
  return weight;
}
