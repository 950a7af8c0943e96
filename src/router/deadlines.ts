import type { Clock } from '../clock.js';
import type { PendingCall } from './model.js';

/** Node's timers hold no more than 2^31-1 ms, and fire at once above it. */
const LONGEST_TIMER = 2_147_483_647;

/** Deadlines of calls. */
export interface Deadlines {
  /** Exact, with a timer of its own: for a duration that a caller chose. */
  own(call: PendingCall, duration: number): void;
  /** For the few durations that the configuration fixes: all calls of one duration share a timer. */
  common(call: PendingCall, duration: number): void;
  clear(call: PendingCall): void;
  /** Stops all timers. */
  close(): void;
}

/** Calls of equal duration fall due in the order they came, so one timer, for the first of them, serves all. */
interface Lane {
  readonly calls: Set<PendingCall>;
  stop: (() => void) | undefined;
}

export function createDeadlines(clock: Clock, onDue: (call: PendingCall) => void): Deadlines {
  const lanes = new Map<number, Lane>();

  function arm(lane: Lane, delay: number): void {
    lane.stop = clock.after(Math.min(delay, LONGEST_TIMER), () => sweep(lane));
  }

  function sweep(lane: Lane): void {
    lane.stop = undefined;
    const now = clock.monotonic();
    for (const call of lane.calls) {
      if (call.dueAt > now) {
        arm(lane, call.dueAt - now);
        return;
      }
      lane.calls.delete(call);
      onDue(call);
    }
  }

  return {
    own(call, duration) {
      call.stopTimer = clock.after(Math.min(duration, LONGEST_TIMER), () => onDue(call));
    },
    common(call, duration) {
      let lane = lanes.get(duration);
      if (lane === undefined) {
        lane = { calls: new Set(), stop: undefined };
        lanes.set(duration, lane);
      }
      call.dueAt = clock.monotonic() + duration;
      call.lane = lane.calls;
      lane.calls.add(call);
      // An emptied lane stays armed: its next call is later than what the timer waits for, and the sweep arms anew.
      if (lane.stop === undefined) arm(lane, duration);
    },
    clear(call) {
      call.stopTimer?.();
      call.stopTimer = undefined;
      call.lane?.delete(call);
    },
    close() {
      for (const lane of lanes.values()) lane.stop?.();
      lanes.clear();
    },
  };
}
