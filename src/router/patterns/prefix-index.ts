import { addEntry, deleteEntry, type Entry, findEntry, type HashEntries } from './hash-entries.js';
import { createUriHash, hashOf, type UriHash } from './uri-hash.js';

/**
 * A map from strings that finds the keys with which a text starts.
 *
 * A search passes once over the text, and does one lookup for each key length up to the length of
 * the text. No key is longer than 4,096, so these are at most 4,096 lookups: some 0.1 ms for a text
 * of that length. If all keys have one of three lengths, three lookups are enough (`npm run
 * bench:micro`). Each key that is found is compared with the text.
 */
export interface PrefixIndex<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** Adds the values of all keys with which `text` starts to `found`, shortest key first. */
  collect(text: string, found: T[]): void;
  /** The longest key with which `text` starts and whose length satisfies `fits`. */
  longest(text: string, fits?: (length: number) => boolean): Found<T> | undefined;
}

export type Found<T> = Readonly<Pick<Entry<T>, 'key' | 'value'>>;

export function createPrefixIndex<T>(hash: UriHash = createUriHash(0)): PrefixIndex<T> {
  const { factors } = hash;
  const keys: HashEntries<T> = new Map();
  /** The different lengths of the keys, in ascending order, and how many keys have each. */
  const lengths: number[] = [];
  const counts = new Map<number, number>();
  /** The hashes of the start of the last text, for each of the lengths. */
  const hashes: number[] = [];

  /** Hashes the start of a text for each length. Returns how many of the lengths fit into it. */
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

  /** The key of one of the lengths with which the last text starts. */
  function keyAt(index: number, text: string): Entry<T> | undefined {
    let entry = keys.get(hashes[index] as number);
    if (entry === undefined) return undefined;
    // Slices are compared as blocks. `startsWith` does not do that: it takes ten times as long for
    // long texts.
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
      const most = hashStarts(text);
      for (let index = 0; index < most; index++) {
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
