/** Bytes that Node uses for each waiting message, in addition to its content. */
export const MESSAGE_OVERHEAD = 256;

/** The send queue of one connection. It is a plain record, because each connection has one. */
export interface SendQueue {
  /** The bytes at the last count. Only SendTotal writes it. */
  bytes: number;
  /** Bytes that wait now, with {@link MESSAGE_OVERHEAD} for each message. */
  waiting(): number;
  /** Ends the connection, because its other end does not read. */
  cutOff(): void;
}

/**
 * Limits the unsent bytes of all connections together. One slow reader may have a long queue for a
 * while, but many slow readers would use up the memory. Beyond the limit, the connections with the
 * longest queues are closed until 7/8 of the limit remain. So the next scan of all queues runs only
 * after an eighth was added.
 */
export interface SendTotal {
  open(queue: SendQueue): void;
  /** The queue has grown. */
  grown(queue: SendQueue): void;
  /** The queue is empty. */
  drained(queue: SendQueue): void;
  close(queue: SendQueue): void;
  /** Total bytes. The number may be too high, but never too low. */
  readonly bytes: number;
  /** Maximum bytes. A lower limit counts from the next growth on. `wamp.max_send_buffer_total` */
  max: number;
}

/** @param max maximum bytes */
export function createSendTotal(max: number): SendTotal {
  const queues = new Set<SendQueue>();
  let total = 0;

  function set(queue: SendQueue, bytes: number): void {
    total += bytes - queue.bytes;
    queue.bytes = bytes;
  }

  function makeRoom(): void {
    // Counts again, because some bytes may have been sent since the last count.
    for (const queue of queues) if (queue.bytes > 0) set(queue, queue.waiting());
    const enough = (sendTotal.max / 8) * 7;
    if (total <= enough) return;
    const longest = [...queues].filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
    for (const queue of longest) {
      if (total <= enough) return;
      set(queue, 0);
      queue.cutOff();
    }
  }

  const sendTotal: SendTotal = {
    max,
    open: (queue) => void queues.add(queue),
    grown(queue) {
      set(queue, queue.waiting());
      if (total > sendTotal.max) makeRoom();
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
  return sendTotal;
}
