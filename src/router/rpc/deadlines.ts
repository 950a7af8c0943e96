import type { Clock } from '../../clock.js';
import { createSharedTimer, LONGEST_TIMER, type SharedTimer } from '../../collections/shared-timer.js';
import type { PendingCall } from '../model.js';

/**
 * Deadlines of calls. A timer runs only while a call needs it. So no timer remains after the last
 * call.
 */
export interface Deadlines {
  /**
   * Sets a deadline with a timer for this call alone. Used for a duration that the caller chose.
   */
  own(call: PendingCall, duration: number): void;
  /**
   * Sets a deadline with a shared timer. Used for a duration from the configuration. Calls with the
   * same duration share the timer.
   */
  common(call: PendingCall, duration: number): void;
  /** Gives a call its full duration again. */
  restart(call: PendingCall): void;
  /** Removes the deadline of a call that has ended. */
  clear(call: PendingCall): void;
}

export function createDeadlines(clock: Clock, onDue: (call: PendingCall) => void): Deadlines {
  const timers = new Map<number, SharedTimer<PendingCall>>();

  function startOwn(call: PendingCall, delay: number): void {
    call.stopTimer = clock.after(Math.min(delay, LONGEST_TIMER), () => {
      // The deadline may have moved, because `restart` does not change this timer.
      const remaining = call.dueAt - clock.monotonic();
      if (remaining > 0) startOwn(call, remaining);
      else onDue(call);
    });
  }

  return {
    own(call, duration) {
      call.duration = duration;
      call.dueAt = clock.monotonic() + duration;
      startOwn(call, duration);
    },
    common(call, duration) {
      let shared = timers.get(duration);
      if (shared === undefined) {
        shared = createSharedTimer(clock, duration, onDue);
        timers.set(duration, shared);
      }
      call.duration = duration;
      shared.join(call, clock.monotonic());
    },
    restart(call) {
      const { timer: shared } = call;
      const now = clock.monotonic();
      if (shared === undefined) {
        call.dueAt = now + call.duration;
        return;
      }
      // Moves the call to the end, because the shared timer keeps its calls in the order of their
      // deadlines.
      shared.leave(call);
      shared.join(call, now);
    },
    clear(call) {
      call.stopTimer?.();
      call.stopTimer = undefined;
      call.timer?.leave(call);
    },
  };
}
