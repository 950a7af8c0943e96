import type { Clock } from '../clock.js';
import type { Lane, PendingCall } from './model.js';

/** Node's timers hold no more than 2^31-1 ms, and fire at once above it. */
const LONGEST_TIMER = 2_147_483_647;

/** Deadlines of calls. */
export interface Deadlines {
  /** Exact, with a timer of its own: for a duration that a caller chose. */
  own(call: PendingCall, duration: number): void;
  /** For the few durations that the configuration fixes: all calls of one duration share a timer. */
  common(call: PendingCall, duration: number): void;
  /** Gives a call its whole duration again. */
  restart(call: PendingCall): void;
  clear(call: PendingCall): void;
  /** Stops all timers. */
  close(): void;
}

export function createDeadlines(clock: Clock, onDue: (call: PendingCall) => void): Deadlines {
  const lanes = new Map<number, Lane>();

  function armLane(lane: Lane, delay: number): void {
    lane.stop = clock.after(Math.min(delay, LONGEST_TIMER), () => sweep(lane));
  }

  function sweep(lane: Lane): void {
    lane.stop = undefined;
    const now = clock.monotonic();
    for (let call = lane.first; call !== undefined; call = lane.first) {
      if (call.dueAt > now) {
        armLane(lane, call.dueAt - now);
        return;
      }
      leaveLane(call);
      onDue(call);
    }
  }

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
        lane = { first: undefined, last: undefined, stop: undefined };
        lanes.set(duration, lane);
      }
      call.duration = duration;
      call.dueAt = clock.monotonic() + duration;
      joinLane(call, lane);
      // An emptied lane stays armed: its next call is later than what the timer waits for, and the sweep arms anew.
      if (lane.stop === undefined) armLane(lane, duration);
    },
    restart(call) {
      call.dueAt = clock.monotonic() + call.duration;
      const { lane } = call;
      if (lane === undefined) return;
      // To the end, since the lane is in the order in which its calls fall due.
      leaveLane(call);
      joinLane(call, lane);
    },
    clear(call) {
      call.stopTimer?.();
      call.stopTimer = undefined;
      leaveLane(call);
    },
    close() {
      for (const lane of lanes.values()) lane.stop?.();
      lanes.clear();
    },
  };
}

// A list by links in the calls themselves: a Set that calls enter and leave at this rate rebuilds itself all the time.

function joinLane(call: PendingCall, lane: Lane): void {
  call.lane = lane;
  call.earlier = lane.last;
  if (lane.last === undefined) lane.first = call;
  else lane.last.later = call;
  lane.last = call;
}

function leaveLane(call: PendingCall): void {
  const { lane, earlier, later } = call;
  if (lane === undefined) return;
  if (earlier === undefined) lane.first = later;
  else earlier.later = later;
  if (later === undefined) lane.last = earlier;
  else later.earlier = earlier;
  call.lane = undefined;
  call.earlier = undefined;
  call.later = undefined;
}
