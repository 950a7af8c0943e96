import type { Message } from '../wamp/messages.js';
import type { Budget } from './budget.js';
import { estimateSize } from './estimate-size.js';
import type { RouterLimits } from './model.js';

/** Handles a message. Returns a promise, which may reject, if that takes time. */
export type Handle = (message: Message) => Promise<void> | undefined;

export interface MessageQueueOptions {
  readonly handle: Handle;
  /** Called with what `handle` threw or rejected with. */
  readonly onError: (message: Message, error: unknown) => void;
  /** Called when a message has to wait. */
  readonly onWaiting: (message: Message) => void;
  /**
   * Called when more messages arrive than may wait. Nothing is handled afterwards.
   * @param key configuration key of the exceeded limit
   */
  readonly onOverflow: (key: string) => void;
  /**
   * Tells which messages are handled at once, ahead of waiting ones. `handle` must not return a
   * promise for them.
   */
  readonly overtakes: (message: Message) => boolean;
  /** The budget that all sessions of the realm share, if the session has joined one. */
  readonly budget: () => Budget | undefined;
  readonly limits: Pick<RouterLimits, 'maxWaitingMessages' | 'maxWaitingBytes'>;
}

interface Waiting {
  readonly message: Message;
  readonly size: number;
  /** The budget that its bytes were taken from. */
  readonly shared: Budget | undefined;
}

/**
 * Handles messages one after another. While the handling of one takes time, later ones wait, so
 * that the requests of a session are served in their order (WAMP, "Ordering Guarantees"). If
 * nothing takes time, this costs one comparison per message.
 */
export function createMessageQueue(options: MessageQueueOptions): (message: Message) => void {
  const { handle, onError, onWaiting, onOverflow, overtakes, budget } = options;
  const { maxWaitingMessages, maxWaitingBytes } = options.limits;
  /** Defined while the handling of a message takes time. */
  let waiting: Waiting[] | undefined;
  let bytes = 0;
  let overflowed = false;

  /** Returns true if the message was handled at once. */
  function handleNow(message: Message): boolean {
    try {
      const pending = handle(message);
      if (pending === undefined) return true;
      waiting ??= [];
      void pending.catch((error: unknown) => onError(message, error)).then(resume);
      return false;
    } catch (error) {
      onError(message, error);
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
      if (!handleNow(next.message)) return;
    }
  }

  function release({ size, shared }: Waiting): void {
    bytes -= size;
    shared?.give(size);
  }

  function wait(message: Message, queue: Waiting[]): void {
    if (overflowed) return;
    const size = estimateSize(message, maxWaitingBytes);
    const shared = budget();
    const key = exceeded(queue.length, bytes + size) ?? shared?.take(size)?.key;
    if (key === undefined) {
      bytes += size;
      queue.push({ message, size, shared });
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
    if (waiting === undefined || overtakes(message)) handleNow(message);
    else wait(message, waiting);
  };
}
