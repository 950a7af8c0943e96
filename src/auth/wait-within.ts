import type { Clock } from '../clock.js';
import type { CallControl } from '../upstream/call-control.js';

/**
 * Waits for a promise until the deadline of this call, or until it is cancelled. Many calls may
 * wait for the same promise: the end of one wait does not affect the others.
 *
 * @param awaited must not reject
 */
export function waitWithin<T>(
  awaited: Promise<T>,
  control: CallControl,
  clock: Clock,
): Promise<T | 'timeout' | 'canceled'> {
  if (control.canceledBy !== undefined) return Promise.resolve('canceled');
  const remainingMs = control.deadlineAt - clock.monotonic();
  if (remainingMs <= 0) return Promise.resolve('timeout');
  return new Promise((resolve) => {
    let ended = false;
    const end = (outcome: T | 'timeout' | 'canceled'): void => {
      // The promise may resolve long after the wait has ended. Then `waitsFor` is no longer ours.
      if (ended) return;
      ended = true;
      stopTimer();
      control.waitsFor = undefined;
      resolve(outcome);
    };
    const stopTimer = clock.after(remainingMs, () => end('timeout'));
    control.waitsFor = { cancel: () => end('canceled') };
    void awaited.then(end);
  });
}
