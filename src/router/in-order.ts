import type { Message } from '../wamp/messages.js';

/** Handles a message; a promise, which may reject, where that takes time. */
export type Handle = (message: Message) => Promise<void> | undefined;

export interface InOrderOptions {
  readonly handle: Handle;
  /** What `handle` threw or rejected with. */
  readonly onFault: (message: Message, error: unknown) => void;
  /** More messages came than may wait: this one and all that wait are dropped. */
  readonly onOverflow: () => void;
  /** Messages that may wait. */
  readonly most: number;
}

/**
 * Handles messages one after another: while one takes time, those that come later wait behind it, so that the order in
 * which a session asked stays the order in which it is served (WAMP, "Ordering Guarantees"). Where nothing takes time
 * this costs a comparison.
 */
export function createInOrder(options: InOrderOptions): (message: Message) => void {
  const { handle, onFault, onOverflow, most } = options;
  let waiting: Message[] | undefined;

  /** True where the message was handled at once. */
  function pass(message: Message): boolean {
    try {
      const pending = handle(message);
      if (pending === undefined) return true;
      waiting ??= [];
      pending.catch((error: unknown) => onFault(message, error)).then(resume);
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
      if (!pass(next)) return;
    }
  }

  return (message) => {
    if (waiting === undefined) {
      pass(message);
    } else if (waiting.length < most) {
      waiting.push(message);
    } else {
      waiting.length = 0;
      onOverflow();
    }
  };
}
