/** What an LRU keeps. Only the LRU sets `older`, `newer` and `isKept`. */
export interface Weighed<T> {
  readonly key: string;
  /** The memory that it takes. */
  bytes: number;
  older: T | undefined;
  newer: T | undefined;
  isKept: boolean;
}

/**
 * Keeps items up to a total size. If there is no room for another one, the items that were not used
 * for the longest time leave.
 *
 * The order is a linked list. Moving a used item to the end of a Map would rebuild its table all the
 * time (see request-table.ts).
 */
export class ByteLru<T extends Weighed<T>> {
  private readonly items = new Map<string, T>();
  private oldest: T | undefined = undefined;
  private newest: T | undefined = undefined;
  private total = 0;
  private readonly maxBytes: number;
  private readonly onRemoved: (item: T) => void;

  /** @param onRemoved told about each item that leaves, whatever the reason */
  constructor(maxBytes: number, onRemoved: (item: T) => void) {
    this.maxBytes = maxBytes;
    this.onRemoved = onRemoved;
  }

  get size(): number {
    return this.items.size;
  }

  get bytes(): number {
    return this.total;
  }

  get(key: string): T | undefined {
    return this.items.get(key);
  }

  /** Marks an item as just used. */
  use(item: T): void {
    if (item === this.newest || !item.isKept) return;
    this.unlink(item);
    this.link(item);
  }

  /**
   * Adds an item, instead of the one with the same key.
   *
   * @returns false if it is larger than everything together may be. Then it is not added.
   */
  put(item: T): boolean {
    const before = this.items.get(item.key);
    if (before !== undefined) this.remove(before);
    if (item.bytes > this.maxBytes) return false;
    this.items.set(item.key, item);
    this.link(item);
    item.isKept = true;
    this.total += item.bytes;
    this.makeRoom();
    return true;
  }

  /**
   * Counts more bytes for an item.
   *
   * @returns false if they do not fit, or if the item has left. Then nothing changes.
   */
  grow(item: T, bytes: number): boolean {
    if (!item.isKept || item.bytes + bytes > this.maxBytes) return false;
    this.use(item);
    item.bytes += bytes;
    this.total += bytes;
    this.makeRoom();
    return true;
  }

  remove(item: T): void {
    if (!item.isKept) return;
    item.isKept = false;
    this.items.delete(item.key);
    this.unlink(item);
    this.total -= item.bytes;
    this.onRemoved(item);
  }

  /** The newest item fits, so it stays. */
  private makeRoom(): void {
    while (this.total > this.maxBytes && this.oldest !== undefined) this.remove(this.oldest);
  }

  private link(item: T): void {
    item.older = this.newest;
    item.newer = undefined;
    if (this.newest === undefined) this.oldest = item;
    else this.newest.newer = item;
    this.newest = item;
  }

  private unlink(item: T): void {
    const { older, newer } = item;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    item.older = undefined;
    item.newer = undefined;
  }
}
