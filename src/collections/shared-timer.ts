/** Node's timers hold no more than 2^31-1 ms, and fire at once above it. */
export const LONGEST_TIMER = 2_147_483_647;

/** What a timer needs of a clock. */
interface SharedTimerClock {
  /** Milliseconds. */
  monotonic(): number;
  after(delayMs: number, action: () => void): () => void;
}

/** Something that falls due. The links belong to the timer that it waits in. */
export interface Timed<T> {
  /** Monotonic milliseconds. */
  dueAt: number;
  timer: SharedTimer<T> | undefined;
  earlier: T | undefined;
  later: T | undefined;
}

/**
 * What falls due after one and the same duration: one timer, for the first of it, serves all. For what comes and goes by the
 * ten thousand a second and hardly ever falls due, as the deadlines of calls.
 */
export interface SharedTimer<T> {
  /** Milliseconds. */
  readonly duration: number;
  /** @param now monotonic milliseconds, never less than the last time */
  join(item: T, now: number): void;
  /** An item of this timer has come to its end in good time. */
  leave(item: T): void;
  /** Stops the timer. */
  close(): void;
}

/** @param onDue the item has left the timer by then */
export function createSharedTimer<T extends Timed<T>>(
  clock: SharedTimerClock,
  duration: number,
  onDue: (item: T) => void,
): SharedTimer<T> {
  // A list by links in the items themselves: a Set that they enter and leave at this rate rebuilds itself all the time. A
  // like one, with links of its own, is waiting-line.ts in the room upstream.
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
        // Armed already where somebody has joined while this was told of what was due.
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
      // Where the first one has left meanwhile, the timer is early, and the sweep arms it anew.
      if (stopTimer === undefined) arm(duration);
    },
    leave,
    close: disarm,
  };
  return timer;
}
