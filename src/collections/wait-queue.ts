/** An entry of a queue with its neighbours. Only the queue sets these fields. */
export interface Waiting<T> {
  readonly item: T;
  earlier: Waiting<T> | undefined;
  later: Waiting<T> | undefined;
}

/**
 * A first-in, first-out queue. Entries may leave at any time.
 *
 * It is a linked list and not a Set. If a Set changes all the time, V8 keeps the entries of its old
 * tables (see request-table.ts). V8 may keep an entry for a while after it leaves, with everything
 * that it links to. So an entry that has left has no links.
 */
export class WaitQueue<T> {
  private head: Waiting<T> | undefined = undefined;
  private tail: Waiting<T> | undefined = undefined;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The item that has waited longest. */
  get first(): T | undefined {
    return this.head?.item;
  }

  /** @returns the entry to pass to `leave` */
  join(item: T): Waiting<T> {
    const place: Waiting<T> = { item, earlier: this.tail, later: undefined };
    if (this.tail === undefined) this.head = place;
    else this.tail.later = place;
    this.tail = place;
    this.count++;
    return place;
  }

  /** Removes an entry. Does nothing if the entry was already removed. */
  leave(place: Waiting<T>): void {
    const { earlier, later } = place;
    if (earlier === undefined && this.head !== place) return;
    if (earlier === undefined) this.head = later;
    else earlier.later = later;
    if (later === undefined) this.tail = earlier;
    else later.earlier = earlier;
    place.earlier = undefined;
    place.later = undefined;
    this.count--;
  }
}
