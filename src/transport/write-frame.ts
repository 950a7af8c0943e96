import type { Duplex } from 'node:stream';
import type { Frame, LongFrame } from '../wamp/serializers/serializer.js';

/** Whether a frame consists of several pieces. */
export function isLongFrame(frame: Frame): frame is LongFrame {
  return typeof frame === 'object' && !ArrayBuffer.isView(frame);
}

/**
 * Writes a long frame after its header, without copying its body.
 *
 * @param headerLength octets of the transport's header
 * @param writeHeader writes the header at the start of a buffer
 * @param onGone called once, when everything was sent or the connection is closed
 */
export function writeLongFrame(
  stream: Duplex,
  { before, bytes, after, beforeLength }: LongFrame,
  headerLength: number,
  writeHeader: (target: Buffer) => void,
  onGone?: () => void,
): void {
  const head = Buffer.allocUnsafe(headerLength + beforeLength);
  writeHeader(head);
  head.write(before, headerLength, 'utf8');
  stream.write(head);
  stream.write(bytes);
  stream.write(Buffer.from(after), onGone);
}

/** A frame in one piece. */
export function wholeFrame(frame: Frame): string | Uint8Array {
  if (!isLongFrame(frame)) return frame;
  return Buffer.concat([Buffer.from(frame.before), frame.bytes, Buffer.from(frame.after)]);
}
