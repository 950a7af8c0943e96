import type { Clock } from '../clock.js';
import { WaitQueue } from '../collections/wait-queue.js';
import type { CallControl } from '../upstream/call-control.js';

/**
 * Waits for a promise until the deadline of this call, or until it is cancelled. Many calls may
 * wait for the same promise: the end of one wait does not affect the others.
 *
 * @param awaited must not reject
 */
export type WaitWithin<T> = (
  awaited: Promise<T>,
  control: CallControl,
) => Promise<T | 'timeout' | 'canceled'>;

/**
 * Creates the waits of many calls. A call that has ended leaves its queue, and nothing of it stays
 * in memory. With a `then` for each call it would stay until the promise resolves: a token endpoint
 * may hang, and meanwhile a client can send and cancel calls of any size.
 */
export function createWaitWithin<T>(clock: Clock): WaitWithin<T> {
  const queues = new WeakMap<Promise<T>, WaitQueue<(outcome: T) => void>>();

  function queueFor(awaited: Promise<T>): WaitQueue<(outcome: T) => void> {
    const known = queues.get(awaited);
    if (known !== undefined) return known;
    const queue = new WaitQueue<(outcome: T) => void>();
    queues.set(awaited, queue);
    void awaited.then((outcome) => {
      // A later wait for the resolved promise needs a `then` of its own.
      queues.delete(awaited);
      for (let next = queue.first; next !== undefined; next = queue.first) next(outcome);
    });
    return queue;
  }

  return (awaited, control) => {
    if (control.canceledBy !== undefined) return Promise.resolve('canceled');
    const remainingMs = control.deadlineAt - clock.monotonic();
    if (remainingMs <= 0) return Promise.resolve('timeout');
    const queue = queueFor(awaited);
    return new Promise((resolve) => {
      const end = (outcome: T | 'timeout' | 'canceled'): void => {
        queue.leave(place);
        stopTimer();
        control.waitsFor = undefined;
        resolve(outcome);
      };
      const place = queue.join(end);
      const stopTimer = clock.after(remainingMs, () => end('timeout'));
      control.waitsFor = { cancel: () => end('canceled') };
    });
  };
}
