import type { Clock } from '../../src/clock.js';

export interface FakeClock extends Clock {
  /** Moves time on and runs what falls due, in order. */
  advance(ms: number): void;
  /** Timers not yet run or taken back. */
  readonly pending: number;
}

/** A clock that stands still until told otherwise. */
export function createFakeClock(startMs = 0, wallMs = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startMs;
  const timers = new Set<{ at: number; action: () => void }>();
  return {
    monotonic: () => now,
    wall: () => wallMs + now - startMs,
    after(delayMs, action) {
      const timer = { at: now + delayMs, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.action();
      }
      now = end;
    },
    get pending() {
      return timers.size;
    },
  };
}
