import { MESSAGE } from '../wamp/messages.js';

/** How much may wait for the other end of one connection to read. */
export interface SendLimits {
  /** Bytes. What is larger is refused, and who reads nothing is cut off. `wamp.max_send_buffer` */
  readonly maxSendBuffer: number;
  /** Messages. `wamp.max_send_queue` */
  readonly maxSendQueue: number;
}

/**
 * Messages of bytes up to this size are copied behind their frame's header; larger ones are written in two pieces, for
 * Node's pool of buffers serves smaller ones alone, and each of the others hastens the next collection.
 */
export const COPIED = 4 * 1024 - 16;

/** A frame up to this size is small: it may still join a full queue, so that an error can follow in an answer's place. */
const SMALL_FRAME = 64 * 1024;
/** How far small frames may take a queue beyond its limit of bytes. */
const SLACK = 1024 * 1024;

/**
 * Whether a frame may join what waits for a receiver. A large answer that does not fit costs its own call alone, for the
 * receiver may well be reading. An EVENT that does not fit ends the connection, as nobody would notice its loss, and so
 * do small frames that pile up.
 *
 * @param messageType undefined for a frame of the transport's own
 * @param bytes that wait already
 * @param messages that wait already
 */
export function judgeRoom(
  messageType: number | undefined,
  frame: string | Uint8Array,
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

/** Whether a frame has so many bytes at most. */
export function isWithin(frame: string | Uint8Array, bytes: number): boolean {
  // No character takes more than three bytes in UTF-8: most frames need not be measured.
  return frame.length * 3 <= bytes || sizeOf(frame) <= bytes;
}

function sizeOf(frame: string | Uint8Array): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length;
}
