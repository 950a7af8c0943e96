import type { Clock } from '../../clock.js';
import { createSharedTimer, LONGEST_TIMER, type SharedTimer } from '../../collections/shared-timer.js';
import type { PendingCall } from '../model.js';

/** Deadlines of calls. A timer runs as long as a call has one that has not ended: nothing is left where all have. */
export interface Deadlines {
  /** Exact, with a timer of its own: for a duration that a caller chose. */
  own(call: PendingCall, duration: number): void;
  /** For the few durations that the configuration fixes: all calls of one duration share a timer. */
  common(call: PendingCall, duration: number): void;
  /** Gives a call its whole duration again. */
  restart(call: PendingCall): void;
  /** The call has ended. */
  clear(call: PendingCall): void;
}

export function createDeadlines(clock: Clock, onDue: (call: PendingCall) => void): Deadlines {
  const timers = new Map<number, SharedTimer<PendingCall>>();

  function armOwn(call: PendingCall, delay: number): void {
    call.stopTimer = clock.after(Math.min(delay, LONGEST_TIMER), () => {
      // It was restarted meanwhile, which leaves the timer as it is.
      const left = call.dueAt - clock.monotonic();
      if (left > 0) armOwn(call, left);
      else onDue(call);
    });
  }

  return {
    own(call, duration) {
      call.duration = duration;
      call.dueAt = clock.monotonic() + duration;
      armOwn(call, duration);
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
      // To the end, since the shared is in the order in which its calls fall due.
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
