import type { Message } from '../wamp/messages.js';
import type { Budget } from './budget.js';
import { weigh } from './estimate-size.js';
import type { RouterLimits } from './model.js';

/** Handles a message; a promise, which may reject, where that takes time. */
export type Handle = (message: Message) => Promise<void> | undefined;

export interface InOrderOptions {
  readonly handle: Handle;
  /** What `handle` threw or rejected with. */
  readonly onFault: (message: Message, error: unknown) => void;
  /** A message has to wait; it is handled later. */
  readonly onWaiting: (message: Message) => void;
  /** More came than may wait. Nothing is handled after this. @param key of the configuration, whose limit that is */
  readonly onOverflow: (key: string) => void;
  /** What waits behind nothing; handling it may not take time. */
  readonly overtakes: (message: Message) => boolean;
  /** What all sessions of the realm share, at this moment. */
  readonly budget: () => Budget | undefined;
  readonly limits: Pick<RouterLimits, 'maxWaitingMessages' | 'maxWaitingBytes'>;
}

interface Waiting {
  readonly message: Message;
  readonly weight: number;
  /** Where it was taken from. */
  readonly shared: Budget | undefined;
}

/**
 * Handles messages one after another: while one takes time, those that come later wait behind it, so that the order in
 * which a session asked stays the order in which it is served (WAMP, "Ordering Guarantees"). Where nothing takes time
 * this costs a comparison.
 */
export function createInOrder(options: InOrderOptions): (message: Message) => void {
  const { handle, onFault, onWaiting, onOverflow, overtakes, budget } = options;
  const { maxWaitingMessages, maxWaitingBytes } = options.limits;
  /** There while a message takes time. */
  let waiting: Waiting[] | undefined;
  let bytes = 0;
  let overflowed = false;

  /** True where the message was handled at once. */
  function pass(message: Message): boolean {
    try {
      const pending = handle(message);
      if (pending === undefined) return true;
      waiting ??= [];
      void pending.catch((error: unknown) => onFault(message, error)).then(resume);
      return false;
    } catch (error) {
      onFault(message, error);
      return true;
    }
  }

  function resume(): void {
    for (;;) {
      const next = waiting?.shift();
      if (next === undefined) {
        waiting = undefined;
        return;
      }
      release(next);
      if (!pass(next.message)) return;
    }
  }

  function release({ weight, shared }: Waiting): void {
    bytes -= weight;
    shared?.give(weight);
  }

  function wait(message: Message, queue: Waiting[]): void {
    if (overflowed) return;
    const weight = weigh(message, maxWaitingBytes);
    const shared = budget();
    const key = exceeded(queue.length, bytes + weight) ?? shared?.take(weight)?.key;
    if (key === undefined) {
      bytes += weight;
      queue.push({ message, weight, shared });
      onWaiting(message);
      return;
    }
    overflowed = true;
    for (const dropped of queue.splice(0)) release(dropped);
    onOverflow(key);
  }

  function exceeded(others: number, size: number): string | undefined {
    if (others >= maxWaitingMessages) return 'wamp.max_waiting_messages';
    return size > maxWaitingBytes ? 'wamp.max_waiting_bytes' : undefined;
  }

  return (message) => {
    if (waiting === undefined || overtakes(message)) pass(message);
    else wait(message, waiting);
  };
}
