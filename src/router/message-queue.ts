import type { Message } from '../wamp/messages.js';
import type { Budget } from './budget.js';
import { estimateSize } from './estimate-size.js';
import type { RouterLimits } from './model.js';

/** Handles a message. Returns a promise if that takes time. The promise may reject. */
export type Handle = (message: Message) => Promise<void> | undefined;

export interface MessageQueueOptions {
  readonly handle: Handle;
  /** Called with the error that `handle` threw or rejected with. */
  readonly onError: (message: Message, error: unknown) => void;
  /** Called when a message has to wait. */
  readonly onWaiting: (message: Message) => void;
  /**
   * Called when too many messages wait. The queue handles no messages afterwards.
   * @param key configuration key of the exceeded limit
   */
  readonly onOverflow: (key: string) => void;
  /**
   * Returns true for messages that are handled immediately, before the waiting ones. `handle` must
   * not return a promise for them.
   */
  readonly overtakes: (message: Message) => boolean;
  /** The budget that all sessions of the realm share, if the session has joined one. */
  readonly budget: () => Budget | undefined;
  readonly limits: Pick<RouterLimits, 'maxWaitingMessages' | 'maxWaitingBytes'>;
}

interface Waiting {
  readonly message: Message;
  readonly size: number;
  /** The budget that counts its bytes. */
  readonly shared: Budget | undefined;
}

/**
 * Handles messages one after another. If one takes time, the later ones wait. So the requests of a
 * session are served in order (WAMP, "Ordering Guarantees"). If no message takes time, the queue
 * costs one comparison per message.
 */
export function createMessageQueue(options: MessageQueueOptions): (message: Message) => void {
  const { handle, onError, onWaiting, onOverflow, overtakes, budget, limits } = options;
  /** Defined while the handling of a message takes time. */
  let waiting: Waiting[] | undefined;
  let bytes = 0;
  let overflowed = false;

  /** Returns true if the message was handled immediately. */
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
    const size = estimateSize(message, limits.maxWaitingBytes);
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
    if (others >= limits.maxWaitingMessages) return 'wamp.max_waiting_messages';
    return size > limits.maxWaitingBytes ? 'wamp.max_waiting_bytes' : undefined;
  }

  return (message) => {
    if (waiting === undefined || overtakes(message)) handleNow(message);
    else wait(message, waiting);
  };
}
