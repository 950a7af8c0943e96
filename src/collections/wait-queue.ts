/** An entry of a queue with its neighbours. Only the queue sets these fields. */
export interface Waiting<T> {
  readonly item: T;
  earlier: Waiting<T> | undefined;
  later: Waiting<T> | undefined;
}

/**
 * A first-in, first-out queue whose entries may leave at any time.
 *
 * A linked list and not a Set: V8 keeps the entries of the old tables of a Set that changes all the
 * time (see request-table.ts). An entry that has left has no links: V8 may keep it for a while, and
 * with it everything it links to.
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

  /** Removes an entry; does nothing if it was removed before. */
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
