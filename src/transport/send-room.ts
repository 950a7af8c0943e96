import type { Outlet } from '../wamp/outlet.js';
import type { SendLimits } from './send-queue.js';
import { MESSAGE_OVERHEAD, type SendQueue, type SendTotal } from './send-total.js';

/** The bytes that may wait in one connection before senders of many messages have to wait. */
export const ROOM_BYTES = 64 * 1024;

/** What may wait in one connection, and in all of them. */
export interface RoomLimits extends SendLimits {
  readonly sendTotal: Pick<SendTotal, 'bytes' | 'max'>;
}

interface Sender {
  readonly bytes: number;
  readonly action: () => void;
}

/**
 * The room in the send queue of one connection, for senders of many messages. It is far below the
 * limits that end a connection, so these senders never reach them.
 *
 * It is a class for memory, because each connection has one.
 */
export class SendRoom implements Outlet {
  /** In the order in which they came. Created for the first sender that has to wait. */
  private senders: Set<Sender> | undefined = undefined;
  private readonly queue: Pick<SendQueue, 'waiting'>;
  private readonly limits: RoomLimits;

  constructor(queue: Pick<SendQueue, 'waiting'>, limits: RoomLimits) {
    this.queue = queue;
    this.limits = limits;
  }

  hasRoom(bytes: number): boolean {
    return (this.senders === undefined || this.senders.size === 0) && this.fits(bytes);
  }

  whenRoom(bytes: number, action: () => void): () => void {
    const sender: Sender = { bytes, action };
    this.senders ??= new Set();
    this.senders.add(sender);
    return () => void this.senders?.delete(sender);
  }

  /** Called when a frame has left. */
  drained(): void {
    if (this.senders === undefined) return;
    for (const sender of this.senders) {
      if (!this.fits(sender.bytes)) return;
      this.senders.delete(sender);
      sender.action();
    }
  }

  /** The connection has closed, so that each message can be given up. */
  close(): void {
    const { senders } = this;
    this.senders = undefined;
    for (const { action } of senders ?? []) action();
  }

  /** One message fits in any case, so that a large one can be sent at all. */
  private fits(bytes: number): boolean {
    const waiting = this.queue.waiting();
    if (waiting === 0) return true;
    const { maxSendBuffer, maxSendQueue, sendTotal } = this.limits;
    const room = Math.min(ROOM_BYTES, maxSendBuffer / 2, (maxSendQueue * MESSAGE_OVERHEAD) / 2);
    return waiting + bytes <= room && sendTotal.bytes <= sendTotal.max / 2;
  }
}
