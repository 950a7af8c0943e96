import { textBetween } from './utf8.js';

const ENTRIES = 1024;

/** Reads a dictionary key from bytes `start` to `end`, which must be UTF-8. */
export type ReadKey = (bytes: Buffer, start: number, end: number) => string;

/**
 * Creates a cache of the last keys. Messages repeat the same few keys. A cached string needs no
 * creation, and no lookup in the runtime's table of property names.
 *
 * @param longest maximum bytes of a key that is cached
 */
export function createKeyCache(longest: number): ReadKey {
  const kept = new Array<string | undefined>(ENTRIES).fill(undefined);
  return (bytes, start, end) => {
    const length = end - start;
    if (length === 0 || length > longest) return textBetween(bytes, start, end);
    const [first, middle, last] = [bytes[start], bytes[start + (length >> 1)], bytes[end - 1]] as number[];
    const slot =
      ((length * 31 + (first as number)) * 31 + (middle as number) * 7 + (last as number)) % ENTRIES;
    const known = kept[slot];
    if (known !== undefined && isTextBetween(known, bytes, start, end)) return known;
    const key = textBetween(bytes, start, end);
    kept[slot] = key;
    return key;
  };
}

/** Whether the bytes are this text. Always false for text that is not ASCII. */
function isTextBetween(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x7f || text.charCodeAt(at - start) !== byte) return false;
  }
  return true;
}
