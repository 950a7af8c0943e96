import { textBetween } from './utf8.js';

const ENTRIES = 1024;

/** Reads a key of a dictionary, bytes `start` to `end`, which must be UTF-8. */
export type ReadKey = (bytes: Buffer, start: number, end: number) => string;

/**
 * Keys come again and again, in every message the same few: the last ones that were read are kept, which spares the
 * building of a string and its way into the runtime's table of property names.
 *
 * @param longest bytes of a key that is kept
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

/** Whether the bytes are this text; never, where either holds more than ASCII. */
function isTextBetween(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x7f || text.charCodeAt(at - start) !== byte) return false;
  }
  return true;
}
