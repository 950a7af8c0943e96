import { MESSAGE } from '../wamp/messages.js';
import type { Frame } from '../wamp/serializers/serializer.js';

/** How much may wait until the other end of one connection reads it. */
export interface SendLimits {
  /**
   * Maximum bytes. A larger message is refused. A client that does not read is disconnected.
   * `wamp.max_send_buffer`
   */
  readonly maxSendBuffer: number;
  /** Number of messages. `wamp.max_send_queue` */
  readonly maxSendQueue: number;
}

/**
 * Binary messages of up to this many bytes are copied behind the header of their frame. The header
 * and payload of a larger one are written separately. Node's buffer pool serves only smaller sizes,
 * and larger buffers cause more garbage collections.
 */
export const MAX_COPIED_BYTES = 4 * 1024 - 16;

/**
 * A frame of up to this many bytes may still join a full queue, so that an ERROR can replace a
 * result.
 */
const SMALL_FRAME = 64 * 1024;
/** Bytes by which small frames may exceed the limit of the queue. */
const SLACK = 1024 * 1024;

/**
 * Decides whether a frame may join the queue of its receiver. If a large result does not fit, only
 * its call fails, because the receiver may still be reading. If an EVENT does not fit, the
 * connection ends, because nobody would notice the loss. The connection also ends if too many small
 * frames wait.
 *
 * @param messageType undefined for a control frame
 * @param bytes bytes that are already waiting
 * @param messages number of messages that are already waiting
 */
export function judgeRoom(
  messageType: number | undefined,
  frame: Frame,
  bytes: number,
  messages: number,
  { maxSendBuffer, maxSendQueue }: SendLimits,
): 'fits' | 'too_large' | 'too_slow' {
  if (messages >= maxSendQueue) return 'too_slow';
  if (isWithin(frame, maxSendBuffer - bytes)) return 'fits';
  const size = sizeOf(frame);
  if (size > maxSendBuffer) return 'too_large';
  if (messageType === MESSAGE.EVENT) return 'too_slow';
  if (size > SMALL_FRAME) return 'too_large';
  return bytes + size <= maxSendBuffer + SLACK ? 'fits' : 'too_slow';
}

/** Whether a frame has at most this many bytes. */
export function isWithin(frame: Frame, bytes: number): boolean {
  // A UTF-16 unit takes at most three bytes in UTF-8. So most strings need no measuring.
  return frame.length * 3 <= bytes || sizeOf(frame) <= bytes;
}

function sizeOf(frame: Frame): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length;
}
