import { type Waiting, WaitQueue } from './wait-queue.js';

/** The items of one owner, and its turn among the owners. It is a class, as in wait-queue.ts. */
class OwnerQueue<T> {
  readonly items = new WaitQueue<T>();
  turn: Waiting<OwnerQueue<T>> | undefined = undefined;
}

/**
 * A queue in which owners take turns. The items of one owner keep their order, and may leave at any
 * time. So an owner of many items delays only itself.
 *
 * Owners enter and leave the Map often. V8 may keep an owner's queue after it leaves (see
 * wait-queue.ts). Such a queue is empty.
 */
export class FairQueue<T> {
  private readonly ownerQueues = new Map<unknown, OwnerQueue<T>>();
  /** The owner at its head is next. */
  private readonly order = new WaitQueue<OwnerQueue<T>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The next item. */
  get first(): T | undefined {
    return this.order.first?.items.first;
  }

  /** @returns the entry to pass to `leave` */
  join(owner: unknown, item: T): Waiting<T> {
    let ownerQueue = this.ownerQueues.get(owner);
    if (ownerQueue === undefined) {
      ownerQueue = new OwnerQueue();
      ownerQueue.turn = this.order.join(ownerQueue);
      this.ownerQueues.set(owner, ownerQueue);
    }
    this.count++;
    return ownerQueue.items.join(item);
  }

  /**
   * Removes an entry. Does nothing if the entry was already removed. If the entry was the next one,
   * another owner is next.
   */
  leave(owner: unknown, entry: Waiting<T>): void {
    const ownerQueue = this.ownerQueues.get(owner);
    if (ownerQueue?.turn === undefined) return;
    const { items, turn } = ownerQueue;
    const before = items.size;
    const wasNext = this.first === entry.item;
    items.leave(entry);
    if (items.size === before) return;
    this.count--;
    if (items.size === 0) {
      this.ownerQueues.delete(owner);
      this.order.leave(turn);
    } else if (wasNext) {
      this.order.leave(turn);
      ownerQueue.turn = this.order.join(ownerQueue);
    }
  }
}
