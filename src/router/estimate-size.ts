import { isJsonText } from '../json-text/json-text.js';
import type { Dict } from '../wamp/payload.js';

/**
 * Approximate bytes that values take. They were measured with 20,000 values of each type, decoded
 * from MessagePack or JSON. A number takes 8 to 24 bytes. For the other types, these constants are
 * the overhead without the content. A dictionary takes 64 bytes. It takes 110 more if no other
 * dictionary has the same keys.
 */
const SLOT = 16;
const TEXT = 16;
const LIST = 32;
const DICT = 112;
const BYTES = 200;

/** The bytes of a text: one per character, or two if any character is beyond Latin-1. */
export function estimateTextSize(text: string): number {
  return BEYOND_LATIN1.test(text) ? 2 * text.length : text.length;
}
const BEYOND_LATIN1 = /[^\0-\xff]/;

/**
 * Estimates the bytes of memory that a decoded value takes, for limits on what is kept for clients.
 * Does not recurse. Stops counting as soon as the sum exceeds `max`, even within a list or
 * dictionary. So no value from a client makes it slow.
 */
export function estimateSize(value: unknown, max: number): number {
  const rest: unknown[] = [value];
  let size = 0;
  while (rest.length > 0 && size <= max) {
    const next = rest.pop();
    size += SLOT;
    if (typeof next === 'string') {
      size += TEXT + estimateTextSize(next);
    } else if (typeof next === 'bigint') {
      // Uses hex digits, because the conversion to decimal digits takes more than linear time.
      size += next.toString(16).length / 2;
    } else if (next instanceof Uint8Array) {
      // A view keeps its whole buffer alive.
      size += BYTES + next.buffer.byteLength;
    } else if (Array.isArray(next)) {
      size += LIST;
      // Each item takes at least this much.
      if (size + next.length * SLOT > max) return size + next.length * SLOT;
      for (const item of next) rest.push(item);
    } else if (isJsonText(next)) {
      size += BYTES + next.before.length + next.bytes.buffer.byteLength + next.after.length;
      size += SLOT * (next.bounds?.length ?? 0);
    } else if (typeof next === 'object' && next !== null) {
      size += DICT;
      // `Object.entries` would build the list of all entries first.
      for (const key in next) {
        size += SLOT + estimateTextSize(key);
        if (size > max) return size;
        rest.push((next as Dict)[key]);
      }
    }
  }
  return size;
}
