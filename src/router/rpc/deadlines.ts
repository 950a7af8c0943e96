import type { Clock } from '../../clock.js';
import { createSharedTimer, LONGEST_TIMER, type SharedTimer } from '../../collections/shared-timer.js';
import type { PendingCall } from '../model.js';

/**
 * Deadlines of calls. A timer runs only as long as a call needs it, so that no timer is remaining
 * when all calls have ended.
 */
export interface Deadlines {
  /** Sets a deadline with a timer for this call alone: for a duration that a caller chose. */
  own(call: PendingCall, duration: number): void;
  /**
   * Sets a deadline for a duration that the configuration fixes: calls of the same duration share a
   * timer.
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
      // The deadline may have moved: `restart` does not touch this timer.
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
      // Moves the call to the end: the shared timer keeps its calls in the order of their
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
