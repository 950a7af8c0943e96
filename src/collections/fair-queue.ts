import { type Waiting, WaitQueue } from './wait-queue.js';

/** The items of one owner, and its place among the owners. A class, as in wait-queue.ts. */
class Line<T> {
  readonly items = new WaitQueue<T>();
  place: Waiting<Line<T>> | undefined = undefined;
}

/**
 * A queue in which owners take turns. The items of one owner keep their order, and may leave at any
 * time. So an owner of many items delays only itself.
 *
 * Its Map changes all the time, and V8 may keep a line that has left (see wait-queue.ts). Such a
 * line is empty: it refers to no item.
 */
export class FairQueue<T> {
  private readonly lines = new Map<unknown, Line<T>>();
  /** The owner at its head is next. */
  private readonly order = new WaitQueue<Line<T>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The item that is next. */
  get first(): T | undefined {
    return this.order.first?.items.first;
  }

  /** @returns the entry to pass to `leave` */
  join(owner: unknown, who: T): Waiting<T> {
    let line = this.lines.get(owner);
    if (line === undefined) {
      line = new Line();
      line.place = this.order.join(line);
      this.lines.set(owner, line);
    }
    this.count++;
    return line.items.join(who);
  }

  /**
   * Removes an entry. Does nothing the second time. If the entry was the next one, another owner is
   * next.
   */
  leave(owner: unknown, entry: Waiting<T>): void {
    const line = this.lines.get(owner);
    if (line?.place === undefined) return;
    const { items, place } = line;
    const before = items.size;
    const wasNext = this.first === entry.who;
    items.leave(entry);
    if (items.size === before) return;
    this.count--;
    if (items.size === 0) {
      this.lines.delete(owner);
      this.order.leave(place);
    } else if (wasNext) {
      this.order.leave(place);
      line.place = this.order.join(line);
    }
  }
}
