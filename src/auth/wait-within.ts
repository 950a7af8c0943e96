import type { Clock } from '../clock.js';
import type { CallControl } from '../upstream/call-control.js';

/**
 * Waits for something that many calls may wait for, no longer than this one call may take. The waiting of one call ends
 * without any effect on the others.
 *
 * @param awaited must not reject.
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
      // The awaited value may come long after its caller has left; `waitsFor` is no longer ours then.
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
