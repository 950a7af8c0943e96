import { addEntry, deleteEntry, type Entry, findEntry, type HashEntries } from './hash-entries.js';
import { createUriHash, hashOf, type UriHash } from './uri-hash.js';

/**
 * A map with string keys. It finds all keys that are prefixes of a text.
 *
 * A search reads the text once, and does one lookup for each different key length. Keys have at
 * most 4,096 characters. So a search needs at most 4,096 lookups, which takes about 0.1 ms for a
 * text of that length. If the keys have only three different lengths, three lookups are enough
 * (`npm run bench:micro`). The search compares each key that it finds with the text.
 */
export interface PrefixIndex<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /**
   * Finds all keys that are prefixes of `text`, and adds their values to `found`, shortest key
   * first.
   */
  collect(text: string, found: T[]): void;
  /** Finds the longest key that is a prefix of `text` and has a length that satisfies `fits`. */
  longest(text: string, fits?: (length: number) => boolean): Found<T> | undefined;
}

export type Found<T> = Readonly<Pick<Entry<T>, 'key' | 'value'>>;

export function createPrefixIndex<T>(hash: UriHash = createUriHash(0)): PrefixIndex<T> {
  const { factors } = hash;
  const keys: HashEntries<T> = new Map();
  /** The different lengths of the keys, in ascending order, and how many keys have each. */
  const lengths: number[] = [];
  const counts = new Map<number, number>();
  /** For each of the lengths: the hash of the first characters of the last text. */
  const hashes: number[] = [];

  /** Hashes the prefixes of a text that have one of the lengths. Returns the number of prefixes. */
  function hashStarts(text: string): number {
    let sum = 0;
    let at = 0;
    let index = 0;
    for (; index < lengths.length; index++) {
      const length = lengths[index] as number;
      if (length > text.length) break;
      for (; at < length; at++) sum = (sum + Math.imul(factors[at] as number, text.charCodeAt(at))) | 0;
      hashes[index] = (sum + (factors[length] as number)) | 0;
    }
    return index;
  }

  /** Finds the key of this length that is a prefix of the last text. */
  function keyAt(index: number, text: string): Entry<T> | undefined {
    let entry = keys.get(hashes[index] as number);
    if (entry === undefined) return undefined;
    // The runtime compares slices as blocks. `startsWith` compares characters, and takes ten times
    // as long for long texts.
    const start = text.slice(0, lengths[index]);
    while (entry !== undefined && entry.key !== start) entry = entry.next;
    return entry;
  }

  return {
    get: (key) => findEntry(keys, hashOf(hash, key), key)?.value,
    set(key, value) {
      const hashed = hashOf(hash, key);
      const known = findEntry(keys, hashed, key);
      if (known !== undefined) {
        known.value = value;
        return;
      }
      addEntry(keys, hashed, key, value);
      const { length } = key;
      const count = counts.get(length) ?? 0;
      counts.set(length, count + 1);
      if (count > 0) return;
      const longer = lengths.findIndex((other) => other > length);
      lengths.splice(longer === -1 ? lengths.length : longer, 0, length);
    },
    delete(key) {
      if (!deleteEntry(keys, hashOf(hash, key), key)) return;
      const { length } = key;
      const count = (counts.get(length) ?? 0) - 1;
      counts.set(length, count);
      if (count > 0) return;
      counts.delete(length);
      lengths.splice(lengths.indexOf(length), 1);
    },
    collect(text, found) {
      const max = hashStarts(text);
      for (let index = 0; index < max; index++) {
        const entry = keyAt(index, text);
        if (entry !== undefined) found.push(entry.value);
      }
    },
    longest(text, fits) {
      for (let index = hashStarts(text) - 1; index >= 0; index--) {
        if (fits?.(lengths[index] as number) === false) continue;
        const entry = keyAt(index, text);
        if (entry !== undefined) return entry;
      }
      return undefined;
    },
  };
}
