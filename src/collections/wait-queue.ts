/** Who stands in a line, and between whom; the line alone sets it. */
export interface Waiting<T> {
  readonly who: T;
  earlier: Waiting<T> | undefined;
  later: Waiting<T> | undefined;
}

/**
 * Those who wait, the longest first. Anybody may leave it at any time.
 *
 * Links and not a Set: V8 keeps what was in the old tables of a Set that changes all the time (see request-table.ts in the
 * room wamp). Not those of a lane (src/collections/shared-timer.ts), which is for items that carry them and fall due. Who has left has no
 * links, since V8 may keep one that is gone, and with it all that it leads to.
 */
export class WaitQueue<T> {
  private head: Waiting<T> | undefined = undefined;
  private tail: Waiting<T> | undefined = undefined;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Who has waited longest. */
  get first(): T | undefined {
    return this.head?.who;
  }

  /** @returns the place in the line, by which it is left */
  join(who: T): Waiting<T> {
    const place: Waiting<T> = { who, earlier: this.tail, later: undefined };
    if (this.tail === undefined) this.head = place;
    else this.tail.later = place;
    this.tail = place;
    this.count++;
    return place;
  }

  /** Nothing happens where the place was left before. */
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
