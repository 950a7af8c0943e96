/** The longest delay of Node's timers: 2^31-1 ms. A timer with a longer delay fires immediately. */
export const LONGEST_TIMER = 2_147_483_647;

/** The part of a clock that a shared timer needs. */
interface SharedTimerClock {
  monotonic(): number;
  after(delayMs: number, action: () => void): () => void;
}

/** An item with a due time. Only its timer sets these fields. */
export interface Timed<T> {
  /** Monotonic milliseconds. */
  dueAt: number;
  timer: SharedTimer<T> | undefined;
  earlier: T | undefined;
  later: T | undefined;
}

/**
 * One timer for all items that are due after the same duration. It is armed for the first item. Use
 * it for items that come and go ten thousand times a second and are rarely due, such as the
 * deadlines of calls.
 */
export interface SharedTimer<T> {
  /** Milliseconds. */
  readonly duration: number;
  /** @param now monotonic milliseconds, never less than in the previous call */
  join(item: T, now: number): void;
  /** Removes an item of this timer before it is due. */
  leave(item: T): void;
  /** Stops the timer. */
  close(): void;
}

/** @param onDue called after the item has left the timer */
export function createSharedTimer<T extends Timed<T>>(
  clock: SharedTimerClock,
  duration: number,
  onDue: (item: T) => void,
): SharedTimer<T> {
  // This is a linked list with the links in the items. At this rate, a Set would rebuild its table
  // constantly. wait-queue.ts is a similar list with separate links.
  let first: T | undefined;
  let last: T | undefined;
  let stopTimer: (() => void) | undefined;

  function arm(delay: number): void {
    stopTimer = clock.after(Math.min(delay, LONGEST_TIMER), sweep);
  }

  function sweep(): void {
    stopTimer = undefined;
    const now = clock.monotonic();
    for (let item = first; item !== undefined; item = first) {
      if (item.dueAt > now) {
        // join() may have armed the timer while onDue ran.
        if (stopTimer === undefined) arm(item.dueAt - now);
        return;
      }
      leave(item);
      onDue(item);
    }
  }

  function leave(item: T): void {
    const { earlier, later } = item;
    if (earlier === undefined) first = later;
    else earlier.later = later;
    if (later === undefined) last = earlier;
    else later.earlier = earlier;
    item.timer = undefined;
    item.earlier = undefined;
    item.later = undefined;
    if (first === undefined) disarm();
  }

  function disarm(): void {
    stopTimer?.();
    stopTimer = undefined;
  }

  const timer: SharedTimer<T> = {
    duration,
    join(item, now) {
      item.dueAt = now + duration;
      item.timer = timer;
      item.earlier = last;
      if (last === undefined) first = item;
      else last.later = item;
      last = item;
      // If the first item has left, the timer fires too early, and sweep() arms it again.
      if (stopTimer === undefined) arm(duration);
    },
    leave,
    close: disarm,
  };
  return timer;
}
