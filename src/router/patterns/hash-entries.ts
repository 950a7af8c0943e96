/** Values under strings, found by a hash of the string that somebody else computes. */
export interface Entry<T> {
  readonly key: string;
  value: T;
  /** Another one with the same hash: hardly ever there. */
  next: Entry<T> | undefined;
}

export type HashEntries<T> = Map<number, Entry<T>>;

export function findEntry<T>(entries: HashEntries<T>, hash: number, key: string): Entry<T> | undefined {
  let entry = entries.get(hash);
  while (entry !== undefined && entry.key !== key) entry = entry.next;
  return entry;
}

/** Puts in a key that is not there yet. */
export function addEntry<T>(entries: HashEntries<T>, hash: number, key: string, value: T): void {
  entries.set(hash, { key, value, next: entries.get(hash) });
}

/** @returns whether it was there */
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
