import { addEntry, deleteEntry, type Entry, findEntry, type HashEntries } from './hash-entries.js';
import { createUriHash, hashOf, type UriHash } from './uri-hash.js';

/**
 * A map from strings that finds those which a text begins with.
 *
 * A search passes once over the text and looks once for each length that a key has and that is not
 * beyond the text. That is 4,096 look-ups at most, since no key is longer: some 0.1 ms for a text
 * of that length, and as little as three look-ups where all keys have one of three lengths (`npm
 * run bench:micro`). Each key that matches is compared with the text.
 */
export interface PrefixIndex<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** Adds the values of all keys that `text` begins with to `found`, of the shortest first. */
  collect(text: string, found: T[]): void;
  /** The longest key that `text` begins with and whose length `fits`. */
  longest(text: string, fits?: (length: number) => boolean): Found<T> | undefined;
}

export type Found<T> = Readonly<Pick<Entry<T>, 'key' | 'value'>>;

export function createPrefixIndex<T>(hash: UriHash = createUriHash(0)): PrefixIndex<T> {
  const { factors } = hash;
  const keys: HashEntries<T> = new Map();
  /** Of the keys, each once, in their order; and how many keys have them. */
  const lengths: number[] = [];
  const counts = new Map<number, number>();
  /** Of what the last text begins with, for each of the lengths. */
  const hashes: number[] = [];

  /** Hashes what a text begins with. Returns how many of the lengths it has. */
  function read(text: string): number {
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

  /** The key with one of the lengths that the text which was read begins with. */
  function keyAt(index: number, text: string): Entry<T> | undefined {
    let entry = keys.get(hashes[index] as number);
    if (entry === undefined) return undefined;
    // As blocks, which `startsWith` does not compare: for long texts it takes ten times as long.
    const begin = text.slice(0, lengths[index]);
    while (entry !== undefined && entry.key !== begin) entry = entry.next;
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
      const most = read(text);
      for (let index = 0; index < most; index++) {
        const entry = keyAt(index, text);
        if (entry !== undefined) found.push(entry.value);
      }
    },
    longest(text, fits) {
      for (let index = read(text) - 1; index >= 0; index--) {
        if (fits?.(lengths[index] as number) === false) continue;
        const entry = keyAt(index, text);
        if (entry !== undefined) return entry;
      }
      return undefined;
    },
  };
}
