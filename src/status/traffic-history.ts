import type { TrafficHistory } from './service-status.js';

/** Counts calls in steps of time, for a line that shows the recent traffic. */
export interface TrafficCounter {
  /** @param now monotonic milliseconds */
  add(isError: boolean, now: number): void;
  history(now: number): TrafficHistory;
}

/**
 * @param stepMs milliseconds of one step
 * @param steps how many steps the history has, including the current one
 */
export function createTrafficCounter(stepMs: number, steps: number): TrafficCounter {
  const calls = new Uint32Array(steps);
  const errors = new Uint32Array(steps);
  let last = 0;

  function moveTo(step: number): void {
    // After a long time without calls, each place is emptied once.
    for (let empty = Math.max(last + 1, step - steps + 1); empty <= step; empty++) {
      calls[empty % steps] = 0;
      errors[empty % steps] = 0;
    }
    last = Math.max(last, step);
  }

  /** The oldest step first. */
  function inOrder(counts: Uint32Array): readonly number[] {
    const oldest = (last + 1) % steps;
    return [...counts.subarray(oldest), ...counts.subarray(0, oldest)];
  }

  return {
    add(isError, now) {
      moveTo(Math.floor(now / stepMs));
      const place = last % steps;
      calls[place] = (calls[place] as number) + 1;
      if (isError) errors[place] = (errors[place] as number) + 1;
    },
    history(now) {
      moveTo(Math.floor(now / stepMs));
      return { step_seconds: stepMs / 1_000, calls: inOrder(calls), errors: inOrder(errors) };
    },
  };
}
