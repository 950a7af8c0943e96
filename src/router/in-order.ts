import type { Message } from '../wamp/messages.js';
import type { RouterLimits } from './model.js';
import { weigh } from './weigh.js';

/** Handles a message; a promise, which may reject, where that takes time. */
export type Handle = (message: Message) => Promise<void> | undefined;

export interface InOrderOptions {
  readonly handle: Handle;
  /** What `handle` threw or rejected with. */
  readonly onFault: (message: Message, error: unknown) => void;
  /** A message has to wait; it is handled later. */
  readonly onWaiting: (message: Message) => void;
  /** More came than may wait. Nothing is handled after this. */
  readonly onOverflow: () => void;
  /** What waits behind nothing; handling it may not take time. */
  readonly overtakes: (message: Message) => boolean;
  readonly limits: Pick<RouterLimits, 'maxWaitingMessages' | 'maxWaitingBytes'>;
}

/**
 * Handles messages one after another: while one takes time, those that come later wait behind it, so that the order in
 * which a session asked stays the order in which it is served (WAMP, "Ordering Guarantees"). Where nothing takes time
 * this costs a comparison.
 */
export function createInOrder(options: InOrderOptions): (message: Message) => void {
  const { handle, onFault, onWaiting, onOverflow, overtakes } = options;
  const { maxWaitingMessages, maxWaitingBytes } = options.limits;
  /** There while a message takes time. */
  let waiting: { readonly message: Message; readonly weight: number }[] | undefined;
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
      bytes -= next.weight;
      if (!pass(next.message)) return;
    }
  }

  function wait(message: Message, queue: NonNullable<typeof waiting>): void {
    if (overflowed) return;
    const weight = weigh(message, maxWaitingBytes);
    bytes += weight;
    if (queue.length < maxWaitingMessages && bytes <= maxWaitingBytes) {
      queue.push({ message, weight });
      onWaiting(message);
      return;
    }
    overflowed = true;
    queue.length = 0;
    onOverflow();
  }

  return (message) => {
    if (waiting === undefined || overtakes(message)) pass(message);
    else wait(message, waiting);
  };
}
