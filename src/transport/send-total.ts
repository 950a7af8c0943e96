/** What a message that waits costs beside its bytes: the records that Node keeps of it. */
export const MESSAGE_OVERHEAD = 256;

/** What waits for the other end of one connection. A mere record, as there is one for each connection. */
export interface SendQueue {
  /** Bytes, as they were counted last. Set by the total alone. */
  bytes: number;
  /** Bytes that wait now, with what the messages cost beside. */
  waiting(): number;
  /** Ends the connection, since its other end does not read. */
  cutOff(): void;
}

/**
 * Bounds what waits for all slow readers of the process together. Each may have a long queue for a while, but many of them
 * would take all memory. Beyond the limit the connections with the longest queues are cut off, down to 7/8 of it: a look
 * through all of them is due only once for each eighth that comes anew.
 */
export interface SendTotal {
  open(queue: SendQueue): void;
  /** Something was written. */
  grown(queue: SendQueue): void;
  /** Nothing waits any more. */
  drained(queue: SendQueue): void;
  close(queue: SendQueue): void;
  /** Bytes, never fewer than there are. */
  readonly bytes: number;
}

/** @param max bytes. `wamp.max_send_buffer_total` */
export function createSendTotal(max: number): SendTotal {
  const queues = new Set<SendQueue>();
  let total = 0;

  function set(queue: SendQueue, bytes: number): void {
    total += bytes - queue.bytes;
    queue.bytes = bytes;
  }

  function makeRoom(): void {
    // What was counted last may have left by now.
    for (const queue of queues) if (queue.bytes > 0) set(queue, queue.waiting());
    const enough = (max / 8) * 7;
    if (total <= enough) return;
    const longest = [...queues].filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
    for (const queue of longest) {
      if (total <= enough) return;
      set(queue, 0);
      queue.cutOff();
    }
  }

  return {
    open: (queue) => void queues.add(queue),
    grown(queue) {
      set(queue, queue.waiting());
      if (total > max) makeRoom();
    },
    drained: (queue) => set(queue, 0),
    close(queue) {
      set(queue, 0);
      queues.delete(queue);
    },
    get bytes() {
      return total;
    },
  };
}
