import type { Clock } from '../clock.js';
import { WaitQueue } from '../collections/wait-queue.js';
import { inTurns, type Turns } from '../turns.js';
import type { CallControl } from '../upstream/call-control.js';

/**
 * Waits for a promise until the deadline of this call, or until it is cancelled. Many calls may
 * wait for the same promise. The end of one wait does not affect the others.
 *
 * @param awaited must not reject
 */
export type WaitWithin<T> = (
  awaited: Promise<T>,
  control: CallControl,
) => Promise<T | 'timeout' | 'canceled'>;

/**
 * The maximum number of calls that continue in one turn of the event loop. The time left in the turn
 * cannot limit them: a loop resumes the calls, and their work starts only after this loop.
 */
const CALLS_PER_TURN = 32;

/**
 * Lets many calls wait for promises. A call that has ended leaves its queue, and nothing of it
 * stays in memory. With a `then` for each call, the call would stay in memory until the promise
 * resolves. A token endpoint may hang, and a client could send and cancel large calls during that
 * time.
 */
export function createWaitWithin<T>(clock: Clock, turns: Turns): WaitWithin<T> {
  const queues = new WeakMap<Promise<T>, WaitQueue<(outcome: T) => void>>();

  function queueFor(awaited: Promise<T>): WaitQueue<(outcome: T) => void> {
    const known = queues.get(awaited);
    if (known !== undefined) return known;
    const queue = new WaitQueue<(outcome: T) => void>();
    queues.set(awaited, queue);
    void awaited.then((outcome) => {
      // A later wait for the resolved promise needs a `then` of its own.
      queues.delete(awaited);
      void inTurns(turns, ends(queue, outcome));
    });
    return queue;
  }

  function* ends(queue: WaitQueue<(outcome: T) => void>, outcome: T): Generator<unknown> {
    for (let count = 1, next = queue.first; next !== undefined; count++, next = queue.first) {
      next(outcome);
      yield count % CALLS_PER_TURN === 0 ? false : undefined;
    }
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
