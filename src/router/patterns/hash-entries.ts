/** A value with its string key. The caller computes the hash of the key. */
export interface Entry<T> {
  readonly key: string;
  value: T;
  /** The next entry with the same hash. Two entries rarely have the same hash. */
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
