import type { Clock } from '../../clock.js';
import { createLane, type Lane, LONGEST_TIMER } from '../../collections/shared-timer.js';
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
  const lanes = new Map<number, Lane<PendingCall>>();

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
      let lane = lanes.get(duration);
      if (lane === undefined) {
        lane = createLane(clock, duration, onDue);
        lanes.set(duration, lane);
      }
      call.duration = duration;
      lane.join(call, clock.monotonic());
    },
    restart(call) {
      const { lane } = call;
      const now = clock.monotonic();
      if (lane === undefined) {
        call.dueAt = now + call.duration;
        return;
      }
      // To the end, since the lane is in the order in which its calls fall due.
      lane.leave(call);
      lane.join(call, now);
    },
    clear(call) {
      call.stopTimer?.();
      call.stopTimer = undefined;
      call.lane?.leave(call);
    },
  };
}
