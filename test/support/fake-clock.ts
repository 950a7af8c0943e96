import type { Clock } from '../../src/clock.js';

export interface FakeClock extends Clock {
  /** Moves time forward and runs the timers that expire, in order. */
  advance(ms: number): void;
  /** Timers that have neither run nor been cancelled. */
  readonly pending: number;
}

/**
 * A line for the services of a gateway with a fake clock. A step of this clock would end a probe
 * before the network can answer it.
 */
export const NO_PROBES = '+liveness.enabled = off';

/** A clock that only the test moves. */
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
