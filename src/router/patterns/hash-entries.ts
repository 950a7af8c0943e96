/** Values by string keys, found by a hash that the caller computes. */
export interface Entry<T> {
  readonly key: string;
  value: T;
  /** Another entry with the same hash; there is hardly ever one. */
  next: Entry<T> | undefined;
}

export type HashEntries<T> = Map<number, Entry<T>>;

export function findEntry<T>(entries: HashEntries<T>, hash: number, key: string): Entry<T> | undefined {
  let entry = entries.get(hash);
  while (entry !== undefined && entry.key !== key) entry = entry.next;
  return entry;
}

/** Adds a key that does not exist yet. */
export function addEntry<T>(entries: HashEntries<T>, hash: number, key: string, value: T): void {
  entries.set(hash, { key, value, next: entries.get(hash) });
}

/** @returns whether the key existed */
export function deleteEntry<T>(entries: HashEntries<T>, hash: number, key: string): boolean {
  let before: Entry<T> | undefined;
  let entry = entries.get(hash);
  while (entry !== undefined && entry.key !== key) {
    before = entry;
    entry = entry.next;
  }
  if (entry === undefined) return false;
  if (before !== undefined) before.next = entry.next;
  else if (entry.next !== undefined) entries.set(hash, entry.next);
  else entries.delete(hash);
  return true;
}
